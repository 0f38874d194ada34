'use strict'
// Doorbell: only producers can ring, silent connections are closed, and the number of connections is limited.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { EventEmitter, once } = require('node:events')
const { connect } = require('node:net')
const {
  Doorbell,
  doorbellPath,
  openDoorbell,
  ringInterval,
} = require('../../dist/queue/doorbell.js')
const { producerId } = require('../../dist/queue/segment.js')
const { scratch } = require('../helpers/run.js')

/** Opens a doorbell and emits its events. @param {import('node:test').TestContext} t */
function open(t) {
  const directory = scratch(t)
  const told = new EventEmitter()
  /** @type {string[]} */
  const rung = []
  const { close } = openDoorbell(directory, {
    ring(producer) {
      rung.push(producer)
      told.emit(`ring ${producer}`)
    },
    gone: (producer) => told.emit(`gone ${producer}`),
    mute: (error) => assert.fail(error),
  })
  t.after(close)
  return { directory, told, rung }
}

/** @param {string} directory @param {string | Buffer} bytes */
function send(directory, bytes) {
  const socket = connect(doorbellPath(directory)).on('error', () => {})
  socket.write(bytes)
  return socket
}

/** Resolves when the socket is closed, by a reset too. @param {import('node:net').Socket} socket */
const closed = (socket) => new Promise((done) => socket.on('error', () => {}).once('close', done))

/** Checks that a producer's ring and its end arrive. @param {ReturnType<typeof open>} bell */
async function assertHeard({ directory, told }) {
  const producer = producerId(1, 0)
  const doorbell = new Doorbell(directory, producer)
  const heard = once(told, `ring ${producer}`)
  doorbell.ring(1000)
  await heard
  const gone = once(told, `gone ${producer}`)
  doorbell.close()
  await gone
}

test('a connection without a valid producer name is closed', async (t) => {
  const bell = open(t)
  const wrong = ['\n', 'x\n', '../../etc-0-00000000\n', '1-0-0000000g\n', Buffer.alloc(300, '1')]
  for (const bytes of wrong) await closed(send(bell.directory, bytes))
  await closed(send(bell.directory, Buffer.alloc(2 ** 20, 'x')))
  await assertHeard(bell)
  assert.equal(bell.rung.filter((name) => !/^1-0-[0-9a-f]{8}(?:-\d+)?$/.test(name)).length, 0)
})

test('a greeting may arrive in pieces, and an incomplete one times out', async (t) => {
  const bell = open(t)
  const half = send(bell.directory, '7-0-')
  const silent = connect(doorbellPath(bell.directory))
  const whole = send(bell.directory, '8-0-0000')
  const heard = once(bell.told, 'ring 8-0-0000beef')
  whole.write('beef\n')
  await heard
  await Promise.all([closed(half), closed(silent)])
  assert.equal(whole.destroyed, false)
  whole.destroy()
})

test('connections above the limit are closed, and the doorbell works again after that', async (t) => {
  const bell = open(t)
  const count = 1500
  const sockets = Array.from({ length: count }, () => connect(doorbellPath(bell.directory)))
  let sentAway = 0
  const enough = new Promise((done) => {
    for (const socket of sockets) {
      socket.on('error', () => {}).on('close', () => ++sentAway === count - 1024 && done(undefined))
    }
  })
  await enough
  const ends = sockets.filter((each) => !each.closed).map(closed)
  for (const socket of sockets) socket.destroy()
  await Promise.all(ends)
  await assertHeard(bell)
})

test('while records come without a pause, a producer rings less often', async (t) => {
  const { directory, told, rung } = open(t)
  const producer = producerId(1, 0)
  const doorbell = new Doorbell(directory, producer)
  t.after(() => doorbell.close())
  doorbell.interval = ringInterval(20)
  /** Rings heard of records at these times. @param {number[]} times */
  const rings = async (times) => {
    const before = rung.length
    for (const time of times) doorbell.ring(time)
    const later = once(told, 'ring 8-0-0000beef') // connections are read one after the other
    const other = send(directory, '8-0-0000beef\n')
    await later
    other.destroy()
    return rung.length - before - 1
  }
  const first = once(told, `ring ${producer}`)
  doorbell.ring(1000)
  await first
  assert.equal(await rings([1040, 1080, 1120, 1160, 1200, 1240]), 0)
  assert.equal(await rings([1340]), 1, 'after a pause')
  assert.equal(await rings([1400, 1450, 1500, 1550, 1600, 1650, 1700, 1750, 1800]), 0)
  assert.equal(await rings([1850]), 1, 'from time to time')
  doorbell.interval = ringInterval(1)
  assert.equal(await rings([1890]), 1, 'where the listener does not wait for a window')
})
