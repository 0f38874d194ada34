'use strict'
// Rotators: two applications that rotate the same log lose nothing, although they share neither a temporary directory nor
// process ids, as in two containers. The second says once that it only appends.

const assert = require('node:assert/strict')
const { execFileSync, spawn } = require('node:child_process')
const { once } = require('node:events')
const { existsSync, mkdirSync, readdirSync, utimesSync } = require('node:fs')
const { join } = require('node:path')
const { test } = require('node:test')
const { assertDelivered } = require('../helpers/delivery')
const { until } = require('../helpers/orphans')
const { oldFiles, readAll } = require('../helpers/rotated')
const { cleanEnv, collect, FIXTURES, REGISTER, run, scratch } = require('../helpers/run')

const CONFIG = { size: '5k', compress: true }
/** Each in a PID namespace with a /tmp of its own. */
const CONTAINER = ['unshare', '--mount', '--pid', '--fork', '--mount-proc', 'sh', '-c']
const IN = 'mount --bind "$OWN_TMP" /mnt && exec env TMPDIR=/mnt "$0" "$@"'

/** @param {string} path @param {string} folder @param {string[]} command */
function start(path, folder, command) {
  mkdirSync(folder)
  const config = { adapters: false, handlers: [{ type: 'file', path, rotate: CONFIG }] }
  const [file = '', ...args] = [
    ...command,
    process.execPath,
    '-r',
    REGISTER,
    join(FIXTURES, 'rotate/writer.js'),
  ]
  const child = spawn(file, args, {
    stdio: 'pipe',
    env: cleanEnv({
      OWN_TMP: folder,
      TMPDIR: folder,
      XDG_RUNTIME_DIR: '',
      LOGSHARE_CONFIG: JSON.stringify(config),
    }),
  })
  const begun = once(child.stdout, 'data')
  const { stdin } = child
  const ended = collect(Object.assign(child, { stdin: null }), { limit: 60_000 })
  return { begun, ended, stop: () => stdin.end('stop\n') }
}

for (const [world, command] of Object.entries({
  'temporary directories of their own': [],
  'containers of their own': [...CONTAINER, IN],
})) {
  test(`two applications with ${world}`, async (t) => {
    const folder = scratch(t)
    const path = join(folder, 'log/app.log')
    mkdirSync(join(folder, 'log'))
    const first = start(path, join(folder, 'one'), command)
    await first.begun
    const second = start(path, join(folder, 'two'), command)
    await second.begun
    // By their names: files are compressed meanwhile.
    const highest = () =>
      Math.max(...readdirSync(join(path, '..')).map((name) => Number(name.split('.')[2]) || 0))
    await until(() => highest() > 60, 'old files')
    first.stop()
    second.stop()
    const [one, two] = [await first.ended, await second.ended]
    assert.deepEqual([one.code, one.stderr, two.code], [0, '', 0])
    assert.match(
      two.stderr,
      /^logshare: file [^\n]* already rotates this file; this handler only appends to it \(LOGSHARE_WARN_HANDLER\)\n$/,
    )
    const made = [one, two].map(({ stdout }) => Number(stdout.trim().split('\n').at(-1)))
    const records = readAll(path)
    for (const [at, count] of made.entries()) {
      const own = records.filter(
        ({ who }) => who === (at === 0 ? join(folder, 'one') : join(folder, 'two')),
      )
      assertDelivered(own, { root: count })
    }
    assert.ok(!existsSync(join(folder, 'log/.app.log.claim')))
  })
}

test('a claim of a container that has ended without a word is taken after a while', async (t) => {
  const folder = scratch(t)
  const path = join(folder, 'log/app.log')
  mkdirSync(join(folder, 'log'))
  const claim = join(folder, 'log/.app.log.claim')
  execFileSync('unshare', [
    '--pid',
    '--fork',
    '--mount-proc',
    process.execPath,
    '-e',
    `
    const { Claim } = require(${JSON.stringify(join(FIXTURES, '../../dist/core/claim.js'))})
    if (new Claim(${JSON.stringify(path)}).take()) process.exit(1)
`,
  ])
  assert.ok(existsSync(claim))
  const config = { handlers: [{ type: 'file', path, rotate: { size: '1k' } }] }
  const before = oldFiles(path).length
  const log = () => run('log-lines.js', { config, args: ['50'] })
  assert.match((await log()).stderr, /another application already rotates this file/)
  assert.equal(oldFiles(path).length, before)
  utimesSync(claim, 1, 1)
  assert.equal((await log()).stderr, '')
  assert.ok(oldFiles(path).length > before)
  assert.deepEqual(
    readdirSync(join(folder, 'log')).filter((name) => name.startsWith('.')),
    [],
  )
})
