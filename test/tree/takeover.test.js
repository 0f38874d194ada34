'use strict'
// Takeover: if the listener's thread, its process or the whole application is killed, the log has each record once.

const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { mkdirSync, readFileSync, readdirSync, writeFileSync } = require('node:fs')
const { basename, join } = require('node:path')
const { it } = require('node:test')
const { assertDelivered, audit } = require('../helpers/delivery')
const { command, startOrphans, until } = require('../helpers/orphans')
const { run, scratch, readLog, FIXTURES } = require('../helpers/run')

for (const times of [1, 3, 4]) {
  it(`loses nothing when the listener thread is terminated ${times} times`, async (t) => {
    const path = join(scratch(t), 'app.log')
    const config = { handlers: [{ type: 'file', path }] }
    const args = [String(times), '5000']
    const { code, stderr } = await run('death/listener.js', { args, config })
    assert.equal(code, 0, stderr)
    assert.match(stderr, /^logshare: the listener thread died: .*LOGSHARE_WARN_LISTENER\)\n$/)
    // The workers of workers are started after the first listener thread has died.
    const sources = ['worker#1', 'worker#2', 'fork#1', 'fork#2']
    const nested = ['worker#1/worker#1', 'worker#2/worker#1']
    const expected = Object.fromEntries([...sources, ...nested].map((source) => [source, 5000]))
    assertDelivered(readLog(path), expected)
  })
}

it('takes records of a thread that another one starts after the listener thread was terminated', async (t) => {
  const path = join(scratch(t), 'app.log')
  const config = { handlers: [{ type: 'file', path }] }
  const { code, stderr } = await run('death/late-thread.js', { args: ['2000'], config })
  assert.equal(code, 0, stderr)
  assertDelivered(readLog(path), { 'worker#1': 1, 'worker#1/worker#1': 2000 })
})

for (const kills of [1, 2, 3]) {
  it(`loses nothing when the root and ${kills - 1} later listeners are killed while 8 children log`, async (t) => {
    const app = await startOrphans(t, { children: 8, records: 3000 })
    const killed = new Set()
    for (let kill = 0; kill < kills; kill++) {
      const pid = await until(() => app.holder(killed), 'a listener')
      process.kill(pid, 'SIGKILL')
      killed.add(pid)
    }
    await app.ended()
    app.assertComplete()
    assert.deepEqual(app.left(), [])
  })
}

it('begins a line of its own where a killed listener has left a part of one', async (t) => {
  const stdout = join(scratch(t), 'stdout')
  const config = { handlers: [{ type: 'console', format: 'json' }] }
  const { signal, stderr } = await run('death/cut.js', { args: [stdout], config, stdout })
  assert.deepEqual([signal, stderr], ['SIGKILL', ''])
  const lines = readFileSync(stdout, 'utf8').trimEnd().split('\n')
  const cut = lines.indexOf('{"level":30,"time":1')
  assert.ok(cut >= 0, lines.join('\n'))
  const messages = lines.toSpliced(cut, 1).map((line) => JSON.parse(line).msg)
  assert.equal(messages.at(-1), 'after')
})

it('recovers the records when all processes are killed at once', async (t) => {
  const app = await startOrphans(t, { children: 4, records: 1e6 })
  app.killAll()
  await app.ended()
  const before = audit(readLog(app.log))
  assert.equal(before.doubled, 0)
  const { code, stderr } = await command(['recover', app.directory])
  assert.equal(code, 0, stderr)
  assert.match(stderr, /: \d+ records recovered\n$/)
  app.assertComplete()
  assert.deepEqual(app.left(), [])
})

for (const point of [
  'before the lines',
  'half a line',
  'behind the lines',
  'before the state',
  'behind the state',
  'behind a segment',
]) {
  it(`writes each record once when two listeners in turn are killed ${point}`, async (t) => {
    const app = await startOrphans(t, { children: 2, records: 1e6 })
    await app.fallBehind(20_000)
    app.killAll()
    await app.ended()
    const preload = ['-r', join(FIXTURES, 'death/crash-at.js')]
    // The state is saved a few times only.
    const times = point.endsWith('state') ? [1, 2] : [2, 3]
    for (const nth of point === 'behind a segment' ? [1] : times) {
      const env = { CRASH_AT: point, CRASH_NTH: String(nth), CRASH_LOG: app.log }
      const { signal, code, stderr } = await command(['recover', app.directory], { preload, env })
      assert.equal(signal, 'SIGKILL', `not ${point} the ${nth}. time: ${code} ${stderr}`)
    }
    const { code, stderr } = await command(['recover', app.directory])
    assert.equal(code, 0, stderr)
    app.assertComplete()
    assert.deepEqual(app.left(), [])
  })
}

it('recovers the records of a killed root that logged through a file', async (t) => {
  const directory = scratch(t)
  const path = join(directory, 'app.log')
  const env = { LOGSHARE_DIR: join(directory, 'run') }
  const config = { queue: 'file', handlers: [{ type: 'file', path }] }
  const { signal } = await run('death/alone.js', { args: ['2000'], env, config })
  assert.equal(signal, 'SIGKILL')
  assert.equal((await command(['recover', env.LOGSHARE_DIR])).code, 0)
  assertDelivered(readLog(path), { root: 2000, 'worker#1': 2000 })
})

it('does not recover a running application', async (t) => {
  const app = await startOrphans(t, { children: 1, records: 1e6 })
  const { code, stderr } = await command(['recover', app.directory])
  assert.deepEqual(
    [code, stderr.split(': ').at(-1)],
    [1, 'in use by a running application (LOGSHARE_ERR_DIR)\n'],
  )
  app.killAll()
  await app.ended()
})

it('the next root with the same LOGSHARE_DIR writes what was left', async (t) => {
  const app = await startOrphans(t, { children: 2, records: 1e6 })
  app.killAll()
  await app.ended()
  const config = { handlers: [{ type: 'file', path: app.log }] }
  const env = { LOGSHARE_DIR: app.directory }
  const { code, stderr } = await run('death/next.js', { env, config })
  assert.equal(code, 0, stderr)
  app.assertComplete()
})

it('the next start of an application writes what a killed one left in the default location', async (t) => {
  const app = await startOrphans(t, { children: 2, records: 1e6, isDefault: true })
  app.killAll()
  await app.ended()
  const [left] = readdirSync(app.place)
  const env = { XDG_RUNTIME_DIR: app.base }
  const other = { handlers: [{ type: 'file', path: `${app.log}.other` }] }
  assert.equal((await run('death/next.js', { env, config: other })).code, 0)
  assert.deepEqual(readdirSync(app.place), [left], 'another application leaves it alone')
  const config = { handlers: [{ type: 'file', path: app.log }] }
  const { code, stderr } = await run('death/next.js', { env, config })
  assert.deepEqual([code, stderr], [0, ''])
  app.assertComplete()
  assert.deepEqual(readdirSync(app.place), [])
})

it('removes empty directories of dead roots, and never those of running ones', async (t) => {
  const app = await startOrphans(t, { children: 1, records: 1e6, isDefault: true })
  const [living] = readdirSync(app.place)
  const empty = join(app.place, `${await endedPid()}-00000000`)
  // The root's process id was reused by another process: this one.
  const reused = join(app.place, `${process.pid}-00000001`)
  const foreign = join(app.place, 'notes')
  // A root that has made its directory, and one that is about to take its lock.
  const starting = [2, 3].map((n) => join(app.place, `${process.pid}-0000000${n}`))
  for (const path of [empty, reused, foreign, ...starting]) mkdirSync(path, { mode: 0o700 })
  writeFileSync(join(String(starting[1]), `listener.${process.pid}.lock.new`), '{')
  const holder = JSON.stringify({ pid: process.pid, start: '1' })
  writeFileSync(join(reused, 'listener.1.lock'), holder)
  const env = { XDG_RUNTIME_DIR: app.base }
  const config = { handlers: [{ type: 'file', path: app.log }] }
  const left = () => readdirSync(app.place).sort()
  const expected = [living, 'notes', ...starting.map((path) => basename(path))].sort()
  // A sweep is limited in time: the next root continues.
  for (let nth = 0; nth < 5 && left().length > expected.length; nth++) {
    assert.equal((await run('death/next.js', { env, config })).code, 0)
  }
  assert.deepEqual(left(), expected)
  app.killAll()
  await app.ended()
})

/** The id of a process that has ended. */
function endedPid() {
  const child = spawn(process.execPath, ['-e', '0'])
  return new Promise((resolve) => child.on('close', () => resolve(child.pid)))
}
