'use strict'
// The jetstream input: every message of a stream is read once and in order, whichever process is killed.

const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const { existsSync, readFileSync } = require('node:fs')
const { hostname } = require('node:os')
const { join } = require('node:path')
const { test } = require('node:test')
const { assertDelivered } = require('../helpers/delivery.js')
const nats = require('../helpers/nats.js')
const { cleanEnv, FIXTURES, run, scratch } = require('../helpers/run.js')
const { startSteps } = require('../helpers/steps.js')

const PROGRAM = join(FIXTURES, 'collect/take.js')
const LIMIT = 60_000

test('a collector that is killed repeatedly reads each record once', async (t) => {
  const { url } = await nats.startServer(t)
  const steps = startSteps(t, { config: configOf([url]), args: ['fork'] })
  const taker = createTaker(t, [url])
  for (let round = 1; round <= 6; round++) {
    const program = taker.start()
    const before = taker.count()
    const logged = steps.take('log', { count: 600 })
    await until(() => taker.count() > before)
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 150))
    await kill(program)
    await logged
  }
  assert.equal(await steps.end(), 0)
  const stored = await nats.readStream(url)
  assert.equal(stored.length, 3 * 6 * 600)
  const program = taker.start()
  await until(() => taker.count() >= stored.length)
  assert.equal(await end(program), 0)
  const taken = taker.read()
  assert.deepEqual(seqs(taken), seqs(stored))
  const records = taken.map(({ record }) => record)
  assertDelivered(records, { root: 3600, 'fork#1': 3600, 'worker#1': 3600 })
  assert.ok(records.every(({ host, app }) => host === hostname() && app === 'steps'))
})

test('broken connections neither lose nor double records', async (t) => {
  const { url } = await nats.startServer(t)
  const logged = await run('log-lines.js', { config: configOf([url]), args: ['12000', '300'] })
  assert.equal(logged.code, 0, logged.stderr)
  const proxy = await nats.startProxy(t, url)
  const taker = createTaker(t, [proxy.url])
  const program = taker.start()
  for (let cuts = 0; cuts < 5 && taker.count() < 12_000; cuts++) {
    const before = taker.count()
    await until(() => taker.count() > before)
    proxy.cut()
  }
  await until(() => taker.count() >= 12_000)
  assert.equal(await end(program), 0)
  assert.deepEqual(
    seqs(taker.read()),
    Array.from({ length: 12_000 }, (_, index) => index + 1),
  )
})

test('lost acknowledgements, and a stream that is created again', async (t) => {
  const { url } = await nats.startServer(t)
  const publish = (/** @type {string} */ count) =>
    run('log-lines.js', { config: configOf([url]), args: [count] })
  await publish('50')
  const proxy = await nats.startProxy(t, url)
  const taker = createTaker(t, [proxy.url])
  const first = taker.start()
  await until(() => taker.count() === 50)
  await kill(first)
  // Without its consumer the server starts from the beginning; the input skips what it has by the sequence number.
  await nats.withServer(url, ({ manager }) => manager.consumers.delete('LOGS', 'logshare'))
  const second = taker.start()
  await publish('30')
  await until(() => taker.count() === 80)
  await nats.withServer(url, ({ manager }) => manager.streams.delete('LOGS'))
  await publish('20')
  await until(() => taker.count() === 100)
  assert.equal(await end(second), 0)
  const third = taker.start()
  await publish('5')
  await until(() => taker.count() >= 105)
  assert.equal(await end(third), 0)
  // Sequence numbers continue after those of the first stream.
  assert.deepEqual(
    seqs(taker.read()),
    Array.from({ length: 105 }, (_, index) => index + 1),
  )
})

test('a collector waits for its server and for its stream; other messages become records', async (t) => {
  const server = await nats.createServerOf(t)
  const taker = createTaker(t, [server.url])
  const program = taker.start()
  await until(() => /refused; retrying/.test(taker.stderr()))
  server.start()
  await until(() =>
    nats.withServer(server.url, ({ manager }) =>
      manager.streams.add({ name: 'LOGS', subjects: ['logs.>'] }),
    ),
  )
  await nats.withServer(server.url, async ({ client }) => {
    await client.publish('logs.foreign', 'no "JSON"\n')
    await client.publish('logs.foreign', '{\n  "host": "mine"\n}')
  })
  await until(() => taker.count() === 2)
  assert.equal(await end(program), 0)
  const [text, json] = taker.read().map(({ record }) => record)
  assert.equal(text.msg, 'no "JSON"\n')
  assert.equal(text.name, 'logs.foreign')
  assert.equal(text.level, 30)
  assert.ok(Math.abs(text.time - Date.now()) < LIMIT)
  assert.deepEqual(json, { host: 'mine' })
})

test('three machines: leaders change, a leader is killed under load, and so is the collector', async (t) => {
  const { urls, servers, machines } = await nats.startCluster(t)
  const isNetwork = machines.every(({ within }) => within.length > 0)
  t.diagnostic(isNetwork ? 'three network namespaces' : 'three addresses of the loopback')
  const steps = startSteps(t, { config: configOf(urls, { replicas: 3 }), args: ['fork'] })
  const taker = createTaker(t, urls)
  await steps.take('log', { count: 500 })
  const first = taker.start()
  await until(() => taker.count() >= 1500)
  const began = Date.now()
  const logged = steps.take('log', { count: 3000 })
  let leader = -1
  for (let changes = 0; changes < 3; changes++) {
    const before = taker.count()
    await until(() => taker.count() > before)
    leader = await stepDown(urls, leader)
  }
  await servers[leader].kill()
  t.diagnostic(`the stream's leader killed with ${taker.count()} of 10500 records collected`)
  await logged
  await until(() => taker.count() > 2000)
  await kill(first)
  const second = taker.start()
  await steps.take('flush')
  assert.equal(await steps.end(), 0)
  const stored = await nats.readStream(urls.filter((_, index) => index !== leader))
  await until(() => taker.count() >= stored.length)
  assert.equal(await end(second), 0)
  t.diagnostic(`all collected ${((Date.now() - began) / 1000).toFixed(1)} s after the load began`)
  for (const all of [stored, taker.read()]) {
    const records = all.map(({ record }) => record).filter(({ name }) => name === 'steps')
    assertDelivered(records, { root: 3500, 'fork#1': 3500, 'worker#1': 3500 })
  }
  assert.deepEqual(seqs(taker.read()), seqs(stored))
})

/**
 * Makes another machine the stream's leader; resolves to its index.
 * @param {string[]} urls
 * @param {number} before
 */
async function stepDown(urls, before) {
  let leader = before
  await nats.withServer(urls, async ({ manager, connection }) => {
    await connection.request('$JS.API.STREAM.LEADER.STEPDOWN.LOGS', '', { timeout: 20_000 })
    await until(async () => {
      const { cluster, config } = await manager.streams.info('LOGS')
      assert.equal(config.num_replicas, 3)
      leader = cluster?.leader ? Number(cluster.leader.slice(1)) : -1
      return leader >= 0 && leader !== before
    })
  })
  return leader
}

/** @param {string[]} servers @param {object} [more] */
function configOf(servers, more) {
  const overflow = { wait: '30s' } // a cluster without a leader elects one first
  return { handlers: [{ type: 'jetstream', servers, ...more }], overflow }
}

/** @param {readonly { seq: number }[]} all */
function seqs(all) {
  return all.map(({ seq }) => seq)
}

/**
 * A minimal collector. Each `start` continues with the same file.
 * @param {Parameters<typeof scratch>[0]} t
 * @param {string[]} servers
 */
function createTaker(t, servers) {
  const directory = scratch(t)
  const file = join(directory, 'taken.log')
  let stderr = ''
  const start = () => {
    const args = [PROGRAM, JSON.stringify({ servers }), directory, file]
    const program = spawn(process.execPath, args, {
      env: cleanEnv(),
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    program.stderr.setEncoding('utf8').on('data', (text) => (stderr += text))
    t.after(() => program.kill('SIGKILL'))
    return program
  }
  const lines = () => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [])
  const read = () =>
    lines().map((line) => {
      const space = line.indexOf(' ')
      return { seq: Number(line.slice(0, space)), record: JSON.parse(line.slice(space + 1)) }
    })
  return { start, read, count: () => lines().length, stderr: () => stderr }
}

/** @param {import('node:child_process').ChildProcess} program */
async function kill(program) {
  const ended = once(program, 'exit')
  program.kill('SIGKILL')
  await ended
}

/** Ends it with SIGTERM. @param {import('node:child_process').ChildProcess} program */
async function end(program) {
  const ended = once(program, 'exit')
  program.kill('SIGTERM')
  const [code, signal] = await ended
  return signal ?? code
}

/** Resolves when `check` returns something true. @param {() => unknown} check */
async function until(check) {
  const limit = Date.now() + LIMIT
  for (;;) {
    const found = await Promise.resolve()
      .then(check)
      .catch(() => false)
    if (found) return
    if (Date.now() > limit) throw new Error(`not after ${LIMIT} ms: ${check}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
