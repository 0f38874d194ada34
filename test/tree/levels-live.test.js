'use strict'
// Live levels: levels that the root sets reach all running children; levels that a child set itself stay.

const assert = require('node:assert/strict')
const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { it } = require('node:test')
const { run, scratch, readLog, readLines, WAYS } = require('../helpers/run')

for (const way of WAYS) {
  it(`a level set in the root reaches all running children, by ${way}`, async (t) => {
    await assertReached(t, way, 'idle', 12)
  })
}

it('children that never yield to the event loop apply it in a log call', async (t) => {
  await assertReached(t, '-r', 'busy', 3)
})

it('reaches children if all queues are files', async (t) => {
  await assertReached(t, '-r', 'idle', 12, { queue: 'file' })
})

/**
 * @param {import('node:test').TestContext} t
 * @param {typeof WAYS[number]} way
 * @param {'idle' | 'busy'} wait
 * @param {number} count
 */
async function assertReached(t, way, wait, count, config = {}) {
  const directory = scratch(t)
  const path = join(directory, 'app.log')
  const env = { TEST_REPORT: join(directory, 'report'), TEST_SOCKET: join(directory, 'socket') }
  const { code, stderr } = await run('live/root.js', {
    way,
    args: [wait],
    env,
    config: { ...config, levels: { db: 'warn' }, handlers: [{ type: 'file', path }] },
  })
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  /** @type {any[]} */
  const reports = readLines(readFileSync(env.TEST_REPORT, 'utf8'))
  const of = (/** @type {string} */ event) => reports.filter((each) => each.event === event)
  assert.equal(of('ready').length, count)
  assert.equal(of('changed').length, count)
  for (const { label, levels } of of('ready')) {
    assert.deepEqual(levels, ['info', 'warn', 'warn'], label)
  }
  for (const { label, levels } of of('changed')) {
    assert.deepEqual(levels, ['trace', 'silent', 'warn'], label)
  }
  const delays = of('changed').map(({ label, delay }) => `${label} ${delay.toFixed(1)}`)
  t.diagnostic(`milliseconds: ${delays.join(', ')}`)
  const records = readLog(path).filter(({ msg }) => msg !== 'busy')
  assert.deepEqual(
    records.map(({ source, level, msg }) => `${source} ${level} ${msg}`).sort(),
    of('changed')
      .map(({ label }) => `${label} 10 first at the new level`)
      .sort(),
  )
}

it('levels a child has set hold for it and its threads; later children have those of the root', async (t) => {
  const reports = await reportOf(t, 'live/later.js')
  const levels = Object.fromEntries(
    reports.map((each) => [each.label, [...each.levels, each.foreign]]),
  )
  const own = ['trace', 'debug', 'fatal', 999]
  const later = ['trace', 'error', 'fatal', 999]
  assert.deepEqual(levels, {
    'inner of own fork': ['info', 'debug', 'debug', null],
    'inner of own worker': ['info', 'debug', 'debug', null],
    'own fork': own,
    'own worker': own,
    'later spawn': later,
    'later fork': later,
    'later worker': later,
    'inner of own fork after': own,
    'inner of own worker after': own,
    'process of own worker after': later,
  })
})

it('listening for levels neither keeps a child alive nor is visible in it', async (t) => {
  const without = await reportOf(t, 'live/quiet.js', ['root'], 'none')
  const reports = await reportOf(t, 'live/quiet.js', ['root'])
  assert.equal(reports.length, 8)
  const sort = (/** @type {any[]} */ list) => list.map((each) => JSON.stringify(each)).sort()
  assert.deepEqual(sort(reports), sort(without))
})

it('levels do not change when the root is killed', async (t) => {
  const directory = scratch(t)
  const env = { TEST_REPORT: join(directory, 'report') }
  const path = join(directory, 'app.log')
  const config = { handlers: [{ type: 'file', path }] }
  const { signal } = await run('live/orphan.js', { env, config })
  assert.equal(signal, 'SIGKILL')
  const reports = readLines(readFileSync(env.TEST_REPORT, 'utf8'))
  assert.deepEqual(reports, [
    { role: 'process', level: 'trace' },
    { role: 'thread', level: 'trace' },
    { role: 'child', level: 'trace' },
  ])
  assert.deepEqual(
    readLog(path).map(({ msg }) => msg),
    ['before', 'after', 'process', 'thread'],
  )
})

/**
 * @param {import('node:test').TestContext} t
 * @param {string} program
 * @param {string[]} [args]
 * @param {'-r' | 'none'} [way]
 * @returns {Promise<any[]>}
 */
async function reportOf(t, program, args = [], way = '-r') {
  const directory = scratch(t)
  const env = { TEST_REPORT: join(directory, 'report') }
  const config = { handlers: [{ type: 'file', path: join(directory, 'app.log') }] }
  const { code, stderr } = await run(program, { way, args, env, config })
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  return readLines(readFileSync(env.TEST_REPORT, 'utf8'))
}
