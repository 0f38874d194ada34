'use strict'
// Lock: one living process holds it, and of several processes exactly one takes it over from a dead holder.

const assert = require('node:assert/strict')
const { fork, spawnSync } = require('node:child_process')
const { existsSync, readdirSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { test } = require('node:test')
const { dropLock, isLocked, takeLock } = require('../../dist/core/lock.js')
const { isAlive, startOf } = require('../../dist/core/process.js')
const { cleanEnv, scratch, FIXTURES } = require('../helpers/run.js')

const FILE = 'listener.1.lock'

test('a lock is taken once, and is free again after it was dropped', (t) => {
  const directory = scratch(t)
  assert.equal(isLocked(directory), false)
  assert.equal(takeLock(directory), true)
  assert.equal(isLocked(directory), true)
  assert.equal(takeLock(directory), false)
  dropLock(directory)
  assert.equal(isLocked(directory), false)
  assert.equal(takeLock(directory), true)
})

test('a lock of a dead process is taken over', (t) => {
  const directory = scratch(t)
  const { pid } = spawnSync(process.execPath, ['-e', '0'])
  writeFileSync(join(directory, FILE), JSON.stringify({ pid, start: '1' }))
  assert.equal(isLocked(directory), false)
  assert.equal(takeLock(directory), true)
  assert.deepEqual(readdirSync(directory).sort(), [FILE, 'listener.2.lock'])
  assert.equal(takeLock(directory), false)
})

test('a lock of a dead process whose id was reused is taken over', {
  skip: process.platform !== 'linux',
}, (t) => {
  const directory = scratch(t)
  writeFileSync(join(directory, FILE), JSON.stringify({ pid: process.pid, start: '1' }))
  assert.equal(takeLock(directory), true)
})

test('a lock that cannot be read counts as held', (t) => {
  for (const text of ['', 'not JSON', 'null']) {
    const directory = scratch(t)
    writeFileSync(join(directory, FILE), text)
    assert.equal(takeLock(directory), false, text)
  }
})

test('a lock of another process is not dropped', (t) => {
  const directory = scratch(t)
  const holder = { pid: process.ppid, start: startOf(process.ppid) }
  writeFileSync(join(directory, FILE), JSON.stringify(holder))
  dropLock(directory)
  assert.ok(existsSync(join(directory, FILE)))
})

test('a lock of a dead process is taken over by exactly one of several processes', async (t) => {
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

test('a process that has ended is not alive, even before it is reaped', () => {
  assert.equal(isAlive(process.pid), true)
  const { pid } = spawnSync(process.execPath, ['-e', '0'])
  assert.equal(isAlive(Number(pid)), false)
  // The shell's child has ended and the shell does not reap it: a zombie.
  const { stdout } = spawnSync('sh', ['-c', 'sleep 0 & echo $!; exec sleep 0.3'], {
    encoding: 'utf8',
  })
  assert.equal(isAlive(Number(stdout)), false)
})
