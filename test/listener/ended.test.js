'use strict'
// Ended: of a producer that is connected the listener hears the end; of others it asks, and of all at the end.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { spawnSync } = require('node:child_process')
const { Sources } = require('../../dist/listener/sources.js')
const { FileWriter } = require('../../dist/queue/file.js')
const { Kind } = require('../../dist/queue/frame.js')
const { scratch } = require('../helpers/run.js')

/** Queues of processes that have ended. @param {import('node:test').TestContext} t @param {number} count */
function openEnded(t, count) {
  const directory = scratch(t)
  const { pid } = spawnSync(process.execPath, ['-e', '0'])
  const producers = Array.from({ length: count }, (_, i) => `${pid}-0-abcdef0${i}`)
  for (const producer of producers) {
    const writer = new FileWriter({ directory, producer, hello: '{}' })
    writer.write({ kind: Kind.RECORD, level: 30, time: 1, seq: 1 }, 'one')
    writer.close()
  }
  const sources = new Sources()
  t.after(() => sources.close())
  sources.watch(directory, {})
  sources.scan()
  const ended = () =>
    producers.map((producer) => /** @type {any} */ (sources.find(producer)).hasEnded)
  return { sources, producers, ended }
}

test('whether a producer lives is asked only while it is not connected', (t) => {
  const { sources, producers, ended } = openEnded(t, 3)
  const [first = '', second = ''] = producers
  sources.rang(first)
  sources.rang(second)
  sources.detectUnheard()
  assert.deepEqual(ended(), [false, false, true])
  sources.disconnected(first)
  assert.deepEqual(ended(), [true, false, true])
  sources.disconnected(second)
  assert.deepEqual(ended(), [true, true, true])
})

test('with the end of a connection the ends of producers without one are seen, too', (t) => {
  const { sources, producers, ended } = openEnded(t, 3)
  const [first = '', second = ''] = producers
  sources.rang(first)
  sources.rang(second)
  sources.disconnected(first)
  assert.deepEqual(ended(), [true, false, true])
})

test('before a flush or an exit is answered, producers that are connected are asked, too', (t) => {
  const { sources, producers, ended } = openEnded(t, 2)
  for (const producer of producers) sources.rang(producer)
  sources.detectUnheard()
  assert.deepEqual(ended(), [false, false])
  sources.detectEnded()
  assert.deepEqual(ended(), [true, true])
})
