'use strict'
// Syslog handler with real receivers: what they parse, from threads and processes, over every transport.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { hostname } = require('node:os')
const { assertDelivered } = require('../../helpers/delivery.js')
const { parseData, recordsOf, startReceiver } = require('../../helpers/receivers.js')
const { run } = require('../../helpers/run.js')
const { startSteps } = require('../../helpers/steps.js')

const COUNT = 400

/** @typedef {{ address: string, format?: 'rfc3164' | 'rfc5424', local?: boolean }} Way */

/**
 * The transports to a receiver.
 * @param {'rsyslog' | 'syslog-ng'} kind
 * @param {Awaited<ReturnType<typeof startReceiver>>} receiver
 * @returns {Record<string, Way>}
 */
function waysTo(kind, { ports, socket, stream }) {
  /** @type {Record<string, Way>} */
  const ways = {
    UDP: { address: `udp://127.0.0.1:${ports.udp}` },
    TCP: { address: `tcp://127.0.0.1:${ports.tcp}` },
    TLS: { address: `tls://localhost:${ports.tls}` },
    'a Unix socket of datagrams': { address: `unix:${socket}`, local: true },
  }
  if (kind === 'rsyslog') {
    ways['TCP, RFC 3164'] = { address: `tcp://127.0.0.1:${ports.tcp}`, format: 'rfc3164' }
    ways['UDP, RFC 3164'] = { address: `udp://127.0.0.1:${ports.udp}`, format: 'rfc3164' }
  } else {
    ways['TCP, RFC 3164'] = { address: `tcp://127.0.0.1:${ports.plain}`, format: 'rfc3164' }
    ways['a Unix stream socket'] = { address: `unix:${stream}`, local: true }
  }
  return ways
}

for (const kind of /** @type {const} */ (['rsyslog', 'syslog-ng'])) {
  test(`${kind} gets every record once and in order, from threads and processes`, async (t) => {
    const receiver = await startReceiver(t, kind)
    const ways = Object.entries(waysTo(kind, receiver))
    const handlers = ways.map(([, { address, format }], i) => {
      const facility = `local${i}` // identifies the transport of a message
      return {
        type: 'syslog',
        address,
        facility,
        tls: { ca: receiver.ca },
        ...(format && { format }),
      }
    })
    const app = startSteps(t, { args: ['fork', 'fork'], config: { handlers } })
    await app.take('log', { count: COUNT })
    assert.equal(await app.end(), 0)
    assert.deepEqual(app.notices, [])
    const all = await receiver.waitFor(ways.length * 3 * COUNT)
    await receiver.stop()
    const counts = ways.map(
      (_, i) => all.filter(({ pri }) => Number(pri) === (16 + i) * 8 + 6).length,
    )
    assert.deepEqual(
      counts,
      ways.map(() => 3 * COUNT),
    )
    for (const [i, [name, { format, local }]] of ways.entries()) {
      await t.test(`over ${name}`, () => {
        const messages = all.filter(({ pri }) => Number(pri) === (16 + i) * 8 + 6)
        const expected = { root: COUNT, 'worker#1': COUNT, 'fork#1': COUNT }
        assertDelivered(recordsOf(messages), expected)
        const isOld = format === 'rfc3164' || local
        for (const { app, host, msgid, msg } of messages) {
          assert.deepEqual([app, host], ['steps', hostname()])
          assert.equal(msgid, isOld ? (kind === 'rsyslog' ? '-' : '') : 'steps')
          assert.match(msg, isOld ? /^ ?step \{/ : /^step$/)
        }
      })
    }
  })
}

test('values cannot inject another message', async (t) => {
  const receivers = [await startReceiver(t, 'rsyslog'), await startReceiver(t, 'syslog-ng')]
  const handlers = receivers.flatMap(({ ports, socket }, i) =>
    [
      { address: `udp://127.0.0.1:${ports.udp}` },
      { address: `tcp://127.0.0.1:${ports.tcp}` },
      { address: `unix:${socket}` },
      { address: `tcp://127.0.0.1:${i === 0 ? ports.tcp : ports.plain}`, format: 'rfc3164' },
    ].map((options) => ({ type: 'syslog', app: 'an app]: <13>', ...options })),
  )
  const { code, stdout, stderr } = await run('handlers/hostile-values.js', {
    config: { level: 'trace', handlers },
  })
  assert.deepEqual([code, stderr], [0, ''])
  /** @type {{ level: number, msg: string, value: string }[]} */
  const logged = JSON.parse(stdout)
  const severities = { 10: 7, 20: 7, 30: 6, 40: 4, 50: 3, 60: 2 }
  for (const receiver of receivers) {
    const messages = await receiver.waitFor(4 * logged.length)
    const records = recordsOf(messages)
    for (const [i, { level, value }] of logged.entries()) {
      const own = messages.filter((_, at) => Number(records[at].seq) === i + 1)
      assert.equal(own.length, 4)
      for (const { pri } of own) assert.equal(Number(pri), 8 + severities[level])
      const full = own.filter(({ sdata }) => sdata.includes('[logshare@32473'))
      assert.equal(full.length, 2)
      for (const { sdata, msg } of full) {
        const params = /** @type {any} */ (parseData(sdata))
        assert.equal(params.value, printable(value))
        assert.equal(params.name, 'a name] "x"')
        assert.equal(msg.replace(/^\ufeff/, ''), printable(value))
      }
    }
    await receiver.stop()
  }
})

/** @param {string} value */
function printable(value) {
  return JSON.stringify(value)
    .slice(1, -1)
    .replaceAll(/\\(["\\])/g, '$1')
    .replaceAll(/[\u007f-\u009f\u2028\u2029]/g, (each) => {
      return `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`
    })
    .replaceAll('\\b', '\\u0008')
    .replaceAll('\\f', '\\u000c')
}
