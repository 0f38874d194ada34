'use strict'
// Redact: no byte of a secret leaves the memory of the child that logs it.

const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const { readdirSync, readFileSync } = require('node:fs')
const { join } = require('node:path')
const { it } = require('node:test')
const { cleanEnv, FIXTURES, scratch } = require('../helpers/run.js')

const SECRET = 'hunter2-'
const REDACT = [
  'password',
  'user.token',
  'err.password',
  'list[*].token',
  '__proto__.token',
  'constructor.token',
]

for (const queue of ['ring', 'file']) {
  for (const redact of [REDACT, undefined]) {
    it(`with a ${queue} queue, ${redact ? 'no secret is' : 'without redaction secrets are'} in rings and queue files`, async (t) => {
      const directory = scratch(t)
      const runtime = join(directory, 'run')
      // The long window keeps the listener from passing records on, so the segments are not removed.
      const config = {
        queue,
        redact,
        order: { window: '1h' },
        handlers: [{ type: 'file', path: join(directory, 'app.log') }],
      }
      const program = spawn(process.execPath, [join(FIXTURES, 'hostile/secrets.js')], {
        env: cleanEnv({ LOGSHARE_DIR: runtime, LOGSHARE_CONFIG: JSON.stringify(config) }),
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      t.after(() => program.kill('SIGKILL'))
      const [text] = await once(program.stdout, 'data')
      const { shared, has, found, child } = JSON.parse(`${text}`)
      // Kill the child first: otherwise it would take over as the listener.
      process.kill(child, 'SIGKILL')
      program.kill('SIGKILL')
      await once(program, 'exit')
      assert.ok(shared > 0 && has > 0 === (queue === 'ring'), 'rings were searched')
      const names = readdirSync(runtime).filter((name) => !name.endsWith('.sock'))
      const holding = (/** @type {string} */ text) =>
        names.filter((name) => readFileSync(join(runtime, name)).includes(text))
      const logged = holding('"secrets"')
      const producers = new Set(logged.map((name) => name.replace(/\.\d+\.q$/, '')))
      assert.equal(producers.size, queue === 'file' ? 3 : 1)
      const leaks = holding(SECRET)
      if (redact) {
        assert.deepEqual({ found, leaks: leaks.length }, { found: 0, leaks: 0 })
        assert.deepEqual(holding('[REDACTED]'), logged)
      } else {
        assert.ok(
          leaks.length === logged.length && found === has,
          'the secrets would have been found',
        )
      }
    })
  }
}
