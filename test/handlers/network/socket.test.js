'use strict'
// Socket handler: servers that are not up yet, close, are slow, or are down at exit.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { createSocket } = require('node:dgram')
const { once } = require('node:events')
const { readFileSync } = require('node:fs')
const net = require('node:net')
const { join } = require('node:path')
const { setTimeout: rest } = require('node:timers/promises')
const tls = require('node:tls')
const { assertDelivered, audit } = require('../../helpers/delivery.js')
const { makeCertificate } = require('../../helpers/receivers.js')
const { readLines, readLog, scratch } = require('../../helpers/run.js')
const { startSteps } = require('../../helpers/steps.js')

const COUNT = 300
const ALL = { root: COUNT, 'worker#1': COUNT, 'fork#1': COUNT }

/**
 * A server that stores what it reads from each connection.
 * @param {{ after(fn: () => void): void }} t
 * @param {net.Server} server
 */
function keep(t, server) {
  /** @type {{ socket: net.Socket, text: string, closed: Promise<unknown> }[]} */
  const connections = []
  server.on(server instanceof tls.Server ? 'secureConnection' : 'connection', (socket) => {
    const closed = new Promise((resolve) => socket.once('close', resolve))
    const connection = { socket, text: '', closed }
    connections.push(connection)
    socket.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      connection.text += text
    })
    socket.on('error', () => {})
  })
  t.after(() => {
    for (const { socket } of connections) socket.destroy()
    server.close()
  })
  /** Complete lines of all connections, after the application has closed them. */
  const read = async () => {
    for (let seen = -1; seen < connections.length; ) {
      seen = connections.length
      await Promise.all(connections.map(({ closed }) => closed))
      await new Promise(setImmediate) // another connection may be waiting to be accepted
    }
    return connections.flatMap(({ text }) => readLines(text.slice(0, text.lastIndexOf('\n') + 1)))
  }
  return { server, connections, read }
}

/** @param {net.Server} server @param {number | string} at @returns {Promise<number>} */
async function listen(server, at) {
  if (typeof at === 'string') server.listen(at)
  else server.listen(at, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

/** A port on which nothing listens. */
async function freePort() {
  const server = net.createServer()
  const port = await listen(server, 0)
  await once(server.close(), 'close')
  return port
}

test('lines of JSON over TCP, TLS and a Unix socket', async (t) => {
  const directory = scratch(t)
  const { cert, key } = makeCertificate(directory)
  const path = join(directory, 'a.sock')
  const secure = { cert: readFileSync(cert), key: readFileSync(key) }
  const servers = [net.createServer(), tls.createServer(secure), net.createServer()].map((server) =>
    keep(t, server),
  )
  const [tcp, over] = await Promise.all(
    servers.map(({ server }, i) => listen(server, i === 2 ? path : 0)),
  )
  const addresses = [`tcp://127.0.0.1:${tcp}`, `tls://localhost:${over}`, `unix:${path}`]
  const handlers = addresses.map((address) => ({ type: 'socket', address, tls: { ca: cert } }))
  const app = startSteps(t, { args: ['fork', 'fork'], config: { handlers } })
  await app.take('log', { count: COUNT, pad: 'two\nlines' })
  assert.equal(await app.end(), 0)
  assert.deepEqual(app.notices, [])
  for (const { read } of servers) {
    const records = await read()
    assertDelivered(records, ALL)
    assert.ok(records.every(({ msg, pad }) => msg === 'step' && pad === 'two\nlines'))
  }
})

test('a server with an untrusted certificate gets nothing', async (t) => {
  const directory = scratch(t)
  const { cert, key } = makeCertificate(directory)
  const secure = { cert: readFileSync(cert), key: readFileSync(key) }
  const server = keep(t, tls.createServer(secure))
  const port = await listen(server.server, 0)
  const handlers = [{ type: 'socket', address: `tls://localhost:${port}` }]
  const app = startSteps(t, { config: { handlers, overflow: { wait: '300ms' } } })
  await app.take('log', { count: 5 })
  assert.equal(await app.end(), 0)
  assert.equal(server.connections.map(({ text }) => text).join(''), '')
  const notices = app.notices.join('\n')
  assert.match(notices, /self-signed certificate.*; up to 65536 KiB of records are kept/)
  assert.match(notices, /5 records were not delivered: self-signed certificate/)
})

test('a missing TLS file fails the start', async (t) => {
  const ca = join(scratch(t), 'none.pem')
  const handlers = [{ type: 'socket', address: 'tls://localhost:1', tls: { ca } }]
  const app = startSteps(t, { config: { handlers } })
  assert.equal((await once(app.child, 'close'))[0], 1)
  assert.match(app.notices.join('\n'), /tls:\/\/localhost:1: tls\.ca: ENOENT/)
})

test('UDP: one line per datagram; one that is too long is dropped, counted and reported', async (t) => {
  const socket = createSocket('udp4')
  t.after(() => socket.close())
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  let text = ''
  socket.on('message', (message) => (text += `${message}\n`))
  const handlers = [{ type: 'socket', address: `udp://127.0.0.1:${socket.address().port}` }]
  const app = startSteps(t, { config: { handlers } })
  await app.take('log', { count: 100 })
  await app.take('log', { count: 1, pad: 'x'.repeat(65_507) })
  await app.take('flush')
  const { drops } = await app.take('stats')
  await app.take('log', { count: 1 })
  assert.equal(await app.end(), 0)
  assert.deepEqual(drops, { root: { info: 1 } })
  assert.match(app.notices.join('\n'), /too long for a datagram/)
  assert.deepEqual(
    readLines(text).map(({ seq }) => seq),
    [...Array.from({ length: 100 }, (_, i) => i + 1), 102],
  )
})

for (const kind of /** @type {const} */ (['TCP', 'UDP'])) {
  test(`${kind}: no server at start; nothing is lost until there is one`, async (t) => {
    const port = await freePort()
    const address = `${kind.toLowerCase()}://127.0.0.1:${port}`
    const handlers = [{ type: 'socket', address }]
    const app = startSteps(t, { args: ['fork', 'fork'], config: { handlers } })
    await app.take('log', { count: 20 })
    await app.told(/ECONNREFUSED.*; up to \d+ KiB of records are kept/)
    const own = ({ source }) => source !== 'root/listener'
    if (kind === 'TCP') {
      const server = keep(t, net.createServer())
      await listen(server.server, port)
      await app.take('flush')
      assert.equal(await app.end(), 0)
      assertDelivered((await server.read()).filter(own), { root: 20, 'worker#1': 20, 'fork#1': 20 })
    } else {
      const socket = createSocket('udp4')
      t.after(() => socket.close())
      let text = ''
      socket.on('message', (message) => (text += `${message}\n`))
      socket.bind(port, '127.0.0.1')
      await app.take('flush')
      assert.equal(await app.end(), 0)
      assert.equal(audit(readLines(text).filter(own)).lost, 0)
      assert.equal(audit(readLines(text).filter(own)).producers.size, 3)
    }
  })
}

test('a server that resets connections while it receives: nothing is lost', async (t) => {
  const server = keep(t, net.createServer())
  const port = await listen(server.server, 0)
  const handlers = [{ type: 'socket', address: `tcp://127.0.0.1:${port}` }]
  const app = startSteps(t, { args: ['fork', 'fork'], config: { handlers } })
  let resets = 0
  for (let round = 0; round < 8; round++) {
    const done = app.take('log', { count: COUNT })
    if (round % 2 === 1) {
      if (server.connections.length === resets) await once(server.server, 'connection')
      server.connections.at(-1)?.socket.resetAndDestroy()
      resets++
    }
    await done
  }
  await app.take('flush')
  assert.equal(await app.end(), 0)
  assert.ok(server.connections.length > resets)
  const records = (await server.read()).filter(({ source }) => source !== 'root/listener')
  const { lost, doubled, producers } = audit(records)
  t.diagnostic(`connections ${server.connections.length}, lost ${lost}, doubled ${doubled}`)
  assert.equal(lost, 0)
  for (const all of producers.values()) assert.equal(new Set(all).size, 8 * COUNT)
})

for (const policy of /** @type {const} */ (['block', 'drop'])) {
  test(`a server that does not read, policy ${policy}: other handlers continue, memory is bounded`, async (t) => {
    const path = join(scratch(t), 'a.log')
    const server = net.createServer({ pauseOnConnect: true })
    t.after(() => server.close())
    server.on('connection', (socket) => {
      socket.on('error', () => {})
      t.after(() => socket.destroy())
    })
    const port = await listen(server, 0)
    const handlers = [
      { type: 'socket', address: `tcp://127.0.0.1:${port}` },
      { type: 'file', path },
    ]
    const overflow = { policy, limit: '16m', wait: '500ms' }
    const app = startSteps(t, { args: ['fork', 'fork'], config: { handlers, overflow } })
    const ROUNDS = 30
    for (let i = 0; i < ROUNDS; i++) await app.take('log', { count: 500, pad: 'x'.repeat(1000) })
    const from = process.hrtime.bigint()
    await app.take('flush')
    const { waiting, drops } = await app.take('stats')
    const rss = memoryOf(app.child.pid)
    assert.equal(await app.end(), 0)
    const took = Number(process.hrtime.bigint() - from) / 1e6
    const dropped = Object.values(/** @type {Record<string, Record<string, number>>} */ (drops))
      .flatMap((levels) => Object.values(levels))
      .reduce((sum, count) => sum + count, 0)
    const file = readLog(path).filter(({ source }) => source !== 'root/listener')
    t.diagnostic(`file ${file.length}, dropped ${dropped}, waiting ${waiting} B, ${rss} MiB`)
    t.diagnostic(`flush and end took ${took.toFixed(0)} ms`)
    const each = 500 * ROUNDS
    if (policy === 'block') {
      assertDelivered(file, { root: each, 'worker#1': each, 'fork#1': each })
    } else {
      // Producers that are faster than the listener also drop records.
      const { doubled, disordered } = audit(file)
      assert.deepEqual({ doubled, disordered }, { doubled: 0, disordered: 0 })
      assert.ok(file.length > each)
    }
    assert.ok(dropped > 0)
    assert.ok(waiting <= 16 * 2 ** 20)
    assert.ok(rss < 400)
    assert.ok(took < 20_000)
  })
}

test('a server that pauses reading: nothing is lost, other handlers continue', async (t) => {
  const path = join(scratch(t), 'a.log')
  const server = keep(t, net.createServer())
  const port = await listen(server.server, 0)
  const address = `tcp://127.0.0.1:${port}`
  const config = {
    handlers: [
      { type: 'socket', address },
      { type: 'file', path },
    ],
  }
  const app = startSteps(t, { args: ['fork', 'fork'], config })
  const step = { count: 500, pad: 'x'.repeat(1000) }
  await app.take('log', step)
  await app.take('flush')
  const [{ socket }] = server.connections
  socket.pause()
  for (let i = 0; i < 10; i++) await app.take('log', step)
  let stats = await app.take('stats')
  for (let i = 0; i < 400 && stats.records < 16_500; i++) {
    await rest(25)
    stats = await app.take('stats')
  }
  assert.deepEqual([stats.records, stats.waiting > 0], [16_500, true])
  socket.resume()
  assert.equal(await app.end(), 0)
  const all = { root: 5500, 'worker#1': 5500, 'fork#1': 5500 }
  assertDelivered(readLog(path), all)
  assertDelivered(await server.read(), all)
  assert.deepEqual(app.notices, [])
})

/** MiB. @param {number | undefined} pid */
function memoryOf(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) >> 10
}

test('a server that is down at exit delays the application by no more than `overflow.wait`', async (t) => {
  const server = keep(t, net.createServer())
  const port = await listen(server.server, 0)
  const handlers = [{ type: 'socket', address: `tcp://127.0.0.1:${port}` }]
  const app = startSteps(t, { config: { handlers, overflow: { wait: '500ms' } } })
  await app.take('log', { count: 10 })
  await app.take('flush')
  for (const { socket } of server.connections) socket.destroy()
  await once(server.server.close(), 'close')
  await app.take('log', { count: 10 })
  const from = process.hrtime.bigint()
  assert.equal(await app.end(), 0)
  assert.ok(process.hrtime.bigint() - from < 10_000_000_000n)
  assert.match(app.notices.join('\n'), /10 records were not delivered|records may not have arrived/)
})
