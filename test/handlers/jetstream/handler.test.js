'use strict'
// JetStream handler: all records are in the stream, once and in order, whatever happens to the server.

const assert = require('node:assert/strict')
const { join } = require('node:path')
const { test } = require('node:test')
const { createMessage, ownSubject } = require('../../../dist/handlers/jetstream/message.js')
const { assertDelivered } = require('../../helpers/delivery.js')
const {
  createServerOf,
  readStream,
  startProxy,
  startServer,
  withServer,
} = require('../../helpers/nats.js')
const { FIXTURES, run } = require('../../helpers/run.js')
const { startSteps } = require('../../helpers/steps.js')

/** @param {string} server @param {object} [more] */
const configOf = (server, more) => ({
  handlers: [{ type: 'jetstream', servers: [server], ...more }],
})

/** The records of the application's own loggers. @param {{ record: any }[]} stored */
const recordsOf = (stored) => stored.map(({ record }) => record)

test('records of all threads and processes are in the stream', async (t) => {
  const { url } = await startServer(t)
  const steps = startSteps(t, { config: configOf(url, { app: 'shop' }), args: ['fork'] })
  await steps.take('log', { count: 500 })
  assert.equal(await steps.end(), 0)
  const stored = await readStream(url)
  assertDelivered(recordsOf(stored), { root: 500, 'fork#1': 500, 'worker#1': 500 })
  const { subject, id } = stored[0]
  assert.match(subject, /^logs\.shop\.[^.]+\.steps$/)
  assert.match(id, /^logs\.shop\.[^.]+\/[a-z#1]+\/\d+\.\d+\/1@[\d.]+$/)
  assert.equal(new Set(stored.map((each) => each.id)).size, 1500)
  assert.deepEqual(steps.notices, [])
  await withServer(url, async ({ manager }) => {
    const { config } = await manager.streams.info('LOGS')
    const { subjects, storage, num_replicas, duplicate_window } = config
    assert.deepEqual(
      { subjects, storage, num_replicas },
      { subjects: ['logs.>'], storage: 'file', num_replicas: 1 },
    )
    assert.equal(duplicate_window, 120e9)
  })
})

test('an existing stream is used unchanged', async (t) => {
  const { url } = await startServer(t)
  await withServer(url, ({ manager }) =>
    manager.streams.add({ name: 'LOGS', subjects: ['acme.logs.>'] }),
  )
  const result = await run('log-lines.js', {
    config: configOf(url, { prefix: 'acme.logs' }),
    args: ['20'],
  })
  assert.equal(result.code, 0, result.stderr)
  assert.ok(
    (await readStream(url)).every(({ subject }) => subject.startsWith('acme.logs.log-lines.')),
  )
})

test('records logged right before exit arrive', async (t) => {
  const { url } = await startServer(t)
  const result = await run('log-and-exit.js', { config: configOf(url), args: ['3000'] })
  assert.equal(result.code, 3, result.stderr)
  assertDelivered(recordsOf(await readStream(url)), { root: 3000 })
})

test('a server that starts later gets all records', async (t) => {
  const server = await createServerOf(t)
  const steps = startSteps(t, { config: configOf(server.url), args: ['fork'] })
  await steps.take('log', { count: 300 })
  await steps.take('flush')
  assert.match(steps.notices.join(), /refused; up to 65536 KiB of records are kept/)
  server.start()
  await steps.take('log', { count: 300 })
  await arrive(server.url, 1800)
  assert.equal(await steps.end(), 0)
  const records = recordsOf(await readStream(server.url))
  const isOurs = (/** @type {any} */ record) => record.name === 'steps'
  assertDelivered(records.filter(isOurs), { root: 600, 'fork#1': 600, 'worker#1': 600 })
  const told = records.filter((record) => !isOurs(record))
  assert.match(told[0].msg, /^jetstream .* accepted nothing for .* s, nothing dropped: /)
})

test('a server that is killed and restarted gets all records, once and in order', async (t) => {
  const server = await startServer(t)
  const steps = startSteps(t, { config: configOf(server.url), args: ['fork'] })
  await steps.take('log', { count: 100 })
  for (let round = 0; round < 2; round++) {
    const logged = steps.take('log', { count: 2000 })
    await server.kill()
    await logged
    server.start()
    await steps.take('log', { count: 100 })
    await arrive(server.url, 300 + (round + 1) * 6300)
  }
  assert.equal(await steps.end(), 0)
  const records = recordsOf(await readStream(server.url)).filter(({ name }) => name === 'steps')
  assertDelivered(records, { root: 4300, 'fork#1': 4300, 'worker#1': 4300 })
})

test('records stored but not acknowledged are not stored again, even after the dedupe window', async (t) => {
  const { url } = await startServer(t)
  await withServer(url, ({ manager }) =>
    manager.streams.add({ name: 'LOGS', subjects: ['logs.>'], duplicate_window: 100e6 }),
  )
  const proxy = await startProxy(t, url)
  const steps = startSteps(t, { config: configOf(proxy.url) })
  await steps.take('log', { count: 10 })
  await steps.take('flush')
  proxy.hush()
  await steps.take('log', { count: 400 })
  await arrive(url, 11)
  await new Promise((resolve) => setTimeout(resolve, 300)) // three times the server's dedupe window
  proxy.cut()
  await steps.take('log', { count: 100 })
  assert.equal(await steps.end(), 0)
  const records = recordsOf(await readStream(url)).filter(({ name }) => name === 'steps')
  assertDelivered(records, { root: 510 })
})

test('a rejected login is reported, and sending starts once the login is accepted', async (t) => {
  const lines = ['authorization { users: [{ user: "app", password: "secret" }] }']
  const { url } = await startServer(t, { lines })
  const refused = await run('log-lines.js', {
    config: { ...configOf(url, { user: 'app', password: 'wrong' }), overflow: { wait: '1s' } },
    args: ['20'],
  })
  assert.equal(refused.code, 0)
  assert.match(
    refused.stderr,
    /the server rejected the login \(.*\): check user, password, token or tls/,
  )
  assert.match(refused.stderr, /20 records were not delivered/)
  const credentials = { user: 'app', password: 'secret' }
  const result = await run('log-lines.js', { config: configOf(url, credentials), args: ['20'] })
  assert.equal(result.stderr, '')
  assertDelivered(recordsOf(await readStream(url, { user: 'app', pass: 'secret' })), { root: 20 })
})

test("a record above the server's max_payload is dropped and reported, and no later record", async (t) => {
  const { url } = await startServer(t)
  const steps = startSteps(t, { config: configOf(url) })
  await steps.take('log', { count: 5 })
  await steps.take('log', { count: 1, pad: 'x'.repeat(2 ** 20) })
  await steps.take('log', { count: 5 })
  await steps.take('flush')
  const { drops } = await steps.take('stats')
  assert.deepEqual(drops, { root: { info: 1 } })
  assert.equal(await steps.end(), 0)
  const counts = recordsOf(await readStream(url)).map(({ seq }) => seq)
  assert.deepEqual(counts, [1, 2, 3, 4, 5, 7, 8, 9, 10, 11])
  assert.match(steps.notices.join(), /a record of \d+ bytes exceeds the server's max_payload/)
})

test('50 000 records of two threads and two processes', async (t) => {
  const { url } = await startServer(t)
  const steps = startSteps(t, { config: configOf(url), args: ['fork'] })
  await steps.take('log', { count: 10 })
  await steps.take('flush')
  const began = Date.now()
  await steps.take('log', { count: 16_660 })
  await steps.take('flush')
  const seconds = (Date.now() - began) / 1000
  assert.equal(await steps.end(), 0)
  assert.equal(await countStored(url), 3 * 16_670)
  t.diagnostic(`${Math.round(49_980 / seconds)} records/s acknowledged, ${seconds.toFixed(1)} s`)
})

test('without the NATS client the start fails and says what to install', async () => {
  const hide = join(FIXTURES, 'handlers/hide-nats.js')
  const result = await run('log-lines.js', {
    config: configOf('127.0.0.1:1'),
    flags: ['-r', hide],
    args: ['1'],
  })
  assert.equal(result.code, 1)
  assert.match(
    result.stderr,
    /jetstream handler: needs @nats-io\/transport-node and @nats-io\/jetstream; npm install @nats-io/,
  )
})

test('subjects and ids: characters that NATS forbids, what makes ids equal and different', () => {
  const own = ownSubject('logs', 'my app.js')
  assert.match(own, /^logs\.my_app_js\.[^.\s*>]+$/)
  const line = (/** @type {object} */ more = {}) =>
    Buffer.from(
      JSON.stringify({
        level: 30,
        time: 1.5,
        pid: 1,
        tid: 0,
        source: 'root',
        seq: 7,
        name: 'a',
        ...more,
      }),
    )
  /** @param {string} name */
  const subjectOf = (name) => createMessage(line({ name }), own).subject.slice(own.length + 1)
  assert.equal(subjectOf('db.pool'), 'db.pool')
  assert.equal(subjectOf('a b*c>d\te\u0000'), 'a_b_c_d_e_')
  assert.equal(subjectOf(''), '_')
  assert.equal(subjectOf('..x.'), '_._.x._')
  assert.equal(subjectOf('é"\\'), 'é"\\')
  const { id } = createMessage(line(), own)
  assert.equal(createMessage(line(), own).id, id)
  for (const more of [{ pid: 2 }, { tid: 1 }, { source: 'fork#1' }, { seq: 8 }, { time: 1.501 }]) {
    assert.notEqual(createMessage(line(more), own).id, id)
  }
  const foreign = createMessage(Buffer.from('no JSON'), own)
  assert.ok(foreign.id.startsWith(`${own}/`))
  assert.ok(foreign.subject.startsWith(`${own}.`))
})

/** @param {string} url */
function countStored(url) {
  return withServer(url, async ({ manager }) => (await manager.streams.info('LOGS')).state.messages)
}

/** Resolves when a stream has `count` messages. @param {string} url @param {number} count */
async function arrive(url, count) {
  const until = Date.now() + 30_000
  for (;;) {
    const messages = await countStored(url).catch(() => 0)
    if (messages >= count) return
    if (Date.now() > until) throw new Error(`${messages} of ${count} messages after 30 s`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
