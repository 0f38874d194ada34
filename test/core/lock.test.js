'use strict'
// The lock of a runtime directory: held by one living process, taken over from a dead one, by one of several.

const assert = require('node:assert/strict')
const { fork, spawnSync } = require('node:child_process')
const { existsSync, readdirSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { test } = require('node:test')
const { dropLock, isLocked, takeLock } = require('../../dist/core/lock.js')
const { isAlive, startOf } = require('../../dist/core/process.js')
const { cleanEnv, scratch, FIXTURES } = require('../helpers/run.js')

const FILE = 'listener.1.lock'

test('is taken once, and free again when dropped', (t) => {
  const directory = scratch(t)
  assert.equal(isLocked(directory), false)
  assert.equal(takeLock(directory), true)
  assert.equal(isLocked(directory), true)
  assert.equal(takeLock(directory), false)
  dropLock(directory)
  assert.equal(isLocked(directory), false)
  assert.equal(takeLock(directory), true)
})

test('of a dead process is taken over', (t) => {
  const directory = scratch(t)
  const { pid } = spawnSync(process.execPath, ['-e', '0'])
  writeFileSync(join(directory, FILE), JSON.stringify({ pid, start: '1' }))
  assert.equal(isLocked(directory), false)
  assert.equal(takeLock(directory), true)
  assert.deepEqual(readdirSync(directory).sort(), [FILE, 'listener.2.lock'])
  assert.equal(takeLock(directory), false)
})

test('of a process whose id another has now is taken over', {
  skip: process.platform !== 'linux',
}, (t) => {
  const directory = scratch(t)
  writeFileSync(join(directory, FILE), JSON.stringify({ pid: process.pid, start: '1' }))
  assert.equal(takeLock(directory), true)
})

test('that cannot be read is respected', (t) => {
  for (const text of ['', 'not JSON', 'null']) {
    const directory = scratch(t)
    writeFileSync(join(directory, FILE), text)
    assert.equal(takeLock(directory), false, text)
  }
})

test('is not dropped for somebody else', (t) => {
  const directory = scratch(t)
  const holder = { pid: process.ppid, start: startOf(process.ppid) }
  writeFileSync(join(directory, FILE), JSON.stringify(holder))
  dropLock(directory)
  assert.ok(existsSync(join(directory, FILE)))
})

test('of a dead process is taken by one of many', async (t) => {
  const directory = scratch(t)
  const { pid } = spawnSync(process.execPath, ['-e', '0'])
  writeFileSync(join(directory, FILE), JSON.stringify({ pid, start: '1' }))
  const processes = Array.from({ length: 8 }, () =>
    fork(join(FIXTURES, 'take-lock.js'), [directory], { env: cleanEnv() }),
  )
  await Promise.all(processes.map((each) => new Promise((done) => each.once('message', done))))
  const answers = processes.map((each) => new Promise((done) => each.once('message', done)))
  for (const each of processes) each.send('take')
  assert.deepEqual((await Promise.all(answers)).filter(Boolean), [true])
  for (const each of processes) each.disconnect()
})

test('a process is alive until it has ended, also while nobody has waited for it', () => {
  assert.equal(isAlive(process.pid), true)
  const { pid } = spawnSync(process.execPath, ['-e', '0'])
  assert.equal(isAlive(Number(pid)), false)
  // The shell's child has ended and the shell waits for nothing: a zombie.
  const { stdout } = spawnSync('sh', ['-c', 'sleep 0 & echo $!; exec sleep 0.3'], {
    encoding: 'utf8',
  })
  assert.equal(isAlive(Number(stdout)), false)
})
