'use strict'
// Fuzzing: frames, rings, queue files and the doorbell with whatever bytes chance puts into them.
//
//   node test/fuzz.js [cases] [seed]
//
// A model says for each case what must still be delivered and what must not. A failure is shrunk and printed with its
// seed; the exit code is 1 then.

const assert = require('node:assert/strict')
const fs = require('node:fs')
const { connect } = require('node:net')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const fc = require('fast-check')
const { doorbellPath, openDoorbell } = require('../dist/queue/doorbell.js')
const { FileReader, FileWriter } = require('../dist/queue/file.js')
const { frameSize, HEADER, Kind, readFrame, writeFrame } = require('../dist/queue/frame.js')
const { Block } = require('../dist/queue/block.js')
const { createRing, RingReader, RingWriter } = require('../dist/queue/ring.js')
const { segmentPath } = require('../dist/queue/segment.js')

/** @typedef {import('../dist/queue/frame.js').Frame} Frame */
/** @typedef {import('../dist/queue/queue.js').QueueReader} QueueReader */

const CASES = Number(process.argv[2] ?? 100_000)
const SEED = Number(process.argv[3] ?? Date.now() % 2 ** 31)
/** Of a hundred cases so many go to each target: what is slow gets few. */
const SHARES = { frame: 40, ring: 40, file: 18, doorbell: 2 }
/** A case that takes longer is a failure. */
const CASE_LIMIT = 10_000
const CAPACITY = 2 ** 10
const CONTROL = 64
const PRODUCER = '1-0-abcdef01'
const HELLO = '{"pid":1,"tid":0,"source":"spawn#1"}'
const DROP = /** @type {const} */ ({ policy: 'drop', wait: 0, limit: 0 })

const MEMORY = '/dev/shm'
const directory = fs.mkdtempSync(join(fs.existsSync(MEMORY) ? MEMORY : tmpdir(), 'logshare-fuzz-'))

/** @param {number} seq */
const headOf = (seq) => ({ kind: Kind.RECORD, level: 30, time: 1000 + seq, seq })
/** @param {number} seq @param {number} length */
const textOf = (seq, length) => `{"seq":${seq},"SL":"${'ä'.repeat(length % 50)}`.padEnd(length, 'x')
/** @param {Frame} frame */
const textIn = ({ buffer, start, end }) => buffer.toString('utf8', start, end)

/** @param {number} seq @param {string} text */
function frameOf(seq, text) {
  const buffer = Buffer.alloc(frameSize(Buffer.byteLength(text)))
  writeFrame(buffer, 0, headOf(seq), text)
  return buffer
}

const foreign = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 64 }),
  fc
    .array(fc.constantFrom(0x53, 0x4c, 0, 1, 0xff, 0x7b, 0x0a), { minLength: 1, maxLength: 64 })
    .map((values) => Uint8Array.from(values)),
)
/** A place as a part of the whole, so that a case means something for any length. */
const block = new Block()
const place = fc.integer({ min: 0, max: 999 })
const lengths = fc.array(fc.integer({ min: 8, max: 150 }), { minLength: 1, maxLength: 12 })

const flip = fc.record({ flip: place, bit: fc.nat(7) })
const change = fc.oneof(
  { weight: 3, arbitrary: flip },
  { weight: 2, arbitrary: fc.record({ insert: place, bytes: foreign }) },
  { weight: 2, arbitrary: fc.record({ remove: place, count: fc.integer({ min: 1, max: 60 }) }) },
  { weight: 2, arbitrary: fc.record({ overwrite: place, bytes: foreign }) },
  { weight: 1, arbitrary: fc.record({ cut: place }) },
)

/** @param {Buffer} bytes @param {Record<string, any>} how */
function damage(bytes, how) {
  const at = (/** @type {number} */ part) => Math.floor((part * bytes.length) / 1000)
  if (bytes.length === 0) return bytes
  if ('flip' in how) {
    const changed = Buffer.from(bytes)
    changed[at(how.flip)] ^= 1 << how.bit
    return changed
  }
  if ('insert' in how) {
    const where = at(how.insert)
    return Buffer.concat([bytes.subarray(0, where), how.bytes, bytes.subarray(where)])
  }
  if ('remove' in how) {
    const where = at(how.remove)
    return Buffer.concat([bytes.subarray(0, where), bytes.subarray(where + how.count)])
  }
  if ('overwrite' in how) {
    const changed = Buffer.from(bytes)
    changed.set(how.bytes.subarray(0, bytes.length - at(how.overwrite)), at(how.overwrite))
    return changed
  }
  return bytes.subarray(0, at(how.cut))
}

/**
 * The records that stand whole in these bytes, and are not within what a frame before them claims as its own.
 * @param {Buffer} bytes @param {ReadonlyMap<number, Buffer>} frames
 */
function wholeIn(bytes, frames) {
  const whole = new Set()
  const claims = []
  for (let at = bytes.indexOf('SL'); at >= 0; at = bytes.indexOf('SL', at + 1)) {
    if (at < 4 || at - 4 + HEADER > bytes.length) continue
    if (readFrame(bytes, at - 4, bytes.length) === 'damaged') continue
    claims.push({ from: at - 4, to: at - 4 + frameSize(bytes.readUInt32LE(at - 4)) })
  }
  for (const [seq, frame] of frames) {
    const at = bytes.indexOf(frame)
    if (at < 0) continue
    if (!claims.some(({ from, to }) => from < at && at < to)) whole.add(seq)
  }
  return whole
}

/** Some of the records that can be taken as a run. @param {QueueReader} reader */
function takeSome(reader) {
  block.clear()
  reader.take(block, Number.POSITIVE_INFINITY, 200)
  return Array.from({ length: block.count }, (_, i) => {
    const text = block.buffer.toString('utf8', i && block.ends[i - 1], block.ends[i] - 1)
    return { seq: block.seqs[i], text }
  })
}

/**
 * What a reader has, to its end, in runs and one by one; fails if there is none.
 * @param {QueueReader & { advance?: (gone: boolean) => boolean }} reader
 */
function drain(reader) {
  /** @type {{ seq: number, text: string }[]} */
  const read = []
  for (let rounds = 0; ; rounds++) {
    assert.ok(rounds < 1000, 'no end of advancing')
    for (let frame = reader.peek(); frame; frame = reader.peek()) {
      read.push({ seq: frame.seq, text: textIn(frame) })
      reader.next()
      read.push(...takeSome(reader))
      assert.ok(read.length < 10_000, 'no end of records')
    }
    const before = reader.damaged
    reader.release()
    if (reader.peek()) continue
    assert.equal(reader.damaged >= before, true)
    if (!reader.advance?.(true)) return read
  }
}

/**
 * Nothing twice, nothing that was never written, and all that must be there.
 * @param {{ seq: number, text: string }[]} read
 * @param {ReadonlyMap<number, string>} texts @param {ReadonlySet<number>} expected
 */
function check(read, texts, expected) {
  const seen = new Set()
  for (const { seq, text } of read) {
    const isOriginal = texts.get(seq) === text
    assert.ok(isOriginal || !expected.has(seq), `record ${seq} was changed on its way: ${text}`)
    if (!isOriginal) continue
    assert.ok(!seen.has(seq), `record ${seq} twice`)
    seen.add(seq)
  }
  for (const seq of expected) assert.ok(seen.has(seq), `record ${seq} is lost`)
  return seen
}

const frame = fc.property(lengths, fc.array(change, { maxLength: 4 }), place, (sizes, how, at) => {
  const texts = new Map(sizes.map((size, seq) => [seq, textOf(seq, size)]))
  const frames = new Map([...texts].map(([seq, text]) => [seq, frameOf(seq, text)]))
  const bytes = how.reduce(damage, Buffer.concat([...frames.values()]))
  const limit = bytes.length - Math.floor((at * bytes.length) / 5000)
  for (let offset = 0; offset < limit; offset++) {
    const result = readFrame(bytes, offset, limit)
    if (typeof result === 'string') continue
    assert.ok(result.start === offset + HEADER && result.end <= limit && result.end >= result.start)
    const { kind, level, seq, time } = result
    assert.ok(texts.has(seq), `record ${seq} was never written`)
    assert.deepEqual({ kind, level }, { kind: Kind.RECORD, level: 30 })
    assert.ok(Math.abs(time - 1000 - seq) <= 1, `time ${time} of record ${seq}`)
    assert.equal(result.end - result.start, Buffer.byteLength(String(texts.get(seq))))
  }
  for (const seq of wholeIn(bytes.subarray(0, limit), frames)) {
    const found = readFrame(bytes, bytes.indexOf(/** @type {Buffer} */ (frames.get(seq))), limit)
    assert.ok(typeof found === 'object' && textIn(found) === texts.get(seq))
  }
})

const ring = fc.property(
  lengths,
  fc.array(flip, { maxLength: 6 }),
  fc.option(fc.record({ word: fc.constantFrom(0, 1), value: fc.integer() }), { freq: 4 }),
  fc.constantFrom(0, 2 ** 31 - 64, 2 ** 31 - CAPACITY, 2 ** 32 - 512),
  fc.nat(12),
  (sizes, flips, control, start, before) => {
    const memory = createRing(CAPACITY)
    const words = new Int32Array(memory)
    words.fill(start | 0, 0, 2)
    const writer = new RingWriter(memory, DROP)
    const reader = new RingReader(memory)
    const data = Buffer.from(memory, CONTROL)
    /** @type {Map<number, string>} */
    const texts = new Map()
    /** @type {{ seq: number, at: number, size: number }[]} */
    const lying = []
    for (const [seq, size] of sizes.entries()) {
      const text = textOf(seq, size)
      const needed = frameSize(Buffer.byteLength(text))
      if (!writer.write(headOf(seq), text)) continue
      texts.set(seq, text)
      lying.push({ seq, at: ((words[0] - needed) | 0) & (CAPACITY - 1), size: needed })
    }
    const read = []
    for (let i = 0; i < before; i++) {
      const each = reader.peek()
      if (!each) break
      read.push({ seq: each.seq, text: textIn(each) })
      reader.next()
      lying.shift()
    }
    const changed = Buffer.from(data)
    for (const how of flips) changed.set(damage(changed, how))
    const expected = new Set(read.map(({ seq }) => seq))
    // A ring is passed over from the first damaged frame on.
    const padding = control === null && flips.length === 0
    for (const { seq, at, size } of lying) {
      const isWhole = changed.subarray(at, at + size).equals(data.subarray(at, at + size))
      if (!isWhole || (at === 0 && !padding) || control !== null) break
      expected.add(seq)
    }
    data.set(changed)
    if (control !== null) words[control.word] = control.value
    read.push(...drain(reader))
    const delivered = check(read, texts, expected)
    if (delivered.size < texts.size && control === null && read.length < texts.size) {
      assert.ok(reader.damaged > 0, 'a loss that is not counted')
    }
    // The first record behind it may be needed to find out where the writer is.
    for (const seq of [1000, 1001]) {
      writer.write(headOf(seq), 'next')
      drain(reader)
    }
    assert.ok(writer.write(headOf(1002), 'later'), 'no room')
    assert.deepEqual(drain(reader), [{ seq: 1002, text: 'later' }])
  },
)

const fileChange = fc.record({
  segment: place,
  how: fc.oneof(
    { weight: 8, arbitrary: change },
    { weight: 1, arbitrary: fc.constant({ gone: true }) },
  ),
})

const file = fc.property(
  lengths,
  fc.array(fileChange, { maxLength: 3 }),
  fc.array(fc.integer({ min: 8, max: 150 }), { maxLength: 4 }),
  fc.integer({ min: 60, max: 1500 }),
  fc.option(fc.nat(6), { freq: 4 }),
  (sizes, changes, after, segmentSize, before) => {
    for (const name of fs.readdirSync(directory)) fs.unlinkSync(join(directory, name))
    // What a writer has mapped nobody may cut off while it lives.
    const mayMap = !changes.some(({ how }) => 'cut' in how)
    const options = { directory, producer: PRODUCER, hello: HELLO, segmentSize, mayMap }
    const writer = new FileWriter(options)
    const reader = new FileReader(directory, PRODUCER)
    /** @type {Map<number, string>} */
    const texts = new Map()
    const write = (/** @type {number} */ size) => {
      const seq = texts.size
      texts.set(seq, textOf(seq, size))
      assert.ok(writer.write(headOf(seq), String(texts.get(seq))))
    }
    for (const size of sizes) write(size)
    const read = []
    for (let i = 0; i < (before ?? 0); i++) {
      const each = reader.peek()
      if (!each) break
      read.push({ seq: each.seq, text: textIn(each) })
      reader.next()
    }
    let count = 0
    while (fs.existsSync(segmentPath(directory, PRODUCER, count))) count++
    for (const { segment, how } of changes) {
      const path = segmentPath(directory, PRODUCER, Math.floor((segment * count) / 1000))
      if (!fs.existsSync(path)) continue
      if ('gone' in how) fs.unlinkSync(path)
      else fs.writeFileSync(path, damage(fs.readFileSync(path), how))
    }
    for (const size of after) write(size)
    writer.close()
    const frames = new Map([...texts].map(([seq, text]) => [seq, frameOf(seq, text)]))
    const whole = new Set()
    for (const name of fs.readdirSync(directory)) {
      const bytes = fs.readFileSync(join(directory, name))
      for (const seq of wholeIn(bytes, frames)) whole.add(seq)
    }
    const isFresh = before === null
    // What a reader has taken into its memory before it was changed is neither the one nor the other.
    const expected = isFresh ? whole : changes.length === 0 ? new Set(texts.keys()) : new Set()
    read.push(...drain(reader))
    const seen = isFresh || changes.length === 0 ? check(read, texts, expected) : undefined
    const isTorn = changes.every(({ how }) => 'insert' in how || 'overwrite' in how)
    if (seen && isTorn && read.length < texts.size) assert.ok(reader.damaged > 0, 'not counted')
    if (changes.length === 0) assert.equal(reader.damaged, 0)
    reader.remove()
    assert.deepEqual(
      fs.readdirSync(directory).filter((name) => !changes.length && name.endsWith('.q')),
      [],
    )
  },
)

const name = fc
  .tuple(fc.nat(99_999), fc.nat(9), fc.integer({ min: 0, max: 2 ** 32 - 1 }))
  .map(([pid, tid, rest]) => `${pid}-${tid}-${rest.toString(16).padStart(8, '0')}`)
const chunk = fc.oneof(
  { weight: 4, arbitrary: foreign.map((bytes) => Buffer.from(bytes)) },
  { weight: 2, arbitrary: name.map((text) => Buffer.from(text)) },
  { weight: 2, arbitrary: name.map((text) => Buffer.from(`${text}\n`)) },
  { weight: 1, arbitrary: fc.constantFrom('\n', '.', '-0-').map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: fc.nat(20).map((n) => Buffer.alloc(n * 1000 + 1, 'x')) },
)
const caller = fc.record({ chunks: fc.array(chunk, { maxLength: 4 }), hangsUp: fc.boolean() })

/** @type {Set<string>} */
let rung = new Set()
/** @type {Map<string, () => void>} */
const waiting = new Map()

const doorbell = fc.asyncProperty(
  fc.array(caller, { maxLength: 5 }),
  name,
  fc.nat(20),
  async (callers, producer, split) => {
    rung = new Set()
    const said = new Set([producer])
    const sockets = callers.map(({ chunks, hangsUp }) => {
      const bytes = Buffer.concat(chunks)
      const end = bytes.indexOf('\n')
      if (end >= 0) said.add(bytes.toString('latin1', 0, end))
      const socket = connect(doorbellPath(directory)).on('error', () => {})
      socket.write(bytes)
      return hangsUp ? socket.end() : socket
    })
    const socket = connect(doorbellPath(directory)).on('error', () => {})
    const heard = new Promise((done) => waiting.set(`ring ${producer}`, () => done(undefined)))
    const gone = new Promise((done) => waiting.set(`gone ${producer}`, () => done(undefined)))
    socket.write(`${producer}\n`.slice(0, split))
    socket.write(`${producer}\n.`.slice(split))
    await heard
    socket.end()
    await gone
    for (const each of sockets) each.destroy()
    for (const each of rung) {
      assert.ok(said.has(each), `${each} never rang`)
      assert.match(each, /^\d+-\d+-[0-9a-f]{8}(?:-\d+)?$/)
    }
  },
)

/** @type {Record<keyof typeof SHARES, any>} */
const targets = { frame, ring, file, doorbell }

async function main() {
  console.log('seed %d', SEED)
  const { close } = openDoorbell(directory, {
    ring(producer) {
      rung.add(producer)
      waiting.get(`ring ${producer}`)?.()
    },
    gone(producer) {
      waiting.get(`gone ${producer}`)?.()
    },
    mute(error) {
      throw error
    },
  })
  try {
    for (const [target, share] of Object.entries(SHARES)) {
      if (target !== 'doorbell' || share === 0) continue
      await run(target, share)
    }
  } finally {
    close()
  }
  for (const [target, share] of Object.entries(SHARES)) {
    if (target !== 'doorbell') await run(target, share)
  }
}

/** @param {string} target @param {number} share */
async function run(target, share) {
  const numRuns = Math.max(1, Math.round((CASES * share) / 100))
  const start = performance.now()
  const result = await fc.check(targets[target], {
    numRuns,
    seed: SEED,
    ...(target === 'doorbell' && { timeout: CASE_LIMIT }),
  })
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log('%s: %d cases in %s s', target, result.numRuns, seconds)
  if (!result.failed) return
  console.error('%s fails; again with: node test/fuzz.js %d %d', target, CASES, SEED)
  console.error(fc.defaultReportMessage(result))
  process.exitCode = 1
}

process.on('exit', () => fs.rmSync(directory, { recursive: true, force: true }))
main()
