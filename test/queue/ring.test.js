'use strict'
// RingQueue: whatever is written, read and released in whatever order, records come out once, whole and in order.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { createHash } = require('node:crypto')
const { once } = require('node:events')
const { join } = require('node:path')
const { Worker } = require('node:worker_threads')
const fc = require('fast-check')
const { Kind } = require('../../dist/queue/frame.js')
const { createRing, RingReader, RingWriter } = require('../../dist/queue/ring.js')
const { FIXTURES } = require('../helpers/run.js')

/** @typedef {import('../../dist/queue/frame.js').Frame} Frame */

const CAPACITY = 2 ** 12
const CONTROL = 64
const DROP = /** @type {const} */ ({ policy: 'drop', wait: 0, limit: 0 })

/** @param {number} seq @param {number} [level] */
const headOf = (seq, level = 30) => ({ kind: Kind.RECORD, level, time: seq, seq })

/** @param {number} seq @param {number} length */
const textOf = (seq, length) => `${seq}:`.padEnd(length, String.fromCharCode(97 + (seq % 26)))

/** @param {Frame} frame */
const read = ({ buffer, start, end }) => buffer.toString('utf8', start, end)

/** A ring whose positions start at `at`. @param {number} [capacity] @param {number} [at] */
function makeRing(capacity = CAPACITY, at = 0) {
  const memory = createRing(capacity)
  new Int32Array(memory).fill(at | 0, 0, 2)
  return { memory, writer: new RingWriter(memory, DROP), reader: new RingReader(memory) }
}

/** All there is; fails if it does not come to an end. @param {RingReader} reader */
function readAll(reader) {
  const texts = []
  for (let frame = reader.peek(); frame; frame = reader.peek()) {
    texts.push(read(frame))
    reader.next()
    assert.ok(texts.length < CAPACITY, 'reads without end')
  }
  reader.release()
  return texts
}

/** One step of a history: a record of that many bytes written, up to that many read, or a release. */
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ write: fc.nat(1400), level: fc.constantFrom(30, 50) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ write: fc.nat(3 * CAPACITY), level: fc.constantFrom(30, 50) }),
  },
  { weight: 3, arbitrary: fc.record({ read: fc.nat(8) }) },
  { weight: 2, arbitrary: fc.constant({ release: true }) },
)
/** Positions at which a history starts: zero, and close to where 32 bits wrap. */
const start = fc.constantFrom(0, 2 ** 31 - 64, 2 ** 31 - CAPACITY, 2 ** 32 - 2048)

test('property: a ring is a queue that may say no', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), start, fc.boolean(), (steps, at, drains) => {
      const { writer, reader } = makeRing(CAPACITY, at)
      /** @type {string[]} */
      const expected = []
      /** @type {[Frame, string][]} */
      let held = []
      const step = () => {
        const frame = reader.peek()
        if (!frame) return false
        assert.equal(reader.peek(), frame)
        const text = expected.shift()
        assert.equal(read(frame), text)
        held.push([frame, String(text)])
        reader.next()
        return true
      }
      const release = () => {
        for (const [frame, text] of held) assert.equal(read(frame), text)
        held = []
        reader.release()
      }
      // What the listener does while it lives in the writer's thread.
      if (drains) {
        writer.drain = () => {
          while (step());
          release()
        }
      }
      steps.forEach((each, seq) => {
        if ('write' in each) {
          const text = textOf(seq, each.write)
          // Pieces of a large record may be drained before it is known whether all of it fits: it is expected first.
          expected.push(text)
          if (!writer.write(headOf(seq, each.level), text)) expected.pop()
        } else if ('read' in each) {
          for (let i = 0; i < each.read && step(); i++);
        } else {
          release()
        }
      })
      for (let i = 0; expected.length > 0 && i <= 2 * steps.length; i++) {
        if (!step()) release()
      }
      assert.deepEqual(expected, [])
      assert.equal(reader.peek(), undefined)
      assert.equal(reader.damaged, 0)
    }),
    { numRuns: 1000 },
  )
})

test('a record that fits as long as nothing waits is never refused', () => {
  for (const at of [0, 2 ** 31 - 8, 2 ** 32 - 8]) {
    const { writer, reader } = makeRing(CAPACITY, at)
    for (let length = 0; length < CAPACITY / 2; length += 7) {
      const text = textOf(length, length)
      assert.ok(writer.write(headOf(length), text))
      assert.deepEqual(readAll(reader), [text])
    }
    assert.equal(reader.pending(), 0)
  }
})

test('room is kept for records from level error on', () => {
  const { writer, reader } = makeRing()
  const text = 'x'.repeat(40)
  let seq = 0
  const fill = (/** @type {number} */ level) => {
    let count = 0
    while (writer.write(headOf(++seq, level), text)) count++
    return count
  }
  const below = fill(30)
  assert.equal(fill(40), 0)
  const above = fill(50)
  assert.ok(above >= 4, `${above} errors after ${below} others`)
  assert.equal(fill(60), 0)
  assert.equal(readAll(reader).length, below + above)
  assert.ok(fill(30) >= below - 4) // the end of the ring may be filled up
})

test('a record that was given up half way is not glued to the next', () => {
  const { writer, reader } = makeRing()
  assert.equal(writer.write(headOf(1), 'a'.repeat(2 * CAPACITY)), false)
  assert.equal(writer.write(headOf(2), 'b'.repeat(2 * CAPACITY)), false)
  assert.deepEqual(readAll(reader), [])
  assert.ok(writer.write(headOf(3), 'three'))
  assert.deepEqual(readAll(reader), ['three'])
})

test('a closed writer refuses until it is opened again', () => {
  const { writer, reader } = makeRing()
  writer.close()
  assert.equal(writer.write(headOf(1), 'a'), false)
  writer.open()
  assert.ok(writer.write(headOf(2), 'b'))
  assert.deepEqual(readAll(reader), ['b'])
})

test('a second reader goes on where the first one has released', () => {
  const { memory, writer, reader } = makeRing()
  for (const seq of [1, 2, 3]) writer.write(headOf(seq), String(seq))
  reader.peek()
  reader.next()
  reader.release()
  reader.peek()
  reader.next()
  assert.deepEqual(readAll(new RingReader(memory)), ['2', '3'])
})

test('property: damaged bytes are skipped, and what is written later is delivered', () => {
  const damage = fc.record({ at: fc.nat(CAPACITY - 1), value: fc.nat(255) })
  fc.assert(
    fc.property(
      fc.array(fc.nat(400), { minLength: 1, maxLength: 40 }),
      fc.array(damage, { minLength: 1, maxLength: 30 }),
      start,
      (lengths, damages, at) => {
        const { memory, writer, reader } = makeRing(CAPACITY, at)
        for (const [seq, length] of lengths.entries())
          writer.write(headOf(seq), textOf(seq, length))
        const bytes = new Uint8Array(memory, CONTROL)
        for (const { at, value } of damages) bytes[at] = value
        readAll(reader)
        assert.ok(writer.write(headOf(1000), 'later'))
        assert.deepEqual(readAll(reader), ['later'])
      },
    ),
    { numRuns: 1000 },
  )
})

test('damage is counted, and costs at most what was published', () => {
  const { memory, writer, reader } = makeRing()
  for (const seq of [1, 2, 3]) writer.write(headOf(seq), `record ${seq}`)
  const size = reader.pending() / 3
  new Uint8Array(memory, CONTROL)[size] ^= 1
  assert.deepEqual(readAll(reader), ['record 1'])
  assert.equal(reader.damaged, 1)
  writer.write(headOf(4), 'record 4')
  assert.deepEqual(readAll(reader), ['record 4'])
  assert.equal(reader.damaged, 1)
})

test('a head that no writer can have is passed over', () => {
  for (const head of [CAPACITY + 8, 2 ** 30, 2 ** 31 - 8]) {
    const { memory, reader } = makeRing()
    new Int32Array(memory)[0] = head
    assert.deepEqual(readAll(reader), [])
    assert.equal(reader.damaged, 1)
    const writer = new RingWriter(memory, DROP)
    assert.ok(writer.write(headOf(1), 'later'))
    assert.deepEqual(readAll(reader), ['later'])
  }
})

test('a reader in another thread gets records up to many times the size of the ring', async () => {
  const memory = createRing(CAPACITY)
  const writer = new RingWriter(memory, { policy: 'block', wait: 30_000, limit: 0 })
  const worker = new Worker(join(FIXTURES, 'ring-reader.js'), { workerData: { memory } })
  const result = once(worker, 'message')
  await once(worker, 'online')
  const expected = []
  for (let seq = 1; seq <= 2000; seq++) {
    const length = seq % 50 === 0 ? (seq % 17) * CAPACITY : (seq * 31) % 700
    const text = seq === 2000 ? 'end' : `ä${textOf(seq, length)}`
    assert.ok(writer.write(headOf(seq), text))
    const bytes = Buffer.from(text)
    expected.push([seq, bytes.length, createHash('sha1').update(bytes).digest('hex')])
  }
  const [{ records, damaged }] = await result
  assert.deepEqual(records, expected)
  assert.equal(damaged, 0)
  await worker.terminate()
})

test('what a terminated writer had published is whole, and nothing else is seen', async () => {
  for (let round = 0; round < 5; round++) {
    const memory = createRing(2 ** 14)
    const reader = new RingReader(memory)
    const worker = new Worker(join(FIXTURES, 'ring-writer.js'), { workerData: { memory } })
    const exit = once(worker, 'exit')
    await once(worker, 'online')
    let seq = 0
    const readSome = () => {
      for (let frame = reader.peek(); frame; frame = reader.peek()) {
        seq++
        assert.equal(frame.seq, seq)
        assert.equal(read(frame), `${seq} ${'x'.repeat((seq * 37) % 3000)}`)
        reader.next()
      }
      reader.release()
    }
    const control = new Int32Array(memory, 0, 2)
    while (seq < 300 + round * 77) {
      readSome()
      Atomics.wait(control, 0, Atomics.load(control, 0), 1)
    }
    void worker.terminate()
    await exit
    readSome()
    assert.equal(reader.pending(), 0)
    assert.equal(reader.damaged, 0)
  }
})
