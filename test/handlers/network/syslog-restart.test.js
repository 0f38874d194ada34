'use strict'
// A syslog receiver stops while it receives and comes back: over TCP and TLS nothing is lost; some records may come twice.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { setTimeout: rest } = require('node:timers/promises')
const { assertDelivered, audit } = require('../../helpers/delivery.js')
const { recordsOf, startReceiver } = require('../../helpers/receivers.js')
const { startSteps } = require('../../helpers/steps.js')

const ROUNDS = 12
const COUNT = 250
/** Everything sent to it stays unread and is lost with it. */
const STUCK = 'SIGKILL'

for (const kind of /** @type {const} */ (['rsyslog', 'syslog-ng'])) {
  for (const how of /** @type {const} */ (['SIGTERM', STUCK])) {
    for (const way of /** @type {const} */ (['tcp', 'tls'])) {
      test(`${kind}, ${way}, ${how === STUCK ? 'stopped, then killed' : 'restarted'}`, async (t) => {
        const receiver = await startReceiver(t, kind)
        const address = `${way}://localhost:${receiver.ports[way]}`
        const handlers = [{ type: 'syslog', address, tls: { ca: receiver.ca } }]
        const app = startSteps(t, { args: ['fork', 'fork'], config: { handlers } })
        let restarted = Promise.resolve()
        let before = 0
        const restart = async () => {
          await receiver.stop(how)
          before = receiver.read().length
          await receiver.start()
        }
        for (let round = 0; round < ROUNDS; round++) {
          const done = app.take('log', { count: COUNT, pad: 'x'.repeat(200) })
          if (round === 3) await receiver.waitFor(COUNT)
          if (round === 3 && how === STUCK) receiver.signal('SIGSTOP')
          if (round === 5) restarted = restart()
          await done
          if (round === 9) await restarted
        }
        await app.take('flush')
        assert.equal(await app.end(), 0)
        await receiver.stop()
        const { lost, doubled, producers } = audit(recordsOf(receiver.read()))
        t.diagnostic(`before the restart ${before}, lost ${lost}, doubled ${doubled}`)
        assert.equal(lost, 0)
        const counts = [...producers.entries()]
          .filter(([source]) => !source.startsWith('root/listener'))
          .map(([, all]) => new Set(all).size)
        assert.deepEqual(counts, [ROUNDS * COUNT, ROUNDS * COUNT, ROUNDS * COUNT])
      })
    }
  }
}

test('a receiver that closes cleanly after reading everything gets nothing twice', async (t) => {
  const receiver = await startReceiver(t, 'rsyslog')
  const address = `tcp://127.0.0.1:${receiver.ports.tcp}`
  const app = startSteps(t, { config: { handlers: [{ type: 'syslog', address }] } })
  await app.take('log', { count: COUNT })
  await app.take('flush')
  await receiver.waitFor(COUNT)
  await rest(1500) // what was sent in the last second is always sent again
  await receiver.stop()
  await receiver.start()
  await app.take('log', { count: COUNT })
  assert.equal(await app.end(), 0)
  await receiver.stop()
  assertDelivered(recordsOf(receiver.read()), { root: 2 * COUNT })
})

test('a Unix datagram socket that is not read for a while', async (t) => {
  const receiver = await startReceiver(t, 'rsyslog')
  const handlers = [{ type: 'syslog', address: `unix:${receiver.socket}` }]
  const app = startSteps(t, { config: { handlers } })
  await app.take('log', { count: COUNT })
  await app.take('flush')
  await receiver.waitFor(COUNT)
  await receiver.stop()
  await app.take('log', { count: COUNT })
  await app.told(/Connection refused|ECONNREFUSED|No such file|ENOENT/)
  await receiver.start()
  await app.take('flush')
  assert.equal(await app.end(), 0)
  const own = recordsOf(await receiver.waitFor(2 * COUNT)).filter(({ source }) => source === 'root')
  assertDelivered(own, { root: 2 * COUNT })
  await receiver.stop()
})

test('without perl a Unix datagram socket fails with a warning that says what to install', async (t) => {
  const receiver = await startReceiver(t, 'rsyslog')
  const config = {
    handlers: [{ type: 'syslog', address: `unix:${receiver.socket}` }],
    overflow: { wait: '300ms' },
  }
  const app = startSteps(t, { config, env: { PATH: '' } })
  await app.take('log', { count: 5 })
  assert.equal(await app.end(), 0)
  assert.match(app.notices.join('\n'), /needs perl: install it, or use a receiver on udp:/)
  assert.match(app.notices.join('\n'), /5 records were not delivered/)
})
