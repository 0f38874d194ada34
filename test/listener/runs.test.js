'use strict'
// Runs: records that the listener copies out of the queues run by run are what they would be one by one.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const {
  closeSync,
  copyFileSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  writeSync,
} = require('node:fs')
const { join } = require('node:path')
const { createHandlers } = require('../../dist/handlers/create.js')
const { readCheckpoint } = require('../../dist/listener/checkpoint.js')
const { Ledger } = require('../../dist/listener/ledger.js')
const { Listener } = require('../../dist/listener/listener.js')
const { FileWriter } = require('../../dist/queue/file.js')
const { Kind } = require('../../dist/queue/frame.js')
const { createRing, RingWriter } = require('../../dist/queue/ring.js')
const { segmentPath } = require('../../dist/queue/segment.js')
const { scratch } = require('../helpers/run.js')

/** @typedef {{ kind: number, level: number, time: number, seq: number, producer: number, line: string, extra?: string }} Row */

const LIMIT = 64 * 2 ** 20
const START = Date.UTC(2026, 0, 1)
const PRODUCERS = 4

/** Pseudo-random numbers, the same in each run. @param {number} seed */
function random(seed) {
  let state = seed
  return (/** @type {number} */ below) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return (state >> 8) % below
  }
}

/** Records of overlapping producers, in order of time, one of `odd` of another kind. @param {number} count @param {number} [odd] */
function makeRows(count, odd = 7) {
  const next = random(count)
  const seqs = Array(PRODUCERS).fill(0)
  let producer = 0
  return Array.from({ length: count }, (_, i) => {
    if (next(3) === 0) producer = next(PRODUCERS)
    const level = [10, 30, 40, 50][next(4)]
    const kinds = [Kind.ADAPTED, Kind.COPY, Kind.REPORT]
    const kind = next(odd) === 0 ? kinds[next(3)] : Kind.RECORD
    const seq = ++seqs[producer]
    const head = `{"level":${level},"time":${START + i}.000,"pid":1,"tid":${producer},"source":"p${producer}","seq":${seq}`
    const text = (next(4) === 0 ? 'ä' : 'a').repeat(next(20) === 0 ? next(3000) : next(300))
    const line = `${head},"name":"n","msg":"${text}"}`
    const extra = kind === Kind.ADAPTED && next(2) === 0 ? '{"more":"\\n"}' : undefined
    return { kind, level, time: 1 + i / 1000, seq, producer, line, extra }
  })
}

/** @param {string} directory @param {number} producer @param {number} [segmentSize] */
function openWriter(directory, producer, segmentSize = 64 * 1024) {
  const hello = JSON.stringify({ pid: 1, tid: producer, source: `p${producer}` })
  const name = `${process.pid}-${producer}-0000000${producer}`
  return new FileWriter({ directory, producer: name, hello, segmentSize, mayMap: false })
}

/** Writes rows to queue files, and those of the last producer to a ring, if there is one. @param {string} directory @param {readonly Row[]} rows @param {{ ring?: ArrayBufferLike, segmentSize?: number }} [options] */
function writeAll(directory, rows, { ring, segmentSize } = {}) {
  /** @type {{ write: FileWriter['write'], close(): void }[]} */
  const writers = Array.from({ length: PRODUCERS }, (_, each) =>
    openWriter(directory, each, segmentSize),
  )
  if (ring) writers[PRODUCERS - 1] = new RingWriter(ring, { policy: 'drop', wait: 0, limit: 0 })
  for (const { producer, line, extra, kind, level, time, seq } of rows) {
    const text = extra === undefined ? line : `${line}\n${extra}`
    const head = /** @type {import('../../dist/queue/frame.js').FrameHead} */ ({
      kind,
      level,
      time,
      seq,
    })
    assert.ok(writers[producer].write(head, text))
  }
  for (const writer of writers) writer.close()
}

/** @param {string} directory @param {object[]} handlers */
function openListener(directory, handlers, isSuccessor = false) {
  /** @type {string[]} */
  const relayed = []
  const context = {
    send: (/** @type {readonly any[]} */ records) => {
      for (const { buffer, start, end, extraEnd = end } of records)
        relayed.push(buffer.toString('utf8', start, extraEnd))
    },
    marks: readCheckpoint(directory).marks,
    otherMarks: () => [],
    isSuccessor,
    limit: LIMIT,
    policy: /** @type {const} */ ('block'),
    wait: 1000,
    isOwnThread: false,
    dropped() {},
    progressed() {},
  }
  const settings = /** @type {any} */ ({ handlers, relay: true })
  const listener = new Listener({
    window: 20,
    wait: 1000,
    limit: LIMIT,
    handlers: createHandlers(settings, context),
    lifecycle: false,
    counters: new SharedArrayBuffer(64),
    ledger: new Ledger(),
    dropped() {},
  })
  return { listener, relayed }
}

/** Whether a file has the lines of these records, and no others. @param {string} path @param {readonly Row[]} rows */
function assertHas(path, rows) {
  const lines = readLines(path)
  const wrong = rows.findIndex(({ line }, i) => line !== lines[i])
  assert.equal(wrong, -1, `${path}: ${lines[wrong]} in the place of ${rows[wrong]?.line}`)
  assert.equal(lines.length, rows.length)
}

/** @param {string} path */
const readLines = (path) => readFileSync(path, 'utf8').split('\n').slice(0, -1)

test('overlapping producers in files and a ring: in order, unchanged, for each handler what it accepts', async (t) => {
  const directory = scratch(t)
  const out = scratch(t)
  const ring = createRing(2 ** 22)
  const rows = makeRows(12_000)
  writeAll(directory, rows, { ring })
  const files = ['all', 'warn', 'none', 'named', 'pretty'].map((name) => join(out, name))
  const [all, warn, none, named, pretty] = files
  const { listener, relayed } = openListener(directory, [
    { type: 'file', path: all },
    { type: 'file', path: warn, level: 'warn' },
    { type: 'file', path: none, level: 'fatal' },
    { type: 'file', path: named, names: ['n'], sources: ['p2'] },
    { type: 'file', path: pretty, format: 'pretty' },
  ])
  listener.sources.addRing(ring)
  listener.watch(directory)
  listener.pumpUntil(Number.POSITIVE_INFINITY)
  await listener.close()
  assertHas(all, rows)
  assertHas(
    warn,
    rows.filter(({ level }) => level >= 40),
  )
  assert.deepEqual(readLines(none), [])
  assertHas(
    named,
    rows.filter(({ producer }) => producer === 2),
  )
  assert.equal(readLines(pretty).length, rows.length)
  const captured = rows.filter(({ kind }) => kind === Kind.ADAPTED)
  assert.deepEqual(
    relayed,
    captured.map(({ line, extra }) => (extra === undefined ? line : `${line}\n${extra}`)),
  )
})

test('a file is rotated within a run, by size and by time, between two lines', async (t) => {
  const directory = scratch(t)
  const [bySize, byTime] = [scratch(t), scratch(t)]
  const rows = makeRows(9000, 1e6)
  writeAll(directory, rows)
  const { listener } = openListener(directory, [
    { type: 'file', path: join(bySize, 'a.log'), rotate: { size: 100_000 } },
    { type: 'file', path: join(byTime, 'a.log'), rotate: { interval: 1000, utc: true } },
  ])
  listener.watch(directory)
  listener.pumpUntil(Number.POSITIVE_INFINITY)
  await listener.close()
  const bySeq = (/** @type {string} */ name) => Number(/(\d+)\.log$/.exec(name)?.[1] ?? 1e9)
  for (const folder of [bySize, byTime]) {
    const names = readdirSync(folder).filter((name) => name.endsWith('.log'))
    const parts = names
      .sort((a, b) => bySeq(a) - bySeq(b))
      .map((name) => readFileSync(join(folder, name), 'utf8'))
    assert.ok(parts.join('') === rows.map(({ line }) => `${line}\n`).join(''))
    assert.ok(parts.length >= 9, `${parts.length} files`)
    for (const part of parts) {
      assert.ok(part.endsWith('\n'))
      if (folder === bySize) assert.ok(part.length <= 100_000, `${part.length} bytes`)
    }
    if (folder === bySize) continue
    for (const part of parts) {
      const seconds = part.split('\n').map((line) => /"time":(\d+)\d{3}\./.exec(line)?.[1])
      assert.equal(new Set(seconds.slice(0, -1)).size, 1)
    }
  }
})

test('damage within a run loses the records that it is in, and is counted', async (t) => {
  const directory = scratch(t)
  const path = join(scratch(t), 'a.log')
  const rows = makeRows(3000, 1e6).map((row) => ({ ...row, producer: 0 }))
  const writer = openWriter(directory, 0, 2 ** 24)
  for (const { line, ...head } of rows) writer.write(/** @type {any} */ ({ ...head, seq: 0 }), line)
  writer.close()
  const segment = segmentPath(directory, `${process.pid}-0-00000000`, 0)
  const bytes = readFileSync(segment)
  const victim = bytes.indexOf(rows[1500].line)
  const fd = openSync(segment, 'r+')
  const byte = Buffer.alloc(1)
  readSync(fd, byte, 0, 1, victim - 24 + 8 + 6) // within the time of its header
  writeSync(fd, Buffer.from([Number(byte[0]) ^ 0x10]), 0, 1, victim - 24 + 8 + 6)
  closeSync(fd)
  const { listener } = openListener(directory, [{ type: 'file', path }])
  listener.watch(directory)
  listener.pumpUntil(Number.POSITIVE_INFINITY)
  assert.equal(listener.sources.damaged, 1)
  await listener.close()
  assertHas(
    path,
    rows.filter((_, i) => i !== 1500),
  )
})

test('a takeover within a run: the file has each record once', async (t) => {
  const directory = scratch(t)
  const path = join(scratch(t), 'a.log')
  const rows = makeRows(16_000, 50)
  writeAll(directory, rows, { segmentSize: 2 ** 24 })
  const handlers = [{ type: 'file', path }]
  const first = openListener(directory, handlers).listener
  first.watch(directory)
  assert.ok(first.pumpBatch(Number.POSITIVE_INFINITY))
  first.drain() // saves the checkpoint
  const { positions } = readCheckpoint(directory)
  const offsets = Object.values(positions).map(([segment, offset]) => segment + offset)
  assert.ok(offsets.length === PRODUCERS && offsets.every((offset) => offset > 0))
  copyFileSync(join(directory, 'state.json'), join(directory, 'kept.json'))
  // The next batch is written, and its listener dies before it has saved how far it was.
  first.pumpBatch(Number.POSITIVE_INFINITY)
  copyFileSync(join(directory, 'kept.json'), join(directory, 'state.json'))
  const second = openListener(directory, handlers, true).listener
  second.watch(directory)
  second.pumpUntil(Number.POSITIVE_INFINITY)
  await second.close()
  assertHas(path, rows)
})
