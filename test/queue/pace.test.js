'use strict'
// Pace: a busy writer waits for a reader that is behind, as long as that moves.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { once } = require('node:events')
const { readdirSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { Worker } = require('node:worker_threads')
const { FileWriter } = require('../../dist/queue/file.js')
const { Kind } = require('../../dist/queue/frame.js')
const { CHECKPOINT_FILE } = require('../../dist/queue/pace.js')
const { producerId } = require('../../dist/queue/segment.js')
const { scratch } = require('../helpers/run.js')

const SEGMENT = 64 * 1024
const SEGMENTS = 320
const RECORD = 1000
const COUNT = Math.floor((SEGMENTS * SEGMENT) / RECORD)

/** Writes all records. Returns the largest number of segments that were there at once, and how many calls were refused. */
function pour(/** @type {string} */ directory, /** @type {string} */ producer) {
  const writer = new FileWriter({
    directory,
    producer,
    hello: '{}',
    segmentSize: SEGMENT,
    mayMap: false,
    policy: { policy: 'block', wait: 30_000, limit: 2 ** 30 },
    window: 0,
  })
  let most = 0
  let refused = 0
  for (let seq = 0; seq < COUNT; seq++) {
    const head = { kind: Kind.RECORD, level: 30, time: seq, seq }
    if (!writer.write(head, String(seq).padEnd(RECORD))) refused++
    if (seq % 60 > 0) continue
    most = Math.max(most, readdirSync(directory).filter((name) => name.endsWith('.q')).length)
  }
  writer.close()
  return { most, refused }
}

test('a writer waits for a reader that is slower, long before there is no room', async (t) => {
  const directory = scratch(t)
  const producer = producerId(process.pid, 0)
  writeFileSync(join(directory, CHECKPOINT_FILE), '')
  const reader = new Worker(join(__dirname, '../fixtures/queue/slow.js'), {
    workerData: { directory, producer, count: COUNT },
  })
  await once(reader, 'message')
  const { most, refused } = pour(directory, producer)
  const [result] = await once(reader, 'message')
  assert.deepEqual(result, { inOrder: COUNT, others: 0 })
  assert.equal(refused, 0)
  assert.ok(most < SEGMENTS * 0.75, `${most} segments of ${SEGMENTS} were there at once`)
})

test('a writer goes on ahead of a reader that stands still', (t) => {
  const directory = scratch(t)
  writeFileSync(join(directory, CHECKPOINT_FILE), '')
  const { most, refused } = pour(directory, producerId(process.pid, 0))
  assert.equal(refused, 0)
  assert.ok(most >= SEGMENTS, `${most} segments`)
})
