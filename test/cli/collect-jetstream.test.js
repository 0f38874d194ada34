'use strict'
// `logshare collect` with a jetstream input: one file has all records of two applications although the collector is
// killed.

const assert = require('node:assert/strict')
const { join } = require('node:path')
const { test } = require('node:test')
const { countLines, startCollector, until } = require('../helpers/collector.js')
const { assertDelivered } = require('../helpers/delivery.js')
const { startServer, withServer } = require('../helpers/nats.js')
const { readLog, scratch } = require('../helpers/run.js')
const { startSteps } = require('../helpers/steps.js')

const ROUNDS = 4

test('a collector that is killed repeatedly writes each record of a stream once', async (t) => {
  const { url } = await startServer(t)
  const directory = scratch(t)
  const log = join(scratch(t), 'all.log')
  const servers = [url]
  const config = {
    handlers: [{ type: 'file', path: log }],
    inputs: [{ type: 'jetstream', servers }],
  }
  const start = () => startCollector(t, { directory, config })
  const apps = ['shop', 'mail'].map((app) =>
    startSteps(t, { config: { handlers: [{ type: 'jetstream', servers, app }] }, args: ['fork'] }),
  )
  let expected = 0
  for (let round = 0; round < ROUNDS; round++) {
    const { end } = await start()
    const before = countLines(log)
    const logged = apps.map(({ take }) => take('log', { count: 400 }))
    await until(() => countLines(log) > before, 'record')
    await end('SIGKILL')
    await Promise.all(logged)
    expected += 2 * 3 * 400
  }
  for (const app of apps) assert.equal(await app.end(), 0)
  const { messages } = await withServer(url, async ({ manager }) => {
    return (await manager.streams.info('LOGS')).state
  })
  assert.equal(messages, expected)
  const { end, output } = await start()
  await until(() => countLines(log) >= expected, 'last record')
  assert.equal(await end(), 0)
  assert.match(output.stderr, /and from jetstream\n/)
  const records = readLog(log)
  assert.equal(records.length, expected)
  assertDelivered(records, {
    'jetstream/root': 3200,
    'jetstream/fork#1': 3200,
    'jetstream/worker#1': 3200,
  })
  const apart = new Set(records.map(({ app, host, pid }) => `${app} ${host} ${pid}`))
  assert.equal(apart.size, 4)
})
