'use strict'
// The metrics of the tree: by prom-client, by OpenTelemetry, and by the option `metrics`.

const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const { writeFileSync } = require('node:fs')
const { createServer } = require('node:net')
const { join } = require('node:path')
const { it } = require('node:test')
const { Ledger } = require('../../dist/listener/ledger.js')
const { cleanEnv, REGISTER, run, scratch } = require('../helpers/run')

/** @param {string} directory */
function configOf(directory) {
  return {
    handlers: [{ type: 'file', path: join(directory, 'app.log') }],
    overflow: { policy: 'drop', limit: '256k' },
    order: { window: '300ms' },
  }
}

/** The samples of a page of Prometheus. @param {string} text @returns {Record<string, number>} */
function samplesOf(text) {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return Object.fromEntries(
    lines.map((line) => {
      const [, name, value] = /^(.+) (\S+)$/.exec(line) ?? []
      return [String(name), Number(value)]
    }),
  )
}

it('prom-client shows records, bytes, drops, queues and lag of every producer', async (t) => {
  const config = configOf(scratch(t))
  const { stdout, stderr } = await run('metrics.js', { config, env: { METRICS: 'prom' } })
  assert.equal(stderr, '')
  const { text, again, stats, left } = JSON.parse(stdout)
  const samples = samplesOf(text)
  const count = (/** @type {string} */ name) => samples[`logshare_${name}`] ?? 0
  assert.equal(count('records_total{producer="root",level="warn"}'), 1)
  assert.equal(count('records_total{producer="worker#1",level="info"}'), 10)
  assert.equal(count('records_total{producer="worker#1",level="error"}'), 1)
  const dropped = count('dropped_total{producer="fork#1",level="info"}')
  assert.ok(dropped > 0)
  assert.equal(dropped + count('records_total{producer="fork#1",level="info"}'), 400)
  assert.equal(dropped, stats.drops['fork#1'].info)
  const sum = (/** @type {string} */ start) =>
    Object.entries(samples).reduce((all, [name, n]) => all + (name.startsWith(start) ? n : 0), 0)
  assert.equal(sum('logshare_records_total'), stats.records)
  assert.equal(sum('logshare_bytes_total'), stats.bytes)
  assert.ok(count('queue_capacity_bytes{producer="root"}') > 0)
  assert.equal(count('queue_bytes{producer="root"}'), 0)
  assert.equal(samples.logshare_listener_lag_seconds, 0)
  assert.equal(again, text)
  assert.doesNotMatch(left, /logshare/)
})

it('OpenTelemetry reads the same as observable instruments', async (t) => {
  const config = configOf(scratch(t))
  const { stdout, stderr } = await run('metrics.js', { config, env: { METRICS: 'otel' } })
  assert.equal(stderr, '')
  const { text, stats } = JSON.parse(stdout)
  assert.deepEqual(text.errors, [])
  const points = (/** @type {string} */ name) =>
    text.metrics.find((/** @type {any} */ each) => each.descriptor.name === name).dataPoints
  const records = points('logshare.records')
  const found = records.find(
    ({ attributes }) =>
      attributes['logshare.producer'] === 'worker#1' && attributes['logshare.level'] === 'info',
  )
  assert.equal(found.value, 10)
  const total = records.reduce((/** @type {number} */ all, { value }) => all + value, 0)
  assert.equal(total, stats.records)
  assert.ok(points('logshare.dropped')[0].value > 0)
  assert.equal(points('logshare.listener.lag')[0].value, 0)
})

it('the option serves them without a line of code, and does not keep the process alive', async (t) => {
  const directory = scratch(t)
  const program = join(directory, 'app.js')
  // Ends when its stdin is closed: nothing else keeps it.
  writeFileSync(program, "console.log('ready'); process.stdin.resume()")
  const env = cleanEnv({
    LOGSHARE_CONFIG: JSON.stringify({ ...configOf(directory), metrics: { port: 0 } }),
    DEBUG: 'logshare:metrics',
  })
  const child = spawn(process.execPath, ['-r', REGISTER, program], { env })
  let printed = ''
  const exit = once(child, 'exit')
  for await (const chunk of child.stderr) {
    printed += chunk
    if (printed.includes('/metrics')) break
  }
  const [, url] = /served at '?(http:\S+\/metrics)/.exec(printed) ?? []
  const response = await fetch(String(url))
  assert.match(String(response.headers.get('content-type')), /^text\/plain; version=0\.0\.4/)
  assert.ok('logshare_producers' in samplesOf(await response.text()))
  assert.equal((await fetch(String(url).replace('/metrics', '/'))).status, 404)
  child.stdin.end() // the connections of `fetch` are still open
  assert.deepEqual(await exit, [0, null])
})

it('a port in use is one line, and the application goes on', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1')
  t.after(() => taken.close())
  await once(taken, 'listening')
  const { port } = /** @type {import('node:net').AddressInfo} */ (taken.address())
  const config = { ...configOf(scratch(t)), metrics: { port } }
  const { code, stderr } = await run('metrics.js', { config, env: { METRICS: 'serve' } })
  assert.equal(code, 0)
  assert.match(
    stderr,
    new RegExp(
      `^logshare: metrics are not served at 127.0.0.1:${port}: listen EADDRINUSE.* \\(LOGSHARE_WARN_FAILED_OPEN\\)\n$`,
    ),
  )
})

it('of producers that ended long ago only the sum is kept', () => {
  const ledger = new Ledger()
  for (let i = 0; i < 1000; i++) ledger.open(`fork#${i}`, () => ['fork#0']).count(30, 10)
  const accounts = ledger.read()
  assert.ok(accounts.length <= 202)
  assert.deepEqual(accounts[0], { producer: 'fork#0', levels: { info: 1 }, bytes: 10 })
  assert.equal(
    accounts.reduce((sum, { levels }) => sum + (levels.info ?? 0), 0),
    1000,
  )
  assert.ok(accounts.some(({ producer, bytes }) => producer === 'ended' && bytes > 7000))
})
