'use strict'
// File: with torn, cut or foreign segments, each complete record of a FileQueue is delivered once and in order.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { spawnSync } = require('node:child_process')
const {
  closeSync,
  openSync,
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} = require('node:fs')
const { join } = require('node:path')
const fc = require('fast-check')
const { hasExtent, isFree } = require('../../dist/queue/extent.js')
const { FileReader, FileWriter } = require('../../dist/queue/file.js')
const { frameBound, HEADER, Kind, writeFrame, writeHead } = require('../../dist/queue/frame.js')
const { listProducers, producerId, segmentPath } = require('../../dist/queue/segment.js')
const { scratch } = require('../helpers/run.js')

/** @typedef {import('../../dist/queue/frame.js').Frame} Frame */

const HELLO = '{"pid":1,"tid":0,"source":"spawn#1"}'
const PRODUCER = '1-0-abcdef01'

/** @param {number} seq */
const headOf = (seq) => ({ kind: Kind.RECORD, level: 30, time: seq, seq })

/** @param {number} seq @param {number} length */
const textOf = (seq, length) => `${seq}:ä`.padEnd(length, String.fromCharCode(97 + (seq % 26)))

/** @param {Frame} frame */
const read = ({ buffer, start, end }) => buffer.toString('utf8', start, end)

/** @param {number} seq @param {string} text */
function frameOf(seq, text) {
  const buffer = Buffer.alloc(frameBound(text))
  return buffer.subarray(0, writeFrame(buffer, 0, headOf(seq), text))
}

/** @param {string} directory @param {number} [segmentSize] */
function makeWriter(directory, segmentSize) {
  const size = segmentSize === undefined ? {} : { segmentSize }
  return new FileWriter({ directory, producer: PRODUCER, hello: HELLO, ...size })
}

/** Reads all records; fails if there is no end. @param {FileReader} reader */
function readAll(reader) {
  const texts = []
  for (let frame = reader.peek(); frame; frame = reader.peek()) {
    texts.push(read(frame))
    reader.next()
    assert.ok(texts.length < 100_000, 'reads without end')
  }
  reader.release()
  reader.discard()
  return texts
}

/** @param {string} directory @param {Buffer} bytes @param {number} [number] */
function writeSegment(directory, bytes, number = 0) {
  writeFileSync(segmentPath(directory, PRODUCER, number), bytes)
}

test('property: a FileQueue is first in, first out, with segments of any size', (t) => {
  const directory = scratch(t)
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ write: fc.oneof(fc.nat(300), fc.nat(200_000)) }) },
    { weight: 3, arbitrary: fc.record({ read: fc.nat(8) }) },
    { weight: 2, arbitrary: fc.constant({ release: true }) },
  )
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 50 }),
      fc.integer({ min: 1, max: 3000 }),
      (steps, segmentSize) => {
        for (const file of readdirSync(directory)) rmSync(join(directory, file))
        const writer = makeWriter(directory, segmentSize)
        const reader = new FileReader(directory, PRODUCER)
        /** @type {string[]} */
        const expected = []
        /** @type {[Frame, string][]} */
        let held = []
        const next = () => {
          const frame = reader.peek()
          if (!frame) return false
          const text = String(expected.shift())
          assert.equal(read(frame), text)
          held.push([frame, text])
          reader.next()
          return true
        }
        const release = () => {
          for (const [frame, text] of held) assert.equal(read(frame), text)
          held = []
          reader.release()
          reader.discard()
        }
        for (const [seq, each] of steps.entries()) {
          if ('write' in each) {
            const text = textOf(seq, each.write)
            assert.ok(writer.write(headOf(seq), text))
            expected.push(text)
          } else if ('read' in each) {
            for (let i = 0; i < each.read && next(); i++);
          } else {
            release()
          }
        }
        while (next());
        release()
        assert.deepEqual(expected, [])
        assert.equal(reader.damaged, 0)
        assert.ok(readdirSync(directory).filter((file) => !isReleased(directory, file)).length <= 1)
        writer.close()
        reader.remove()
        assert.deepEqual(readdirSync(directory), [])
      },
    ),
    { numRuns: 150 },
  )
})

/** Whether a file was given back to its writer. @param {string} directory @param {string} file */
function isReleased(directory, file) {
  const fd = openSync(join(directory, file), 'r')
  const released = hasExtent(fd) && isFree(fd)
  closeSync(fd)
  return released
}

test('a reader may start before, during or after the writer', (t) => {
  const directory = scratch(t)
  const early = new FileReader(directory, PRODUCER)
  assert.equal(early.peek(), undefined)
  assert.equal(early.hello, undefined)
  const writer = makeWriter(directory, 500)
  const expected = []
  for (let seq = 0; seq < 100; seq++) {
    const text = textOf(seq, seq * 3)
    writer.write(headOf(seq), text)
    expected.push(text)
  }
  const late = new FileReader(directory, PRODUCER, [listProducers(directory).get(PRODUCER) ?? 0, 0])
  for (const reader of [early, late]) {
    const texts = []
    for (let frame = reader.peek(); frame; frame = reader.peek()) {
      texts.push(read(frame))
      reader.next()
    }
    assert.deepEqual(texts, expected)
    assert.equal(reader.hello, HELLO)
    reader.close()
  }
  writer.close()
})

test('segments that were read are removed only after their release', (t) => {
  const directory = scratch(t)
  const writer = makeWriter(directory, 200)
  for (let seq = 0; seq < 50; seq++) writer.write(headOf(seq), textOf(seq, 100))
  const count = readdirSync(directory).length
  assert.ok(count > 10)
  const reader = new FileReader(directory, PRODUCER)
  for (let i = 0; i < 50; i++) {
    assert.ok(reader.peek())
    reader.next()
  }
  assert.equal(readdirSync(directory).length, count)
  reader.release()
  reader.discard()
  assert.deepEqual(readdirSync(directory), [`${PRODUCER}.${count - 1}.q`])
  assert.deepEqual([...listProducers(directory)], [[PRODUCER, count - 1]])
  writer.close()
  reader.close()
})

test('a successor continues with the first remaining segment', (t) => {
  const directory = scratch(t)
  const writer = makeWriter(directory, 200)
  for (let seq = 0; seq < 20; seq++) writer.write(headOf(seq), textOf(seq, 150))
  const first = new FileReader(directory, PRODUCER)
  for (let i = 0; i < 10; i++) {
    first.peek()
    first.next()
  }
  first.peek()
  first.release()
  first.discard()
  first.close()
  const second = new FileReader(directory, PRODUCER, [
    listProducers(directory).get(PRODUCER) ?? 0,
    0,
  ])
  assert.deepEqual(
    readAll(second),
    Array.from({ length: 10 }, (_, i) => textOf(i + 10, 150)),
  )
  second.close()
  writer.close()
})

test('property: wherever a file ends, complete records are delivered, and the others once they are complete', (t) => {
  const directory = scratch(t)
  const lengths = fc.array(fc.nat(500), { minLength: 1, maxLength: 10 })
  const place = fc.nat(1000).map((part) => part / 1000)
  fc.assert(
    fc.property(lengths, fc.array(place, { minLength: 1, maxLength: 4 }), (sizes, places) => {
      const texts = sizes.map((length, seq) => textOf(seq, length))
      const bytes = Buffer.concat(texts.map((text, seq) => frameOf(seq, text)))
      const path = segmentPath(directory, PRODUCER, 0)
      const reader = new FileReader(directory, PRODUCER)
      writeFileSync(path, '')
      const seen = []
      let from = 0
      for (const to of [
        ...places.sort((a, b) => a - b).map((part) => Math.floor(part * bytes.length)),
        bytes.length,
      ]) {
        appendFileSync(path, bytes.subarray(from, to))
        from = to
        seen.push(...readAll(reader))
        const whole = texts.filter((_, i) => {
          const end = texts
            .slice(0, i + 1)
            .reduce((sum, text, seq) => sum + frameOf(seq, text).length, 0)
          return end <= to
        })
        assert.deepEqual(seen, whole)
      }
      assert.equal(reader.damaged, 0)
      reader.remove()
    }),
    { numRuns: 200 },
  )
})

test('a wrong size in a header allocates no memory', (t) => {
  const directory = scratch(t)
  const head = Buffer.alloc(HEADER)
  writeHead(head, 0, headOf(1), 2 ** 30)
  writeSegment(directory, Buffer.concat([head, Buffer.alloc(1000, 'x')]))
  const reader = new FileReader(directory, PRODUCER)
  const before = process.memoryUsage().arrayBuffers
  for (let i = 0; i < 100; i++) assert.equal(reader.peek(), undefined)
  assert.ok(process.memoryUsage().arrayBuffers - before < 8 * 2 ** 20)
  reader.close()
})

test('property: foreign bytes are skipped, and the records behind them are delivered', (t) => {
  const directory = scratch(t)
  const foreign = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 300 }),
    fc
      .array(fc.constantFrom(0x53, 0x4c, 0), { minLength: 1, maxLength: 300 })
      .map((values) => Uint8Array.from(values)),
  )
  fc.assert(
    fc.property(foreign, fc.nat(3), (values, before) => {
      const texts = ['one', 'two', 'three', 'four']
      const frames = texts.map((text, seq) => frameOf(seq, text))
      frames.splice(before, 0, Buffer.from(values))
      writeSegment(directory, Buffer.concat(frames))
      const reader = new FileReader(directory, PRODUCER)
      assert.deepEqual(readAll(reader), texts)
      assert.ok(reader.damaged > 0)
      reader.close()
    }),
    { numRuns: 500 },
  )
})

test('a record is found behind foreign bytes of any length around the end of a chunk', (t) => {
  const directory = scratch(t)
  const piece = 256 * 1024
  for (let length = piece - 2 * HEADER; length <= piece + 8; length++) {
    writeSegment(
      directory,
      Buffer.concat([Buffer.alloc(length, 'x'), frameOf(1, 'one'), frameOf(2, 'two')]),
    )
    const reader = new FileReader(directory, PRODUCER)
    assert.deepEqual(readAll(reader), ['one', 'two'], `behind ${length} bytes`)
    reader.close()
  }
})

test('property: changed bytes lose only the records that contain them', (t) => {
  const directory = scratch(t)
  const texts = Array.from({ length: 20 }, (_, seq) => textOf(seq, 50))
  const frames = texts.map((text, seq) => frameOf(seq, text))
  const damages = fc.array(
    fc.record({ at: fc.nat(frames[0].length * 20 - 1), value: fc.nat(255) }),
    { maxLength: 5 },
  )
  fc.assert(
    fc.property(damages, (changes) => {
      const bytes = Buffer.concat(frames)
      const hit = new Set()
      for (const { at, value } of changes) {
        if (bytes[at] === value) continue
        bytes[at] = value
        hit.add(texts[Math.floor(at / frames[0].length)])
      }
      writeSegment(directory, bytes)
      const reader = new FileReader(directory, PRODUCER)
      const seen = new Set(readAll(reader))
      for (const text of texts) assert.ok(hit.has(text) || seen.has(text), text)
      reader.close()
    }),
    { numRuns: 500 },
  )
})

test('megabytes of bytes that look like headers are read in finite time', (t) => {
  const directory = scratch(t)
  const junk = Buffer.alloc(2 ** 21, 'SL')
  writeSegment(directory, Buffer.concat([junk, frameOf(1, 'one')]))
  const reader = new FileReader(directory, PRODUCER)
  assert.deepEqual(readAll(reader), ['one'])
  reader.close()
})

test('a write to a queue that cannot be written returns false, and works once it can be', (t) => {
  const directory = scratch(t)
  const missing = join(directory, 'missing')
  const writer = makeWriter(missing)
  assert.equal(writer.write(headOf(1), 'lost'), false)
  const taken = segmentPath(directory, PRODUCER, 0)
  writeFileSync(taken, 'theirs')
  const refused = makeWriter(directory)
  assert.equal(refused.write(headOf(1), 'lost'), false)
  assert.equal(readFileSync(taken, 'utf8'), 'theirs')
  rmSync(taken)
  assert.ok(refused.write(headOf(2), 'kept'))
  const reader = new FileReader(directory, PRODUCER)
  assert.deepEqual(readAll(reader), ['kept'])
  reader.remove()
  refused.close()
  assert.ok(!existsSync(taken))
})

test('listProducers ignores other files', (t) => {
  const directory = scratch(t)
  for (const file of [
    '1-0-aa.3.q',
    '1-0-aa.11.q',
    '2-5-bb.0.q',
    'bell.sock',
    'config.json',
    'x.q',
    '.1.q',
    'y.1.qq',
  ]) {
    writeFileSync(join(directory, file), '')
  }
  assert.deepEqual([...listProducers(directory)].sort(), [
    ['1-0-aa', 3],
    ['2-5-bb', 0],
  ])
  assert.match(producerId(7, 2), /^7-2-[0-9a-f]{8}(?:-\d+)?$/)
  assert.notEqual(producerId(7, 2), producerId(7, 2))
})

test('a reader continues at the checkpoint of another', (t) => {
  const directory = scratch(t)
  const writer = makeWriter(directory, 1000)
  for (let seq = 0; seq < 50; seq++) writer.write(headOf(seq), textOf(seq, 40))
  const first = new FileReader(directory, PRODUCER)
  for (let seq = 0; seq < 30; seq++) {
    assert.equal(first.peek()?.seq, seq)
    first.next()
  }
  const second = new FileReader(directory, PRODUCER, first.position())
  const rest = []
  for (let frame = second.peek(); frame; frame = second.peek()) {
    rest.push(frame.seq)
    second.next()
  }
  assert.deepEqual(
    rest,
    Array.from({ length: 20 }, (_, i) => 30 + i),
  )
  for (const end of [writer, first, second]) end.close()
})

test('an incomplete record is skipped once another one follows it', (t) => {
  const directory = scratch(t)
  const head = Buffer.alloc(HEADER)
  writeHead(head, 0, headOf(1), 2 ** 30)
  const claim = Buffer.concat([head, Buffer.from('{"msg":"SL SLOW SL')])
  writeSegment(directory, Buffer.concat([frameOf(0, 'before'), claim]))
  const reader = new FileReader(directory, PRODUCER)
  assert.deepEqual(readAll(reader), ['before'])
  assert.equal(reader.damaged, 0)
  appendFileSync(segmentPath(directory, PRODUCER, 0), frameOf(2, 'behind'))
  assert.deepEqual(readAll(reader), ['behind'])
  assert.ok(reader.damaged > 0)
  appendFileSync(segmentPath(directory, PRODUCER, 0), frameOf(3, 'later'))
  assert.deepEqual(readAll(reader), ['later'])
  reader.close()
})

test('a torn record at the end is counted once, when its writer is gone', (t) => {
  const directory = scratch(t)
  writeSegment(directory, Buffer.concat([frameOf(0, 'whole'), frameOf(1, 'torn').subarray(0, 26)]))
  const reader = new FileReader(directory, PRODUCER)
  assert.deepEqual(readAll(reader), ['whole'])
  assert.deepEqual([reader.advance(false), reader.damaged], [false, 0])
  assert.deepEqual([reader.advance(true), reader.damaged], [false, 1])
  assert.deepEqual([reader.advance(true), reader.damaged], [false, 1])
  reader.close()
})

for (const gone of [false, true]) {
  for (const [how, harm] of Object.entries({
    'lost its END frame': (/** @type {string} */ path) => {
      const bytes = readFileSync(path)
      bytes[bytes.length - HEADER] ^= 1
      writeFileSync(path, bytes)
    },
    'was emptied': (/** @type {string} */ path) => writeFileSync(path, ''),
    'was removed': (/** @type {string} */ path) => rmSync(path),
  })) {
    test(`a segment that ${how} does not block the next ones of a writer that ${gone ? 'is gone' : 'lives'}`, (t) => {
      const directory = scratch(t)
      const writer = makeWriter(directory, 100)
      const texts = Array.from({ length: 6 }, (_, seq) => textOf(seq, 100))
      for (const [seq, text] of texts.entries()) writer.write(headOf(seq), text)
      const hit = 2
      harm(segmentPath(directory, PRODUCER, hit))
      const reader = new FileReader(directory, PRODUCER)
      const seen = readAll(reader)
      assert.deepEqual(seen.slice(0, hit), texts.slice(0, hit))
      assert.ok(reader.advance(gone))
      assert.deepEqual(readAll(reader), texts.slice(hit + 1))
      assert.ok(reader.damaged > 0)
      assert.equal(reader.advance(gone), false)
      writer.write(headOf(9), 'later')
      assert.deepEqual(readAll(reader), ['later'])
      writer.close()
      reader.close()
    })
  }
}

test('the reader does not move to the next segment before that has begun', (t) => {
  const directory = scratch(t)
  writeSegment(directory, frameOf(1, 'one'))
  writeSegment(directory, Buffer.alloc(0), 1)
  const reader = new FileReader(directory, PRODUCER)
  assert.deepEqual(readAll(reader), ['one'])
  assert.equal(reader.advance(false), false)
  appendFileSync(segmentPath(directory, PRODUCER, 0), frameOf(2, 'two'))
  assert.deepEqual(readAll(reader), ['two'])
  reader.close()
})

test('foreign bytes appended to a segment lose no record, and truncation loses only the records cut off', (t) => {
  const directory = scratch(t)
  const path = segmentPath(directory, PRODUCER, 0)
  const writer = makeWriter(directory)
  const reader = new FileReader(directory, PRODUCER)
  writer.write(headOf(1), 'one')
  appendFileSync(path, 'x'.repeat(5000))
  assert.deepEqual(readAll(reader), ['one'])
  writer.write(headOf(2), 'two')
  assert.deepEqual(readAll(reader), ['two'])
  writer.write(headOf(3), 'three')
  truncateSync(path, statSync(path).size - 5)
  assert.deepEqual(readAll(reader), [])
  truncateSync(path, 10)
  assert.deepEqual(readAll(reader), [])
  const before = reader.damaged
  writer.write(headOf(4), 'four'.repeat(100))
  assert.deepEqual(readAll(reader), ['four'.repeat(100)])
  assert.ok(before > 1)
  truncateSync(path, 10)
  for (const seq of [5, 6]) writer.write(headOf(seq), String(seq))
  assert.deepEqual(readAll(reader), ['5', '6'])
  writer.close()
  reader.close()
})

test('a partly written record is cut off, and the next one is complete', {
  skip: process.platform !== 'linux',
}, (t) => {
  const directory = scratch(t)
  const code = `
    const { FileWriter } = require(${JSON.stringify(require.resolve('../../dist/queue/file.js'))})
    const options = ${JSON.stringify({ directory, producer: PRODUCER, hello: HELLO })}
    const writer = new FileWriter(options)
    const write = (seq, text) => writer.write({ kind: 1, level: 30, time: seq, seq }, text)
    console.log(JSON.stringify([write(1, 'one'), write(2, 'x'.repeat(5000)), write(3, 'three')]))`
  const limited = `ulimit -f 4; exec "$0" -e "$1"`
  const { stdout, stderr } = spawnSync('sh', ['-c', limited, process.execPath, code])
  assert.equal(`${stdout}`.trim(), '[true,false,true]')
  assert.match(
    `${stderr}`,
    /^logshare: cannot write to the queue, records are dropped: EFBIG.*\(LOGSHARE_WARN_QUEUE\)\n$/,
  )
  const reader = new FileReader(directory, PRODUCER)
  assert.deepEqual(readAll(reader), ['one', 'three'])
  assert.equal(reader.damaged, 0)
  reader.close()
})

test('an incomplete record that was seen, cut off and overwritten by another one', (t) => {
  const directory = scratch(t)
  const path = join(directory, `${PRODUCER}.0.q`)
  const whole = frameOf(1, 'one')
  const half = frameOf(2, 'x'.repeat(5000)).subarray(0, 4000)
  writeFileSync(path, Buffer.concat([whole, half]))
  const reader = new FileReader(directory, PRODUCER)
  assert.deepEqual(readAll(reader), ['one'])
  truncateSync(path, whole.length)
  appendFileSync(path, frameOf(3, 'three'))
  appendFileSync(path, frameOf(4, 'y'.repeat(5000)))
  assert.deepEqual(readAll(reader), ['three', 'y'.repeat(5000)])
  assert.equal(reader.damaged, 0)
  reader.close()
})
