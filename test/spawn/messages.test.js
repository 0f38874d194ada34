'use strict'
// Messages: what a child has printed stands before what its message, its disconnection or its end causes.

const assert = require('node:assert/strict')
const { join } = require('node:path')
const { it } = require('node:test')
const { run, scratch, readLog } = require('../helpers/run')

for (const kind of ['fork', 'worker']) {
  for (const shown of ['', 'console']) {
    it(`prints and logs before a message: ${kind} ${shown}`, async (t) => {
      const directory = scratch(t)
      const path = join(directory, 'app.log')
      const handlers = [
        { type: 'file', path },
        ...(shown ? [{ type: 'console', format: 'raw' }] : []),
      ]
      const env = { XDG_RUNTIME_DIR: directory }
      const { code, stdout } = await run('messages.js', { args: [kind], env, config: { handlers } })
      assert.equal(code, 0)
      const lines = stdout.trim().split('\n')
      const logged = readLog(path).map(({ msg }) => msg)
      for (const texts of [lines, logged])
        for (const what of kind === 'fork' ? ['0', '1', '2', 'last'] : ['0']) {
          const places = ['child', 'parent'].map((who) => texts.indexOf(`${who} ${what}`))
          assert.ok(places[0] >= 0 && places[0] < places[1], texts.join('\n'))
        }
    })
  }
}
