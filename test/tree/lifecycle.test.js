'use strict'
// Lifecycle: with the option `lifecycle`, each child's start and end is a record, once, around all that it logs.

const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { join } = require('node:path')
const { test } = require('node:test')
const { assertDelivered } = require('../helpers/delivery.js')
const { assertSame, runBoth } = require('../helpers/identity.js')
const { assertLife, assertOnly, events, of } = require('../helpers/lifecycle.js')
const { until } = require('../helpers/orphans.js')
const {
  cleanEnv,
  collect,
  FIXTURES,
  readLines,
  readLog,
  REGISTER,
  run,
  scratch,
} = require('../helpers/run.js')

/**
 * Runs a scene and returns its log.
 * @param {import('node:test').TestContext} t
 * @param {string} scene
 * @param {object} [options]
 */
async function play(t, scene, options) {
  const path = join(scratch(t), 'app.log')
  const config = { lifecycle: true, handlers: [{ type: 'file', path }], ...options }
  const { code, stdout, stderr } = await run('lifecycle/root.js', { args: [scene], config })
  assert.equal(stderr, '')
  return { code, stdout, records: readLog(path) }
}

const CRASH = { reason: 'crash', code: 1, level: 50 }

test('workers', async (t) => {
  const { code, records } = await play(t, 'workers')
  assert.equal(code, 0)
  assertLife(records, 'worker#1', { reason: 'exit', code: 0, records: 2 })
  assertLife(records, 'worker#2', { reason: 'exit', code: 0, records: 0 })
  assertLife(records, 'worker#3', { reason: 'exit', code: 3, records: 1, level: 40 })
  assertLife(records, 'worker#4', { reason: 'exit', code: 0, records: 2 })
  assertLife(records, 'worker#5', CRASH)
  assertLife(records, 'worker#6', CRASH)
  assertLife(records, 'worker#7', { reason: 'exit', code: 4, level: 40 })
  assertLife(records, 'worker#8', { reason: 'oom', code: 1, records: 1, level: 50 })
  assertLife(records, 'worker#9', { reason: 'terminated', code: 1, records: 1 })
  assertLife(records, 'worker#10', { reason: 'terminated', records: 0 })
  assertLife(records, 'worker#11', { reason: 'exit', code: 0, records: 2 })
  assertLife(records, 'worker#12', { reason: 'exit', code: 5, script: '[eval]', level: 40 })
  assertLife(records, 'worker#13', CRASH)
  assertOnly(
    records,
    Array.from({ length: 13 }, (_, i) => `worker#${i + 1}`),
  )
  const root = of(records, 'root')
  assert.deepEqual(
    root.map(({ msg }) => msg),
    ['begins', 'is done'],
  )
})

test('forks and cluster workers', async (t) => {
  const { records } = await play(t, 'processes')
  assertLife(records, 'fork#1', { reason: 'exit', code: 0, records: 2 })
  assertLife(records, 'fork#2', { reason: 'exit', code: 0, records: 0 })
  assertLife(records, 'fork#3', { reason: 'exit', code: 3, records: 1, level: 40 })
  assertLife(records, 'fork#4', { reason: 'exit', code: 0, records: 2 })
  assertLife(records, 'fork#5', CRASH)
  assertLife(records, 'fork#6', CRASH)
  assertLife(records, 'fork#7', { reason: 'exit', code: 4, level: 40 })
  assertLife(records, 'fork#8', { reason: 'crash', code: undefined, signal: 'SIGABRT', level: 50 })
  assertLife(records, 'fork#9', { reason: 'exit', code: 0, records: 2001 })
  assertLife(records, 'fork#10', { reason: 'killed', signal: 'SIGTERM', records: 1, level: 40 })
  assertLife(records, 'fork#11', { reason: 'crash', code: 7, level: 50 })
  const killed = { reason: 'killed', signal: 'SIGKILL', code: undefined, level: 40 }
  assertLife(records, 'fork#12', { ...killed, records: 1 })
  assertLife(records, 'fork#13', { ...killed, records: 0 })
  assertLife(records, 'fork#14', { reason: 'exit', code: 0, records: 2 })
  assertLife(records, 'cluster#1', { reason: 'exit', code: 3, records: 1, level: 40 })
  const forks = Array.from({ length: 14 }, (_, i) => `fork#${i + 1}`)
  assertOnly(records, [...forks, 'cluster#1'])
})

test('commands: only the node processes, also below a shell and where the root waits', async (t) => {
  const { records } = await play(t, 'commands')
  assertLife(records, 'spawn#1', { reason: 'exit', code: 0, records: 2 })
  assertLife(records, 'spawn#4', { reason: 'exit', code: 3, records: 1, level: 40 })
  assertLife(records, 'spawn#5', { kind: 'exec', reason: 'exit', code: 0, records: 2 })
  // Two processes below one shell, which does not tell how they ended.
  const pids = [...new Set(of(records, 'spawn#6').map(({ pid }) => pid))]
  const [first, second] = pids.map((pid) => records.filter((record) => record.pid === pid))
  assert.equal(pids.length, 2)
  const exec = { kind: 'exec', level: 40, records: 1 }
  assertLife(first, 'spawn#6', { ...exec, reason: 'exit', code: 3 })
  assertLife(second, 'spawn#6', { ...exec, reason: 'killed', code: undefined })
  assertLife(records, 'spawn#7', { reason: 'exit', code: 0, records: 2 })
  assertLife(records, 'spawn#8', { kind: 'exec', reason: 'exit', code: 3, records: 1, level: 40 })
  assertLife(records, 'spawn#9', { reason: 'killed', signal: 'SIGKILL', records: 1, level: 40 })
  assertOnly(
    records,
    [1, 4, 5, 6, 6, 7, 8, 9].map((number) => `spawn#${number}`),
  )
})

test('children of children, with and without a living parent', async (t) => {
  const { records } = await play(t, 'nested')
  assertLife(records, 'fork#1', { reason: 'exit', code: 0 })
  assertLife(records, 'fork#1/worker#1', { reason: 'terminated', code: undefined, records: 1 })
  assertLife(records, 'fork#1/fork#1', { reason: 'exit', code: 0, records: 2 })
  const killed = { reason: 'killed', records: 1, level: 40 }
  assertLife(records, 'fork#2', { ...killed, signal: 'SIGKILL' })
  assertLife(records, 'fork#2/fork#1', killed) // nobody waits for it who could tell the signal
  assertLife(records, 'fork#3', { ...killed, signal: 'SIGKILL' })
  assertLife(records, 'fork#3/fork#1', { ...killed, signal: 'SIGKILL' })
  assertLife(records, 'worker#1', { reason: 'terminated', code: 1, records: 1 })
  assertLife(records, 'worker#1/fork#1', { reason: 'exit', code: 6, records: 1, level: 40 })
  const forks = ['fork#1', 'fork#1/worker#1', 'fork#1/fork#1', 'fork#2', 'fork#2/fork#1']
  assertOnly(records, [...forks, 'fork#3', 'fork#3/fork#1', 'worker#1', 'worker#1/fork#1'])
  // A thread ends before its process, and a process may end after its parent.
  const ends = records.filter(({ event }) => event === 'end').map(({ child }) => child)
  assert.ok(ends.indexOf('fork#1/worker#1') < ends.indexOf('fork#1'))
  assert.ok(ends.indexOf('fork#2/fork#1') > ends.indexOf('fork#2'))
})

for (const scene of ['fork', 'worker']) {
  test(`the root exits when it learns of the end of its ${scene}`, async (t) => {
    const { code, records } = await play(t, scene)
    assert.equal(code, 7)
    assertLife(records, `${scene}#1`, { reason: 'exit', code: 0, records: 2001 })
    assertOnly(records, [`${scene}#1`])
  })
}

test('the root exits without having learnt of the ends', async (t) => {
  const { code, records } = await play(t, 'blind')
  assert.equal(code, 7)
  assertLife(records, 'fork#1', { reason: 'exit', code: 3, records: 1, level: 40 })
  assertLife(records, 'worker#1', { reason: 'exit', code: 0, records: 0, script: '[eval]' })
  assertOnly(records, ['fork#1', 'worker#1'])
})

test('the root ends by itself after its children', async (t) => {
  const { code, records } = await play(t, 'natural')
  assert.equal(code, 0)
  for (const child of ['fork#1', 'worker#1'])
    assertLife(records, child, { reason: 'exit', code: 0, records: 2001 })
  assertOnly(records, ['fork#1', 'worker#1'])
})

test('a worker that still runs when the root ends has no end, and does not keep the root alive', async (t) => {
  const { code, records } = await play(t, 'running')
  assert.equal(code, 0)
  assertDelivered(records)
  assert.deepEqual(
    events(records).map(({ event, child }) => `${event} ${child}`),
    ['start worker#1'],
  )
})

test('the end counts what was dropped', async (t) => {
  const overflow = { policy: 'drop' }
  const { records } = await play(t, 'drops', { overflow })
  const own = of(records, 'worker#1')
  const end = own[own.length - 1]
  assert.equal(end.event, 'end')
  assert.equal(end.records, 30_000)
  assert.ok(Number(end.drops) > 0)
  const arrived = own.filter(({ name }) => name === 'app').length
  assert.equal(arrived, 30_000 - Number(end.drops))
})

test('a killed root: the child that takes over records the end of another', async (t) => {
  const directory = scratch(t)
  const path = join(directory, 'app.log')
  const config = { lifecycle: true, handlers: [{ type: 'file', path }] }
  const env = cleanEnv({ LOGSHARE_CONFIG: JSON.stringify(config), XDG_RUNTIME_DIR: directory })
  const args = ['-r', REGISTER, join(FIXTURES, 'lifecycle/root.js'), 'takeover']
  const root = spawn(process.execPath, args, { env })
  let stdout = ''
  root.stdout.setEncoding('utf8').on('data', (text) => (stdout += text))
  const ended = collect(root, { limit: 60_000 })
  await until(() => stdout.split('\n').length === 3, 'the children')
  const pids = stdout.trim().split('\n').map(Number)
  t.after(() => {
    for (const pid of pids) stop(pid)
  })
  root.kill('SIGKILL')
  await ended
  stop(pids[0])
  const find = () => events(readLog(path)).find(({ event }) => event === 'end')
  await until(() => find() !== undefined || undefined, 'the end')
  stop(pids[1])
  const records = readLog(path)
  const child = records.find(({ pid }) => pid === pids[0])?.source ?? ''
  assertLife(records, child, { reason: 'killed', records: 1, level: 40 })
  assertDelivered(records)
  assert.equal(events(records).length, 3)
})

/** @param {number} pid */
function stop(pid) {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
}

test('without handlers the records are printed, once and in order', async (t) => {
  const env = { XDG_RUNTIME_DIR: scratch(t) }
  const { stdout } = await run('lifecycle/root.js', {
    args: ['pair'],
    config: { lifecycle: true },
    env,
  })
  const records = readLines(stdout)
  const children = ['fork#1', 'fork#2', 'worker#1']
  for (const child of children) assertLife(records, child, { reason: 'exit', code: 0, records: 2 })
  assertOnly(records, children)
})

test('a handler of the application gets them', async (t) => {
  const { stdout } = await play(t, 'added')
  assert.equal(stdout, 'start fork#1\nend fork#1\n')
})

test('a level for the logger `logshare` holds, that of the root logger does not', async (t) => {
  const loud = await play(t, 'commands', { level: 'error' })
  const found = events(loud.records).map(({ event }) => event)
  assert.deepEqual(found.sort(), [...Array(8).fill('end'), ...Array(8).fill('start')])
  const quiet = await play(t, 'commands', { levels: { logshare: 'warn' } })
  const left = events(quiet.records).map(({ event, child, code }) => [event, child, code])
  assert.deepEqual(left, [
    ['end', 'spawn#4', 3],
    ['end', 'spawn#6', 3],
    ['end', 'spawn#6', undefined],
    ['end', 'spawn#8', 3],
    ['end', 'spawn#9', undefined],
  ])
  assertDelivered(quiet.records)
})

test('without the option there is none', async (t) => {
  const { records } = await play(t, 'fork', { lifecycle: false })
  assert.deepEqual(events(records), [])
  assertDelivered(records, { root: 2, 'fork#1': 2001 })
})

test('without the option its code is not loaded', async (t) => {
  const off = await play(t, 'loaded', { lifecycle: false })
  assert.equal(off.stdout, '\n')
  const on = await play(t, 'loaded')
  assert.equal(
    on.stdout,
    'core/lifecycle.js,listener/children.js,listener/ending.js,spawn/ends.js,tree/lifecycle.js\n',
  )
})

test('listeners, own keys and the order of events are those without logshare', async (t) => {
  const { stdout } = await play(t, 'counts')
  const plain = await run('lifecycle/root.js', { args: ['counts'], way: 'none' })
  const shown = plain.stdout.split('\n').filter((line) => !line.startsWith('{')) // the fixture's own records
  assert.equal(stdout, shown.join('\n'))
})

test('what the application and its workers see', async (t) => {
  const directory = scratch(t)
  const path = join(directory, 'app.log')
  const config = { lifecycle: true, handlers: [{ type: 'file', path }] }
  const env = { XDG_RUNTIME_DIR: directory }
  assertSame(await runBoth('worker-variants.js', { way: '-r', env, config }))
  const records = readLog(path)
  assertDelivered(records)
  assert.ok(events(records).length > 20)
})
