'use strict'
// Ring: with any sequence of writes, reads and releases, each record is delivered once, complete and in order.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { createHash } = require('node:crypto')
const { once } = require('node:events')
const { join } = require('node:path')
const { Worker } = require('node:worker_threads')
const fc = require('fast-check')
const { Block } = require('../../dist/queue/block.js')
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

/** Reads all records; fails if there is no end. @param {RingReader} reader */
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

/** One step of a history: write a record of so many bytes, read up to so many records, or release. */
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
/** Positions at which a history starts: zero, and shortly before 32 bits wrap around. */
const start = fc.constantFrom(0, 2 ** 31 - 64, 2 ** 31 - CAPACITY, 2 ** 32 - 2048)

test('property: a ring is first in, first out, and may reject records', () => {
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
      // As the inline listener does it, in the writer's thread.
      if (drains) {
        writer.drain = () => {
          while (step());
          release()
        }
      }
      steps.forEach((each, seq) => {
        if ('write' in each) {
          const text = textOf(seq, each.write)
          // Expect the record before writing it: parts of a large one may be drained before it is known whether all fit.
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

test('a record that fits into the empty ring is never rejected', () => {
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

test('room is reserved for records of level error and above', () => {
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
  assert.ok(fill(30) >= below - 4) // the end of the ring may be padded
})

test('parts of a record that was dropped are not joined to the next one', () => {
  const { writer, reader } = makeRing()
  assert.equal(writer.write(headOf(1), 'a'.repeat(2 * CAPACITY)), false)
  assert.equal(writer.write(headOf(2), 'b'.repeat(2 * CAPACITY)), false)
  assert.deepEqual(readAll(reader), [])
  assert.ok(writer.write(headOf(3), 'three'))
  assert.deepEqual(readAll(reader), ['three'])
})

test('a record in parts is not part of a run, before and after it was looked at', () => {
  for (const looks of [false, true]) {
    const { writer, reader } = makeRing()
    const texts = ['one', 'two', 'x'.repeat(1400), 'four']
    for (const [seq, text] of texts.entries()) assert.ok(writer.write(headOf(seq), text))
    const block = new Block()
    const take = () => reader.take(block, Number.POSITIVE_INFINITY, 1e6)
    take()
    assert.equal(block.count, 2)
    reader.release()
    if (looks) reader.peek()
    take()
    assert.equal(block.count, 2)
    const frame = reader.peek()
    assert.equal(frame && read(frame), texts[2])
    take()
    assert.equal(block.count, 2)
    reader.next()
    take()
    assert.equal(block.buffer.toString('utf8', 0, block.size), 'one\ntwo\nfour\n')
  }
})

test('a closed writer rejects records until it is opened again', () => {
  const { writer, reader } = makeRing()
  writer.close()
  assert.equal(writer.write(headOf(1), 'a'), false)
  writer.open()
  assert.ok(writer.write(headOf(2), 'b'))
  assert.deepEqual(readAll(reader), ['b'])
})

test('a second reader continues behind what the first one released', () => {
  const { memory, writer, reader } = makeRing()
  for (const seq of [1, 2, 3]) writer.write(headOf(seq), String(seq))
  reader.peek()
  reader.next()
  reader.release()
  reader.peek()
  reader.next()
  assert.deepEqual(readAll(new RingReader(memory)), ['2', '3'])
})

test('property: damaged bytes are skipped, and later records are delivered', () => {
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

test('damage is counted, and loses at most the published records', () => {
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

test('an impossible head is skipped', () => {
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

test('a head that moved back, or that hides records, loses at most the published records', () => {
  for (const head of [-8, -CAPACITY, 0, 8]) {
    const { memory, writer, reader } = makeRing()
    while (writer.write(headOf(1), 'x'.repeat(100)));
    new Int32Array(memory)[0] = head
    readAll(reader)
    for (const seq of [2, 3]) {
      writer.write(headOf(seq), 'next')
      readAll(reader)
    }
    assert.ok(writer.write(headOf(4), 'later'))
    assert.deepEqual(readAll(reader), ['later'])
    assert.ok(reader.damaged > 0 || head === 0)
  }
})

test('a reader in another thread gets records many times larger than the ring', async () => {
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

test('records published by a terminated writer are complete, and nothing else is visible', async () => {
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
