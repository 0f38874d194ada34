'use strict'
// Another program moves the log file: logrotate with a postrotate script or copytruncate, reopen(), a signal, the command.

const assert = require('node:assert/strict')
const { once } = require('node:events')
const { spawnSync } = require('node:child_process')
const { existsSync, readFileSync, renameSync, statSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const test = require('node:test')
const { assertDelivered } = require('../../helpers/delivery')
const { command, until } = require('../../helpers/orphans')
const { needPrograms } = require('../../helpers/programs')
const { readAll } = require('../../helpers/rotated')
const { cleanEnv, readLog, ROOT, scratch } = require('../../helpers/run')
const { startSteps } = require('../../helpers/steps')

const COMMAND = `"${process.execPath}" "${join(ROOT, 'dist/cli/main.js')}"`
const skip = process.platform !== 'linux'
if (!skip) needPrograms({ logrotate: 'logrotate' })

/** An application with children, its runtime directory and its log. @param {import('node:test').TestContext} t @param {object} [more] */
function start(t, more = {}) {
  const folder = scratch(t)
  const path = join(folder, 'app.log')
  const directory = join(folder, 'run')
  const config = { handlers: [{ type: 'file', path, ...more }] }
  const app = startSteps(t, { args: ['fork'], config, env: { LOGSHARE_DIR: directory } })
  return { ...app, folder, path, directory }
}

/** Runs logrotate as its nightly job does. @param {string} folder @param {string} path @param {string} directives */
function logrotate(folder, path, directives) {
  const conf = join(folder, 'rotate.conf')
  writeFileSync(conf, `${path} {\n${directives}\n}\n`, { mode: 0o644 })
  const { status, stderr } = spawnSync('logrotate', ['-f', '-s', join(folder, 'status'), conf], {
    encoding: 'utf8',
    env: cleanEnv(),
    timeout: 30_000,
  })
  assert.deepEqual([status, stderr], [0, ''])
}

test('logrotate, with a postrotate script', { skip }, async (t) => {
  const { take, end, notices, folder, path, directory } = start(t)
  const directives = `rotate 20\ncreate\nmissingok\npostrotate\n${COMMAND} reopen ${directory}\nendscript`
  await take('log', { count: 10 })
  await take('flush')
  for (let nth = 1; nth <= 4; nth++) {
    const logged = take('log', { count: 8000 }) // while logrotate renames the file
    logrotate(folder, path, directives)
    const { size } = statSync(`${path}.1`)
    await logged
    await take('flush')
    assert.equal(statSync(`${path}.1`).size, size, 'written to after the script ended')
  }
  assert.deepEqual([await end(), notices], [0, []])
  const files = [4, 3, 2, 1].map((nth) => `${path}.${nth}`)
  const records = [...files, path].flatMap(readLog)
  assertDelivered(records, { root: 32_010, 'fork#1': 32_010, 'worker#1': 32_010 })
})

test('logrotate, with copytruncate', { skip }, async (t) => {
  const { take, end, notices, folder, path } = start(t)
  for (let nth = 1; nth <= 3; nth++) {
    await take('log', { count: 300 })
    await take('flush') // copytruncate loses what is written between its copy and its truncate
    logrotate(folder, path, 'rotate 9\ncopytruncate')
    assert.equal(statSync(path).size, 0)
  }
  await take('log', { count: 300 })
  assert.deepEqual([await end(), notices], [0, []])
  const files = [3, 2, 1].map((nth) => `${path}.${nth}`)
  const records = [...files, path].flatMap(readLog)
  assertDelivered(records, { root: 1200, 'fork#1': 1200, 'worker#1': 1200 })
})

test('logrotate together with our own rotation', { skip }, async (t) => {
  const { take, end, notices, folder, path } = start(t, { rotate: { size: '50k' } })
  for (let nth = 1; nth <= 3; nth++) {
    await take('log', { count: 300 })
    await take('flush') // logrotate fails if the file is missing at the moment of its rename
    logrotate(folder, path, 'rotate 9\ncreate')
    await take('log', { count: 300 })
    await take('reopen')
  }
  await take('log', { count: 300 })
  assert.deepEqual([await end(), notices], [0, []])
  const theirs = [3, 2, 1].flatMap((nth) => readLog(`${path}.${nth}`))
  const records = [...theirs, ...readAll(path)].sort((a, b) => a.seq - b.seq)
  assertDelivered(records, { root: 2100, 'fork#1': 2100, 'worker#1': 2100 })
})

test('reopen() in the root resolves when nothing is written to the old file any more', async (t) => {
  const { take, end, path } = start(t)
  await take('log', { count: 10 })
  renameSync(path, `${path}.1`)
  const logged = take('log', { count: 5000 })
  await take('reopen')
  const { size } = statSync(`${path}.1`)
  assert.ok(existsSync(path))
  await logged
  assert.equal(await end(), 0)
  assert.equal(statSync(`${path}.1`).size, size)
  const records = [`${path}.1`, path].flatMap(readLog)
  assertDelivered(records, { root: 5010, 'fork#1': 5010, 'worker#1': 5010 })
})

for (const args of [[], ['fork']]) {
  test(`the signal configured in \`reopen\`, ${args.length > 0 ? 'threaded' : 'inline'}`, {
    skip: process.platform === 'win32',
  }, async (t) => {
    const path = join(scratch(t), 'app.log')
    const config = { handlers: [{ type: 'file', path, reopen: 'SIGHUP' }] }
    const app = startSteps(t, { args, config })
    await app.take('log', { count: 10 })
    await app.take('flush')
    renameSync(path, `${path}.1`)
    app.child.kill('SIGHUP')
    await until(() => existsSync(path), 'new file')
    assert.equal(readFileSync(path, 'utf8'), '')
    await app.take('log', { count: 10 })
    assert.equal(await app.end(), 0)
    assertDelivered([`${path}.1`, path].flatMap(readLog))
  })
}

test('a signal that is not configured ends the process as without logshare', {
  skip: process.platform === 'win32',
}, async (t) => {
  const app = startSteps(t, {
    config: { handlers: [{ type: 'file', path: join(scratch(t), 'a') }] },
  })
  await app.take('log', { count: 10 })
  app.child.kill('SIGHUP')
  const [, signal] = await once(app.child, 'exit')
  assert.equal(signal, 'SIGHUP')
})

test('the command finds applications by process id, by directory and without arguments', async (t) => {
  const folder = scratch(t)
  const path = join(folder, 'app.log')
  const env = { XDG_RUNTIME_DIR: folder, TMPDIR: folder }
  const config = { handlers: [{ type: 'file', path }] }
  const app = startSteps(t, { args: ['fork'], config, env })
  await app.take('log', { count: 10 })
  await app.take('flush')
  const place = join(folder, `logshare-${process.getuid?.() ?? 'user'}`)
  for (const args of [[], [String(app.child.pid)]]) {
    renameSync(path, `${path}.1`)
    const { code, stderr } = await command(['reopen', ...args], { env })
    assert.deepEqual([code, stderr], [0, ''])
    assert.ok(existsSync(path))
  }
  for (const [name, said] of [
    ['1', /^logshare: 1: not a root process with children; .*\(LOGSHARE_ERR_DIR\)\n$/],
    [place, /: no running application \(LOGSHARE_ERR_DIR\)\n$/],
  ]) {
    const { code, stderr } = await command(['reopen', String(name)], { env })
    assert.equal(code, 1)
    assert.match(stderr, /** @type {RegExp} */ (said))
  }
  assert.equal(await app.end(), 0)
})
