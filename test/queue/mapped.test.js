'use strict'
// Mapped: a busy producer writes to a mapped file, and its records survive its death.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { spawn, spawnSync } = require('node:child_process')
const { once } = require('node:events')
const {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readdirSync,
  statSync,
  unlinkSync,
  writeSync,
} = require('node:fs')
const { isBuiltin } = require('node:module')
const { join } = require('node:path')
const { setImmediate: turn } = require('node:timers/promises')
const { Block } = require('../../dist/queue/block.js')
const { endOfFramesIn, hasExtent, release, writtenIn } = require('../../dist/queue/extent.js')
const { FileReader, FileWriter } = require('../../dist/queue/file.js')
const { Kind, writeFrame } = require('../../dist/queue/frame.js')
const { listProducers, segmentPath } = require('../../dist/queue/segment.js')
const { fill, mountSmall } = require('../helpers/disk.js')
const { cleanEnv, FIXTURES, readLog, run, scratch } = require('../helpers/run.js')

const onLinux = { skip: process.platform !== 'linux' && 'segments are mapped on Linux' }

const hasFfi = isBuiltin('node:ffi')

/** @param {string} directory @param {number} count @param {{ flags?: string[], where?: string }} [options] */
function startWriter(directory, count, { flags = [], where = 'process' } = {}) {
  const program = join(FIXTURES, 'queue/busy.js')
  const child = spawn(process.execPath, [...flags, program, directory, String(count), where], {
    env: cleanEnv(),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.on('data', (/** @type {Buffer} */ chunk) => {
    said += chunk.toString()
  })
  return {
    child,
    /** Number of the last record that the writer reported. */
    said: () => Number(said.trimEnd().split('\n').slice(0, -1).at(-1) ?? -1),
    text: () => said,
    ended: once(child, 'close'),
  }
}

/** @param {string} directory @param {string[]} flags @param {string} [load] */
function writeMapped(directory, flags, load = '') {
  const program = join(FIXTURES, 'queue/few.js')
  const args = [...flags, program, directory, load]
  return spawnSync(process.execPath, args, { env: cleanEnv(), encoding: 'utf8' })
}

/** @param {FileReader} reader */
function readSome(reader) {
  const seqs = []
  for (let frame = reader.peek(); frame && seqs.length < 1000; frame = reader.peek()) {
    const text = frame.buffer.toString('utf8', frame.start, frame.end)
    assert.equal(text.slice(0, text.indexOf(':')), String(frame.seq))
    assert.ok(/^\d+:ä+$/.test(text), 'an incomplete record')
    seqs.push(frame.seq)
    reader.next()
  }
  reader.release()
  reader.discard()
  return seqs
}

/** @param {string} directory */
function openQueue(directory) {
  const [[producer, first]] = listProducers(directory)
  return new FileReader(directory, producer, [first, 0])
}

/** How many segments of a directory are mapped. @param {string} directory */
function countMapped(directory) {
  return readdirSync(directory).filter((name) => {
    const fd = open(join(directory, name))
    if (fd === undefined) return false
    const isMapped = hasExtent(fd)
    closeSync(fd)
    return isMapped
  }).length
}

/** Undefined if the writer has renamed the file meanwhile. @param {string} path */
function open(path) {
  try {
    return openSync(path, 'r')
  } catch {
    return undefined
  }
}

/** @param {number[]} seqs @param {number} atLeast */
function assertComplete(seqs, atLeast) {
  const wrong = seqs.findIndex((seq, i) => seq !== i)
  assert.equal(wrong, -1, `${seqs[wrong]} in the place of ${wrong}`)
  assert.ok(seqs.length >= atLeast, `${seqs.length} of at least ${atLeast}`)
}

for (const when of [2000, 9000, 24_000]) {
  test(
    `killed after ${when} records while being read: no record is missing, and successors of readers continue`,
    onLinux,
    async (t) => {
      const directory = scratch(t)
      const writer = startWriter(directory, 1e9)
      t.after(() => writer.child.kill('SIGKILL'))
      const seqs = []
      let mapped = 0
      while (!(writer.said() > 0)) await turn()
      let reader = openQueue(directory)
      for (let looks = 0; writer.said() < when; looks++) {
        seqs.push(...readSome(reader))
        mapped = Math.max(mapped, countMapped(directory))
        if (looks % 7 === 0) {
          const [producer] = [...listProducers(directory).keys()]
          const position = reader.position()
          reader.close()
          reader = new FileReader(directory, producer, position)
        }
        await turn()
      }
      mapped = Math.max(mapped, countMapped(directory))
      writer.child.kill('SIGKILL')
      await writer.ended
      // The last record may be complete although its extent is not stored.
      do {
        for (let more = readSome(reader); more.length > 0; more = readSome(reader))
          seqs.push(...more)
      } while (reader.advance(true))
      assertComplete(seqs, writer.said() + 1)
      // A record too large for a mapped segment is written by a system call, which a kill may interrupt.
      assert.ok(
        reader.damaged <= (seqs.length % 5000 === 4999 ? 1 : 0),
        `${reader.damaged} damaged`,
      )
      assert.ok(mapped > 0, 'no segment was mapped')
      reader.remove()
      assert.deepEqual(readdirSync(directory), [])
    },
  )
}

if (hasFfi) {
  for (const flags of [
    ['--no-addons'],
    ['--permission', '--allow-fs-read=*', '--allow-fs-write=*', '--allow-ffi'],
    ['--no-experimental-ffi'],
  ]) {
    test(`files are mapped with ${flags.join(' ')}`, onLinux, (t) => {
      const { stdout } = writeMapped(scratch(t), flags)
      assert.match(stdout, /^mapped [1-9]/)
    })
  }

  test(
    'of node:ffi Node warns when the application loads it, and of all else at once',
    onLinux,
    (t) => {
      const own = writeMapped(scratch(t), [])
      assert.match(own.stdout, /^mapped [1-9]/)
      assert.equal(own.stderr, '')
      for (const load of ['require', 'import']) {
        const { stderr } = writeMapped(scratch(t), [], load)
        assert.equal(stderr.match(/ExperimentalWarning: FFI/g)?.length, 1, stderr)
        assert.match(stderr, /OwnWarning: one of the application/)
      }
    },
  )
}

test('files that were read are used again, and no reader reads them twice', onLinux, (t) => {
  const directory = scratch(t)
  const producer = `${process.pid}-0-abcdef01`
  const writer = new FileWriter({ directory, producer, hello: '{}' })
  t.after(() => writer.close())
  let reader = new FileReader(directory, producer)
  const files = new Set()
  const seqs = []
  for (let seq = 0; seq < 100_000; seq++) {
    const head = { kind: Kind.RECORD, level: 30, time: seq, seq }
    assert.ok(writer.write(head, `${seq}:`.padEnd(200, 'ä')))
    if (seq % 500 > 0) continue
    for (const name of readdirSync(directory)) files.add(statSync(join(directory, name)).ino)
    seqs.push(...readSome(reader))
    // A successor without a checkpoint starts with the first file that holds a segment.
    const successor = openQueue(directory)
    const frame = successor.peek()
    assert.ok(
      frame === undefined ||
        frame.seq > Number(seqs.at(-1)) ||
        successor.position()[0] === reader.position()[0],
    )
    if (seq % 5000 === 0) {
      const position = reader.position()
      reader.close()
      reader = new FileReader(directory, producer, position)
    }
    successor.close()
  }
  for (let more = readSome(reader); more.length > 0; more = readSome(reader)) seqs.push(...more)
  assertComplete(seqs, 100_000)
  const [segment] = reader.position()
  assert.ok(segment > 10, `${segment} segments`)
  assert.ok(files.size <= 4, `${files.size} files`)
  assert.equal(reader.advance(true), false, 'records of an earlier segment in the same file')
  writer.close()
  reader.remove()
  assert.deepEqual(readdirSync(directory), [])
})

test('a file that somebody has removed is not used again', onLinux, (t) => {
  const directory = scratch(t)
  const producer = `${process.pid}-0-abcdef02`
  const writer = new FileWriter({ directory, producer, hello: '{}' })
  const reader = new FileReader(directory, producer)
  const seqs = []
  for (let seq = 0; seq < 50_000; seq++) {
    const head = { kind: Kind.RECORD, level: 30, time: seq, seq }
    assert.ok(writer.write(head, `${seq}:`.padEnd(200, 'ä')))
    if (seq % 500 > 0) continue
    seqs.push(...readSome(reader))
    const [current] = reader.position()
    for (const name of readdirSync(directory)) {
      if (Number(name.split('.').at(-2)) < current) unlinkSync(join(directory, name))
    }
  }
  for (let more = readSome(reader); more.length > 0; more = readSome(reader)) seqs.push(...more)
  assertComplete(seqs, 50_000)
  writer.close()
  reader.remove()
  assert.deepEqual(readdirSync(directory), [])
})

test(
  'a writer that was killed before it began a segment leaves nothing to read',
  onLinux,
  async (t) => {
    const directory = scratch(t)
    const writer = startWriter(directory, 1e9)
    while (!(writer.said() > 1000)) await turn()
    writer.child.kill('SIGKILL')
    await writer.ended
    const reader = openQueue(directory)
    const seqs = []
    for (let more = readSome(reader); more.length > 0; more = readSome(reader)) seqs.push(...more)
    const [segment] = reader.position()
    const [[producer]] = listProducers(directory)
    const last = segmentPath(directory, producer, segment + 1)
    copyFileSync(segmentPath(directory, producer, segment), last)
    assert.ok(release(last))
    do {
      for (let more = readSome(reader); more.length > 0; more = readSome(reader)) seqs.push(...more)
    } while (reader.advance(true))
    assertComplete(seqs, writer.said() + 1)
    reader.remove()
    assert.deepEqual(readdirSync(directory), [])
  },
)

test('a frame that lies behind the extent is found wherever it begins', (t) => {
  const fd = openSync(join(scratch(t), 'segment'), 'w+')
  t.after(() => closeSync(fd))
  const [from, piece] = [1000, 64 * 1024]
  for (let at = from + 2 * piece - 40; at < from + 2 * piece + 8; at++) {
    const bytes = Buffer.alloc(3 * piece)
    const end = at + writeFrame(bytes, at, { kind: Kind.RECORD, level: 30, time: 1, seq: 1 }, 'one')
    writeSync(fd, bytes, 0, bytes.length, 0)
    assert.equal(endOfFramesIn(fd, from), end)
    assert.equal(endOfFramesIn(fd, end), end)
  }
})

test('what reads the queues of many producers to their end keeps little memory', onLinux, (t) => {
  const directory = scratch(t)
  const producers = Array.from({ length: 16 }, (_, i) => `${process.pid}-0-abcdef${16 + i}`)
  for (const producer of producers) {
    const writer = new FileWriter({ directory, producer, hello: '{}' })
    for (let seq = 0; seq < 2000; seq++)
      writer.write({ kind: Kind.RECORD, level: 30, time: seq, seq }, `${seq}:`.padEnd(200, 'ä'))
    writer.close()
  }
  assert.equal(countMapped(directory), 16)
  const block = new Block()
  const before = process.memoryUsage().arrayBuffers
  let most = 0
  for (const producer of producers) {
    const reader = new FileReader(directory, producer)
    for (block.clear(); reader.peek(); ) reader.take(block, 2000, 2 ** 20)
    assert.equal(block.count, 2000)
    reader.discard()
    assert.equal(reader.advance(true), false)
    reader.close()
    most = Math.max(most, process.memoryUsage().arrayBuffers - before)
  }
  assert.ok(most < 16 * 256 * 1024, `${most} bytes`)
})

test('pending bytes are those written, not the size of the file', onLinux, async (t) => {
  const directory = scratch(t)
  const writer = startWriter(directory, 1e9)
  while (!(writer.said() > 4000)) await turn()
  writer.child.kill('SIGKILL')
  await writer.ended
  assert.ok(countMapped(directory) > 0)
  const reader = openQueue(directory)
  const sizes = readdirSync(directory).map((name) => {
    const fd = openSync(join(directory, name), 'r')
    const bytes = writtenIn(fd)
    closeSync(fd)
    return bytes
  })
  assert.equal(
    reader.pending(),
    sizes.reduce((sum, bytes) => sum + bytes),
  )
  // The kill may have interrupted the large record, which is written by a system call.
  do while (readSome(reader).length > 0);
  while (reader.advance(true))
  assert.equal(reader.pending(), 0)
})

test('a disk that fills up kills no process and loses no accepted record', onLinux, async (t) => {
  const disk = mountSmall(t, '3m')
  const directory = join(disk, 'run')
  mkdirSync(directory)
  const writer = startWriter(directory, 1e9)
  const [code] = await writer.ended
  assert.equal(code, 0)
  const full = Number(/full at (\d+)/.exec(writer.text())?.[1])
  const reader = openQueue(directory)
  assert.ok(countMapped(directory) > 0)
  const seqs = []
  for (let more = readSome(reader); more.length > 0; more = readSome(reader)) seqs.push(...more)
  assertComplete(seqs, full)
  assert.equal(seqs.length, full)
})

test('a disk that others fill up does not affect mapped segments', onLinux, async (t) => {
  const disk = mountSmall(t, '3m')
  const directory = join(disk, 'run')
  mkdirSync(directory)
  const writer = startWriter(directory, 1e9)
  while (!(writer.said() > 1500)) await turn()
  fill(join(disk, 'others'))
  const [code] = await writer.ended
  assert.equal(code, 0)
  assert.match(writer.text(), /full at \d+/)
})

test(
  'threads of a child map where Node has node:ffi, and terminated ones leave nothing mapped',
  onLinux,
  async (t) => {
    const path = join(scratch(t), 'app.log')
    const config = { handlers: [{ type: 'file', path }] }
    const { stdout, stderr, code } = await run('queue/threads.js', { config })
    assert.equal(code, 0, stderr)
    assert.equal(stderr, '')
    const { mapped, left, logged } = JSON.parse(stdout)
    assert.equal(mapped > 0, hasFfi, `${mapped} mapped`)
    assert.equal(left, 0)
    const records = readLog(path).filter(({ name }) => name === 'thread')
    for (const [at, count] of logged.entries()) {
      const own = records.filter(({ source }) => source === `fork#1/worker#${at + 1}`)
      assert.ok(own.length >= count, `${own.length} of ${count}`)
      assert.deepEqual(
        own.map(({ seq }) => seq),
        own.map((_, i) => i + 1),
      )
    }
  },
)

for (const [why, options] of /** @type {[string, { flags?: string[], where?: string }][]} */ ([
  [
    'there are neither native addons nor node:ffi',
    { flags: ['--no-addons', ...(hasFfi ? ['--no-experimental-ffi'] : [])] },
  ],
  ['the writer is a thread whose process would not unmap', { where: 'thread' }],
])) {
  test(`nothing is mapped where ${why}`, async (t) => {
    const directory = scratch(t)
    const writer = startWriter(directory, 12_000, options)
    const [code] = await writer.ended
    assert.equal(code, 0)
    assert.match(writer.text(), /done/)
    assert.equal(countMapped(directory), 0)
    const seqs = []
    const reader = openQueue(directory)
    for (let more = readSome(reader); more.length > 0; more = readSome(reader)) seqs.push(...more)
    assertComplete(seqs, 12_000)
  })
}
