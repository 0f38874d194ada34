// Containers: the examples for Docker Compose. Their files are parsed, and their commands run as plain processes.

const assert = require('node:assert/strict')
const { existsSync, readFileSync } = require('node:fs')
const { join } = require('node:path')
const { assertComplete, startReceiver } = require('../helpers/otlp.js')
const { needPrograms } = require('../helpers/programs.js')
const { readLog } = require('../helpers/run.js')
const { checkRecords, freePort, start, until } = require('./place.js')

/** @typedef {import('./place.js').Place} Place */

const NAMES = { orders: 1, import: 200, console: 20 }
const SOURCES = ['root', 'worker#1', 'fork#1']

/** The services of the file: each with an image of a fixed version, and files that are there. @param {Place} place */
function readServices(place) {
  const { parse } = require(`${place.packages}/yaml`)
  const text = readFileSync(place.path('compose.yaml'), 'utf8')
  const { services, volumes = {} } = parse(text, { merge: true })
  for (const [name, { image, volumes: mounts = [], depends_on = [] }] of Object.entries(services)) {
    assert.match(image, /:\d+\.\d+\.\d+(-[\w-]+)?$/, name)
    for (const mount of mounts) {
      const [from] = mount.split(':')
      assert.ok(from.startsWith('.') ? existsSync(place.path(from)) : from in volumes, mount)
    }
    for (const other of depends_on) assert.ok(other in services, other)
  }
  return services
}

/** What a service is told where others are, as it is here. @param {any} service @param {Record<string, string>} hosts */
function environmentOf({ environment = {} }, hosts) {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => {
      const [host, to] = Object.entries(hosts).find(([each]) => value.includes(each)) ?? []
      assert.ok(host && to, `${name}: ${value}`)
      return [name, value.replace(host, to)]
    }),
  )
}

/** @param {Place} place */
async function runOtlp(place) {
  const { orders, otel } = readServices(place)
  const { parse } = require(`${place.packages}/yaml`)
  const { receivers, service } = parse(readFileSync(place.path('otel.yaml'), 'utf8'))
  assert.deepEqual(service.pipelines.logs.receivers, Object.keys(receivers))
  const { endpoint } = receivers.otlp.protocols.http
  assert.ok(orders.environment.OTLP_URL.endsWith(`otel:${endpoint.split(':')[1]}`))
  assert.ok(otel.command[0].endsWith(otel.volumes[0].split(':')[1]))
  const receiver = await startReceiver(place, { protocol: 'http/protobuf' })
  const env = environmentOf(orders, { 'otel:4318': `127.0.0.1:${receiver.port}` })
  await start(place, orders.command, env).end()
  assertComplete(receiver.records, { root: 1, 'worker#1': 110, 'fork#1': 110 })
  for (const { resource } of receiver.records) assert.equal(resource['service.name'], 'orders')
}

/** @param {Place} place */
async function runNats(place) {
  needPrograms({ 'nats-server': 'nats-server' })
  const { nats, log, orders, returns } = readServices(place)
  const port = await freePort()
  const store = nats.volumes[0].split(':')[1]
  const args = nats.command.map((arg) => arg.replace(store, join(place.temporary, 'stream')))
  const server = start(place, ['nats-server', '-a', '127.0.0.1', '-p', port, ...args])
  await server.prints(/Server is ready/)
  const hosts = { 'nats:4222': `127.0.0.1:${port}` }
  const [, queues] = log.volumes[1].split(':')
  const command = log.command.map((arg) => arg.replace(queues, place.temporary))
  const collector = start(place, command, environmentOf(log, hosts))
  const ends = [orders, returns].map((service) => {
    return start(place, service.command, environmentOf(service, hosts)).end()
  })
  await Promise.all(ends)
  const all = place.path('all.log')
  const count = () => (existsSync(all) ? readFileSync(all, 'utf8').split('\n').length - 1 : 0)
  await until(() => count() >= 442)
  collector.signal('SIGTERM')
  await collector.end(/stream not found; retrying/)
  const records = readLog(all)
  checkRecords(records, {
    sources: SOURCES.map((source) => `jetstream/${source}`),
    names: { orders: 2 * NAMES.orders, import: 2 * NAMES.import, console: 2 * NAMES.console },
  })
}

module.exports = { runNats, runOtlp }
