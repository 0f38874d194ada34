'use strict'
// Overload: each policy holds, lower levels are dropped first, and every drop is counted and reported.

const test = require('node:test')
const assert = require('node:assert/strict')
const { execFileSync, spawn } = require('node:child_process')
const { once } = require('node:events')
const { closeSync, constants, openSync } = require('node:fs')
const { join } = require('node:path')
const { audit, assertDelivered, sumByLevel } = require('../helpers/delivery.js')
const { readLog, run, scratch } = require('../helpers/run.js')
const { startSteps } = require('../helpers/steps.js')

const SKIP = { skip: process.platform !== 'linux' }
const PAD = 'x'.repeat(300)
const STEP_LEVELS = { STEP_LEVELS: '1' }

/** Milliseconds during which a reader reads nothing. */
const BLOCKED = 10_000

/**
 * A pipe that is not read until `read` is called. `read` copies its content to a file.
 * @param {import('node:test').TestContext} t
 */
function makePipe(t) {
  const directory = scratch(t)
  const [path, file] = [join(directory, 'pipe'), join(directory, 'read.log')]
  execFileSync('mkfifo', [path])
  const reading = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const writing = openSync(path, constants.O_WRONLY)
  const read = async () => {
    const blocking = openSync(path, constants.O_RDONLY)
    const target = openSync(file, 'w')
    const cat = spawn('cat', { stdio: [blocking, target, 'inherit'] })
    for (const fd of [blocking, target, reading, writing]) closeSync(fd)
    await once(cat, 'close')
    return readLog(file)
  }
  return { writing, read }
}

/** The dropped records according to the reports in a log. @param {readonly import('logshare').LogRecord[]} log */
function reported(log) {
  return sumByLevel(log.flatMap(({ dropped }) => (dropped ? [dropped] : [])))
}

test(
  'drop: a reader that reads nothing for 10 s; lower levels are dropped, counted and reported',
  SKIP,
  async (t) => {
    const pipe = makePipe(t)
    const config = {
      level: 'trace',
      handlers: [
        { type: 'console', format: 'json' },
        { type: 'file', path: join(scratch(t), 'a.log') },
      ],
      overflow: { policy: 'drop', limit: '2m' },
    }
    const app = startSteps(t, { args: ['fork'], config, env: STEP_LEVELS, stdout: pipe.writing })
    const start = Date.now()
    const count = 3000
    await app.take('log', { count, pad: PAD })
    await app.take('flush')
    // The other handler has all records, whatever the first one's reader does.
    assertDelivered(readLog(config.handlers[1].path ?? ''), {
      root: count,
      'fork#1': count,
      'worker#1': count,
    })
    await new Promise((resolve) => setTimeout(resolve, BLOCKED - (Date.now() - start)))
    const { drops } = await app.take('stats')
    const reading = pipe.read()
    assert.equal(await app.end(), 0)
    const log = await reading
    for (const source of ['root', 'fork#1', 'worker#1']) {
      const there = log.filter((record) => record.source === source)
      const lost = Object.values(drops[source]).reduce((sum, each) => sum + each, 0)
      assert.equal(there.length + lost, count, source)
      assert.equal(drops[source].error, undefined)
      assert.ok(drops[source].debug > 0)
      assert.ok((drops[source].warn ?? 0) <= drops[source].debug)
    }
    const { doubled, disordered } = audit(log)
    assert.deepEqual([doubled, disordered], [0, 0])
    assert.deepEqual(reported(log), sumByLevel([drops]))
  },
)

test(
  'block: a reader that reads nothing for 10 s is waited for, and nothing is lost',
  SKIP,
  async (t) => {
    const pipe = makePipe(t)
    const config = {
      level: 'trace',
      handlers: [{ type: 'console', format: 'json' }],
      overflow: { policy: 'block', limit: '1m', wait: '30s' },
    }
    const app = startSteps(t, { args: ['fork'], config, env: STEP_LEVELS, stdout: pipe.writing })
    // More than the pipe, the handler, a ring and a queue file hold together.
    const count = 12_000
    const start = Date.now()
    const logged = app.take('log', { count, pad: PAD })
    await new Promise((resolve) => setTimeout(resolve, BLOCKED))
    const reading = pipe.read()
    await logged
    assert.ok(Date.now() - start >= BLOCKED, 'callers waited')
    const { drops } = await app.take('stats')
    assert.equal(await app.end(), 0)
    assert.deepEqual(drops, {})
    assertDelivered(await reading, { root: count, 'fork#1': count, 'worker#1': count })
  },
)

test('block: after one wait that timed out, later calls do not wait', SKIP, async (t) => {
  const pipe = makePipe(t)
  const config = {
    level: 'trace',
    handlers: [{ type: 'console', format: 'json' }],
    overflow: { policy: 'block', limit: '1m', wait: '500ms' },
  }
  const app = startSteps(t, { args: ['fork'], config, env: STEP_LEVELS, stdout: pipe.writing })
  const count = 12_000
  await app.take('log', { count, pad: PAD })
  const reading = pipe.read()
  while ((await app.take('stats')).waiting > 0) await app.take('flush')
  await app.take('log', { count: 10 })
  await app.take('flush')
  const { drops } = await app.take('stats')
  assert.equal(await app.end(), 0)
  const log = await reading
  assert.deepEqual(reported(log), sumByLevel([drops]))
  const lost = Object.values(sumByLevel([drops])).reduce((sum, each) => sum + each, 0)
  const own = log.filter(({ source, name }) => source !== 'root/listener' && name === 'steps')
  assert.equal(own.length + lost, 3 * (count + 10))
  assert.ok(lost > 0)
  for (const [source, levels] of Object.entries(drops)) {
    assert.ok((levels.error ?? 0) <= levels.debug, `${source}: ${JSON.stringify(levels)}`)
  }
})

for (const policy of /** @type {const} */ (['drop', 'block'])) {
  test(`a process whose listener is stopped for a while: ${policy}`, SKIP, async (t) => {
    const path = join(scratch(t), 'app.log')
    const config = {
      level: 'trace',
      handlers: [{ type: 'file', path }],
      overflow: { policy, limit: '1m', wait: '30s' },
    }
    const app = startSteps(t, { args: ['stopper'], config, env: STEP_LEVELS })
    const { made, dropped } = await app.take('stopped', { count: 8000, pad: PAD })
    await app.take('flush')
    await app.take('log', { count: 1 })
    await app.take('flush')
    const { drops } = await app.take('stats')
    assert.equal(await app.end(), 0)
    const log = readLog(path).filter(({ source, name }) => source === 'fork#1' && name === 'steps')
    if (policy === 'block') {
      assert.deepEqual(dropped, {})
      assertDelivered(log, { 'fork#1': made + 1 })
    } else {
      const lost = Object.values(dropped).reduce((sum, each) => sum + Number(each), 0)
      assert.ok(lost > 0)
      assert.equal(log.length + lost, 8001)
      assert.deepEqual(drops['fork#1'], dropped)
      assert.ok((dropped.error ?? 0) < dropped.debug, JSON.stringify(dropped))
      assert.deepEqual(reported(readLog(path)), dropped)
    }
  })
}

test("an application's handler that blocks the main thread", async (t) => {
  const path = join(scratch(t), 'app.log')
  const config = {
    level: 'trace',
    handlers: [{ type: 'file', path }],
    overflow: { policy: 'block', limit: '1m' },
  }
  const env = { ...STEP_LEVELS, STEP_HANDLER: '1' }
  const app = startSteps(t, { args: ['fork'], config, env })
  const count = 3000
  await app.take('log', { count: 4 })
  const logged = app.take('log-while-blocked', { count, pad: PAD })
  await logged
  await app.take('flush')
  const { drops, undelivered } = await app.take('stats')
  assert.equal(await app.end(), 0)
  const log = readLog(path)
  const own = log.filter(({ source }) => source !== 'root/listener')
  const { lost, doubled, disordered } = audit(own)
  assert.deepEqual({ lost, doubled, disordered }, { lost: 0, doubled: 0, disordered: 0 })
  const total = Object.values(sumByLevel([drops])).reduce((sum, each) => sum + each, 0)
  assert.ok(total > 0)
  assert.equal(total, undelivered)
  assert.ok((sumByLevel([drops]).error ?? 0) < sumByLevel([drops]).debug)
})

for (const limit of ['1k', '64k', '65k', '256k']) {
  test(`drop: what does not fit into a queue of ${limit} is counted, to the last record`, async (t) => {
    const path = join(scratch(t), 'a.log')
    const config = { handlers: [{ type: 'file', path }], overflow: { policy: 'drop', limit } }
    const { code, stderr } = await run('overload/burst.js', { config })
    assert.deepEqual([code, stderr], [0, ''])
    const log = readLog(path)
    const arrived = log.filter(({ name }) => name === 'burst')
    for (const level of ['info', 'error']) {
      const there = arrived.filter((record) => record.level === (level === 'info' ? 30 : 50)).length
      assert.equal(there + (reported(log)[level] ?? 0), 400, level)
    }
  })
}
