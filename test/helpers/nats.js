'use strict'
// NATS servers for tests: one on the loopback, or a cluster of three machines, each a network namespace of its own.

const { execFileSync, spawn, spawnSync } = require('node:child_process')
const { once } = require('node:events')
const { writeFileSync } = require('node:fs')
const { createServer } = require('node:net')
const { join } = require('node:path')
const { connect } = require('@nats-io/transport-node')
const { jetstream, jetstreamManager } = require('@nats-io/jetstream')
const { needPrograms } = require('./programs.js')
const { scratch } = require('./run.js')

/** @typedef {{ after(fn: () => unknown): void, diagnostic(text: string): void }} Test */
/** @typedef {{ subject: string, id: string, seq: number, record: any }} Stored */

/** Milliseconds in which servers have to be ready. */
const LIMIT = 30_000

const NUMBERS = [1, 2, 3]
const bridge = `ls${process.pid}`
/** Of the range that is set aside for tests of networks. */
const subnet = `198.18.${process.pid % 256}`

/**
 * A server with a store of its own; `start` again after `kill` finds what it had.
 * @param {Test} t
 * @param {{ address?: string, port?: number, lines?: string[], within?: string[] }} [options] `within`: what to run it by
 */
async function createServerOf(t, { address = '127.0.0.1', port, lines = [], within = [] } = {}) {
  needPrograms({ 'nats-server': 'nats-server', ip: 'iproute2' })
  /** @type {import('node:child_process').ChildProcess | undefined} */
  let server
  const kill = async () => {
    if (!server || server.exitCode !== null || server.signalCode !== null) return
    const ended = once(server, 'exit')
    server.kill('SIGKILL')
    await ended
  }
  t.after(kill) // before its store is removed
  const store = scratch(/** @type {any} */ (t))
  const at = port ?? (await freePort())
  const config = join(store, 'server.conf')
  const base = [`listen: "${address}:${at}"`, `jetstream { store_dir: "${store}" }`]
  writeFileSync(config, [...base, ...lines].join('\n'))
  const start = () => {
    const [program = '', ...args] = [...within, 'nats-server', '-c', config]
    server = spawn(program, args, { stdio: 'ignore' })
  }
  return { url: `${address}:${at}`, start, kill }
}

/** One that is ready. @param {Test} t @param {Parameters<typeof createServerOf>[1]} [options] */
async function startServer(t, options) {
  const server = await createServerOf(t, options)
  server.start()
  await ready([server.url])
  return server
}

/** Three that are ready; the test may kill one at a time. @param {Test} t */
async function startCluster(t) {
  needPrograms({ 'nats-server': 'nats-server', ip: 'iproute2' })
  /** @type {Awaited<ReturnType<typeof createServerOf>>[]} */
  const servers = []
  t.after(async () => {
    for (const { kill } of servers) await kill() // first: a namespace lives on with what is in it
    removeNetwork()
  })
  const machines = createNetwork(t)
  const routes = machines.map(({ address }) => `"nats://${address}:6222"`).join(', ')
  for (const [index, { address, within }] of machines.entries()) {
    const cluster = `cluster { name: test, listen: "${address}:6222", routes: [${routes}] }`
    const lines = [`server_name: "n${index}"`, cluster]
    servers.push(await createServerOf(t, { address, port: 4222, within, lines }))
  }
  for (const server of servers) server.start()
  const urls = servers.map(({ url }) => url)
  await ready(urls)
  return { urls, servers, machines }
}

/**
 * Three namespaces at one bridge; where the kernel forbids them, three addresses of the loopback.
 * @param {Test} t
 * @returns {{ address: string, within: string[] }[]}
 */
function createNetwork(t) {
  try {
    ip('link', 'add', bridge, 'type', 'bridge')
    ip('address', 'add', `${subnet}.254/24`, 'dev', bridge)
    ip('link', 'set', bridge, 'up')
    return NUMBERS.map((number) => {
      const [space, outer, address] = [
        `${bridge}-${number}`,
        `${bridge}v${number}`,
        `${subnet}.${number}`,
      ]
      ip('netns', 'add', space)
      ip('link', 'add', outer, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', space)
      ip('link', 'set', outer, 'master', bridge, 'up')
      ip('-n', space, 'address', 'add', `${address}/24`, 'dev', 'eth0')
      ip('-n', space, 'link', 'set', 'eth0', 'up')
      ip('-n', space, 'link', 'set', 'lo', 'up')
      return { address, within: ['ip', 'netns', 'exec', space] }
    })
  } catch (error) {
    t.diagnostic(`no network namespaces, the loopback instead: ${error}`)
    return NUMBERS.map((number) => ({ address: `127.0.0.${number + 1}`, within: [] }))
  }
}

function removeNetwork() {
  for (const number of NUMBERS) {
    spawnSync('ip', ['link', 'delete', `${bridge}v${number}`])
    spawnSync('ip', ['netns', 'delete', `${bridge}-${number}`])
  }
  spawnSync('ip', ['link', 'delete', bridge])
}

/** @param {...string} args */
function ip(...args) {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] })
}

/** Resolves when the servers answer and have a leader. @param {string[]} urls */
async function ready(urls) {
  const until = Date.now() + LIMIT
  for (const url of urls) {
    for (;;) {
      try {
        await withServer(url, ({ manager }) => manager.getAccountInfo())
        break
      } catch (error) {
        // A server that refuses the test's own connection is there, too.
        if (/authoriz/i.test(String(error))) break
        if (Date.now() > until) throw error
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
  }
}

/**
 * @template T
 * @param {string | string[]} servers
 * @param {(link: { manager: import('@nats-io/jetstream').JetStreamManager, client: import('@nats-io/jetstream').JetStreamClient, connection: import('@nats-io/transport-node').NatsConnection }) => Promise<T>} act
 * @param {object} [credentials]
 */
async function withServer(servers, act, credentials) {
  const connection = await connect({ servers, reconnect: false, timeout: 20_000, ...credentials })
  try {
    const manager = await jetstreamManager(connection, { timeout: 20_000 })
    return await act({ connection, manager, client: jetstream(connection, { timeout: 20_000 }) })
  } finally {
    await connection.close()
  }
}

/**
 * All that a stream holds, in its order.
 * @param {string | string[]} servers
 * @param {object} [credentials]
 * @returns {Promise<Stored[]>}
 */
function readStream(servers, credentials) {
  return withServer(
    servers,
    async ({ manager }) => {
      const { state } = await manager.streams.info('LOGS')
      /** @type {Stored[]} */
      const stored = []
      for (let from = state.first_seq; from <= state.last_seq; from += 500) {
        const size = Math.min(500, state.last_seq - from + 1)
        const asked = Array.from({ length: size }, (_, index) =>
          manager.streams.getMessage('LOGS', { seq: from + index }),
        )
        for (const message of await Promise.all(asked)) {
          if (!message) throw new Error('a message is missing')
          const { header, subject, seq } = message
          stored.push({ subject, id: header.get('Nats-Msg-Id'), seq, record: message.json() })
        }
      }
      return stored
    },
    credentials,
  )
}

/**
 * Stands between a client and a server; `cut` ends the connections, `hush` lets nothing more come back from the server.
 * @param {Test} t
 * @param {string} url
 */
async function startProxy(t, url) {
  const [host, port] = url.split(':')
  /** @type {Set<import('node:net').Socket>} */
  const sockets = new Set()
  let isQuiet = false
  const proxy = createServer((near) => {
    const far = require('node:net').connect(Number(port), host)
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket
        .on('error', () => {})
        .on('close', () => {
          sockets.delete(socket)
          near.destroy()
          far.destroy()
        })
    }
    near.on('data', (bytes) => far.write(bytes))
    far.on('data', (bytes) => isQuiet || near.write(bytes))
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const cut = () => {
    for (const socket of sockets) socket.destroy()
    isQuiet = false
  }
  t.after(() => {
    proxy.close()
    cut()
  })
  const hush = () => {
    isQuiet = true
  }
  return { url: `127.0.0.1:${/** @type {any} */ (proxy.address()).port}`, cut, hush }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  server.close()
  await once(server, 'close')
  return port
}

module.exports = { createServerOf, readStream, startCluster, startProxy, startServer, withServer }
