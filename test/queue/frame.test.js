'use strict'
// Frame: written frames are read back, incomplete ones are recognised, and other bytes are rejected.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const fc = require('fast-check')
const {
  frameBound,
  frameSize,
  HEADER,
  Kind,
  MAX_PAYLOAD,
  readFrame,
  writeFrame,
  writeHead,
} = require('../../dist/queue/frame.js')

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme' }),
)
const head = fc.record(
  {
    kind: fc.constantFrom(...Object.values(Kind)),
    level: fc.integer({ min: 0, max: 255 }),
    time: fc.double({ min: 0, max: 1e12, noNaN: true }),
    seq: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  },
  { noNullPrototype: true },
)

/** @param {import('../../dist/queue/frame.js').ReadResult} result */
function whole(result) {
  assert.ok(typeof result === 'object', String(result))
  return result
}

test('property: a frame is read back as it was written, at any offset', () => {
  fc.assert(
    fc.property(head, text, fc.nat(5), (given, payload, before) => {
      const offset = before * 8
      const buffer = Buffer.alloc(offset + frameBound(payload), 0xff)
      const size = writeFrame(buffer, offset, given, payload)
      const {
        buffer: within,
        start,
        end,
        ...read
      } = whole(readFrame(buffer, offset, offset + size))
      assert.deepEqual(read, given)
      assert.equal(within.toString('utf8', start, end), Buffer.from(payload).toString())
      assert.equal(size, frameSize(end - start))
      assert.ok(size <= frameBound(payload) && size % 8 === 0)
    }),
    { numRuns: 1000 },
  )
})

test('property: a frame whose last bytes are missing is incomplete', () => {
  fc.assert(
    fc.property(
      head,
      text,
      fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      (given, payload, part) => {
        const buffer = Buffer.alloc(frameBound(payload))
        const size = writeFrame(buffer, 0, given, payload)
        assert.equal(readFrame(buffer, 0, Math.floor(size * part)), 'incomplete')
      },
    ),
  )
})

test('property: a header with one changed byte is damaged, or its time differs by little', () => {
  const change = fc.record({ at: fc.nat(HEADER - 1), by: fc.integer({ min: 1, max: 255 }) })
  fc.assert(
    fc.property(head, fc.string(), change, (given, payload, { at, by }) => {
      const buffer = Buffer.alloc(frameBound(payload))
      const size = writeFrame(buffer, 0, given, payload)
      buffer[at] ^= by
      const result = readFrame(buffer, 0, size)
      if (result === 'damaged') return
      const { time, seq, level, kind } = whole(result)
      assert.deepEqual(
        { seq, level, kind },
        { seq: given.seq, level: given.level, kind: given.kind },
      )
      assert.ok(Math.abs(time - given.time) <= 1 || time < 1e-3, `${given.time} became ${time}`)
    }),
    { numRuns: 2000 },
  )
})

test('property: random bytes are damaged, and never make readFrame throw', () => {
  const bytes = fc.uint8Array({ minLength: HEADER, maxLength: 200 })
  fc.assert(
    fc.property(bytes, (values) => {
      assert.equal(readFrame(Buffer.from(values), 0, values.length), 'damaged')
    }),
    { numRuns: 2000 },
  )
})

test('a payload size above the maximum is damaged', () => {
  const given = { kind: Kind.RECORD, level: 30, time: 1, seq: 1 }
  const buffer = Buffer.alloc(HEADER)
  writeHead(buffer, 0, given, MAX_PAYLOAD)
  assert.equal(readFrame(buffer, 0, HEADER), 'incomplete')
  writeHead(buffer, 0, given, MAX_PAYLOAD + 1)
  assert.equal(readFrame(buffer, 0, HEADER), 'damaged')
})

test('a header with any two changed bits is damaged, or only its time differs, by little', () => {
  for (const [seq, time] of [
    [0, 1000],
    [77, 123_456.789],
    [2 ** 31 + 5, 98_765_432.1],
  ]) {
    const buffer = Buffer.alloc(2 ** 16)
    const written = { kind: Kind.RECORD, level: 30, time, seq }
    writeHead(buffer, 0, written, 60)
    for (const [first, second] of pairsOf(HEADER * 8)) {
      turn(buffer, first)
      turn(buffer, second)
      const read = readFrame(buffer, 0, buffer.length)
      if (typeof read === 'object') {
        const { kind, level, seq, time, end } = read
        assert.deepEqual({ kind, level, seq, end }, { ...pick(written), end: HEADER + 60 })
        assert.ok(Math.abs(time - written.time) <= 1, `bits ${first} and ${second}: ${time}`)
      }
      turn(buffer, first)
      turn(buffer, second)
    }
  }
})

/** @param {number} count */
function* pairsOf(count) {
  for (let first = 0; first < count; first++) {
    for (let second = first + 1; second < count; second++) yield [first, second]
  }
}

/** @param {Buffer} buffer @param {number} bit */
function turn(buffer, bit) {
  buffer.writeUInt8(buffer.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
}

/** @param {{ kind: number, level: number, seq: number }} head */
const pick = ({ kind, level, seq }) => ({ kind, level, seq })
