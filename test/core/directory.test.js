'use strict'
// Directory: where the runtime directory is created, which ones are rejected, and what is removed from it.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { spawnSync } = require('node:child_process')
const {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} = require('node:fs')
const { dirname, join } = require('node:path')
const { checkDirectory, makeDirectory, removeDirectory } = require('../../dist/core/directory.js')
const { scratch } = require('../helpers/run.js')

const UNIX = process.platform !== 'win32'
const isSuper = process.getuid?.() === 0

/** @param {string} path */
const mode = (path) => statSync(path).mode & 0o777

/** @param {RegExp} message */
const refused = (message) => ({ name: 'LogshareError', code: 'LOGSHARE_ERR_DIR', message })

/** @param {string} directory */
const lockOf = (directory, number = 1) => join(directory, `listener.${number}.lock`)

function deadPid() {
  return Number(spawnSync(process.execPath, ['-p', 'process.pid']).stdout)
}

test('a new directory below XDG_RUNTIME_DIR, private with any umask', (t) => {
  const base = scratch(t)
  const before = process.umask(0)
  t.after(() => process.umask(before))
  const one = makeDirectory({ XDG_RUNTIME_DIR: base })
  const two = makeDirectory({ XDG_RUNTIME_DIR: base })
  assert.notEqual(one, two)
  assert.equal(dirname(one), dirname(two))
  assert.equal(dirname(dirname(one)), base)
  assert.ok(one.includes(`${process.pid}-`))
  if (UNIX) assert.deepEqual([dirname(one), one, two].map(mode), [0o700, 0o700, 0o700])
})

test('LOGSHARE_DIR is created together with its parents', (t) => {
  const path = join(scratch(t), 'a/b')
  assert.equal(makeDirectory({ LOGSHARE_DIR: path }), path)
  if (UNIX) assert.equal(mode(path), 0o700)
  assert.equal(JSON.parse(readFileSync(lockOf(path), 'utf8')).pid, process.pid)
})

test('a new directory within LOGSHARE_DIR while a living process uses that', (t) => {
  const path = join(scratch(t), 'run')
  makeDirectory({ LOGSHARE_DIR: path })
  const second = makeDirectory({ LOGSHARE_DIR: path })
  assert.equal(dirname(second), path)
  if (UNIX) assert.equal(mode(second), 0o700)
})

test('LOGSHARE_DIR is used again when the process that used it is dead', (t) => {
  const path = join(scratch(t), 'run')
  mkdirSync(path, { mode: 0o700 })
  writeFileSync(lockOf(path), JSON.stringify({ pid: deadPid(), start: '1' }))
  assert.equal(makeDirectory({ LOGSHARE_DIR: path }), path)
  assert.equal(JSON.parse(readFileSync(lockOf(path, 2), 'utf8')).pid, process.pid)
})

test('a file, or a path that cannot be created, is rejected', (t) => {
  const base = scratch(t)
  const path = join(base, 'file')
  writeFileSync(path, '')
  assert.throws(() => makeDirectory({ LOGSHARE_DIR: path }), refused(/^runtime directory .*file: /))
  assert.throws(
    () => checkDirectory({ LOGSHARE_DIR: path }),
    refused(/expected a directory, got something else$/),
  )
  assert.throws(
    () => makeDirectory({ LOGSHARE_DIR: join(path, 'in') }),
    refused(/^runtime directory .*in: /),
  )
})

test('a symbolic link is rejected, and means another name', { skip: !UNIX }, (t) => {
  const base = scratch(t)
  mkdirSync(join(base, 'target'), { mode: 0o700 })
  symlinkSync('target', join(base, 'link'))
  const env = { LOGSHARE_DIR: join(base, 'link') }
  assert.throws(() => makeDirectory(env), refused(/expected a directory, got something else$/))
  assert.throws(() => checkDirectory(env), refused(/expected a directory, got something else$/))
  symlinkSync('target', join(base, `logshare-${process.getuid?.()}`))
  const other = dirname(makeDirectory({ XDG_RUNTIME_DIR: base }))
  assert.match(other, /[\\/]logshare-\d+-[0-9a-f]{8}$/)
  assert.equal(dirname(other), base)
  assert.equal(dirname(makeDirectory({ XDG_RUNTIME_DIR: base })), other, 'used again')
  assert.deepEqual(readdirSync(join(base, 'target')), [])
})

test('a directory that others may enter is rejected', { skip: !UNIX }, (t) => {
  const path = join(scratch(t), 'run')
  mkdirSync(path)
  for (const bits of [0o755, 0o710, 0o701]) {
    chmodSync(path, bits)
    const wrong = refused(new RegExp(`expected mode 0700, got 0${bits.toString(8)}$`))
    assert.throws(() => makeDirectory({ LOGSHARE_DIR: path }), wrong)
    assert.throws(() => checkDirectory({ LOGSHARE_DIR: path }), wrong)
  }
})

test('a directory of another user is rejected', { skip: !isSuper }, (t) => {
  const path = join(scratch(t), 'run')
  mkdirSync(path, { mode: 0o700 })
  chownSync(path, 12345, 12345)
  const wrong = refused(/expected it to belong to user 0, it belongs to user 12345$/)
  assert.throws(() => makeDirectory({ LOGSHARE_DIR: path }), wrong)
  assert.throws(() => checkDirectory({ LOGSHARE_DIR: path }), wrong)
})

test('a directory in a folder that others may change is rejected', { skip: !isSuper }, (t) => {
  const folder = join(scratch(t), 'shared')
  mkdirSync(folder)
  chownSync(folder, 0, 65_534)
  const path = join(folder, 'between/run')
  const env = { LOGSHARE_DIR: path }
  for (const bits of [0o775, 0o777, 0o1777, 0o755]) {
    chmodSync(folder, bits)
    if (bits === 0o1777 || bits === 0o755) {
      checkDirectory(env)
      removeDirectory(makeDirectory(env))
      continue
    }
    const wrong = refused(
      new RegExp(`shared can be changed by other users \\(mode 0${bits.toString(8)}\\)$`),
    )
    assert.throws(() => makeDirectory(env), wrong)
    assert.throws(() => checkDirectory(env), wrong)
    assert.deepEqual(readdirSync(folder), [])
  }
})

test('a directory that does not exist, or is not configured, is not checked', (t) => {
  checkDirectory({})
  checkDirectory({ LOGSHARE_DIR: join(scratch(t), 'missing') })
})

test('removal removes our files and the directory', (t) => {
  const path = join(scratch(t), 'run')
  makeDirectory({ LOGSHARE_DIR: path })
  for (const file of ['1-0-ab.0.q', 'bell.sock', 'config.json']) writeFileSync(join(path, file), '')
  removeDirectory(path)
  assert.ok(!existsSync(path))
  assert.doesNotThrow(() => removeDirectory(path))
})

test("a directory with somebody else's files stays", (t) => {
  const path = join(scratch(t), 'run')
  makeDirectory({ LOGSHARE_DIR: path })
  const theirs = ['my.config.json', 'bell.sock.txt', 'data.qq', 'listener.1.lock~', 'root.lock']
  for (const file of [...theirs, '1-0-ab.0.q']) writeFileSync(join(path, file), '')
  removeDirectory(path)
  assert.deepEqual(readdirSync(path).sort(), theirs.sort())
})
