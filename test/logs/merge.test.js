'use strict'
// Merge: merging the parts of a split log gives the log back, whatever the formats, chunks and order of the files.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
  writeSync,
} = require('node:fs')
const { join } = require('node:path')
const { Writable } = require('node:stream')
const { gzipSync } = require('node:zlib')
const fc = require('fast-check')
const { merge } = require('../../dist/logs/logs.js')
const { Ranges } = require('../../dist/logs/ranges.js')
const { Records } = require('../../dist/logs/records.js')
const { scratch } = require('../helpers/run.js')

const START = Date.UTC(2026, 10, 22)
const WINDOW = 1000

/** Formats of a record, with one or more lines. @type {((time: number, id: number) => string)[]} */
const FORMS = [
  (time, id) => `{"level":30,"time":${time},"msg":"${id}"}\n`,
  (time, id) => `{"msg":"${id}","time":"${new Date(time).toISOString()}","v":0}\n`,
  (time, id) => `${new Date(time).toISOString()} error ${id}\n    at line 1\n\n  at line 2\n`,
  (time, id) => `{"time":${time},"msg":"${id}"}\ntext behind it ${id}\n`,
  (time, id) => `${time} ${id}\r\n`,
]

/** @param {readonly string[]} paths @param {number} [window] */
async function mergeToText(paths, window = WINDOW) {
  /** @type {Buffer[]} */
  const pieces = []
  const output = new Writable({
    write(piece, _encoding, done) {
      pieces.push(Buffer.from(piece))
      done()
    },
  })
  /** @type {string[]} */
  const failed = []
  const late = await merge({
    paths,
    wanted: {},
    window,
    format: 'raw',
    colors: false,
    output,
    failed: (path, error) => failed.push(`${path}: ${error}`),
  })
  return { text: Buffer.concat(pieces).toString(), late, failed }
}

test('shuffled parts of a sorted log are merged to the sorted log', async (t) => {
  const directory = scratch(t)
  let run = 0
  const record = fc.record({ step: fc.nat(300), log: fc.nat(5), shift: fc.nat(WINDOW / 2) })
  await fc.assert(
    fc.asyncProperty(
      fc.array(record, { maxLength: 400 }),
      fc.array(fc.record({ form: fc.nat(4), packed: fc.boolean() }), {
        minLength: 6,
        maxLength: 6,
      }),
      async (records, logs) => {
        const folder = join(directory, String(++run))
        mkdirSync(folder)
        let time = START
        const all = records.map(({ step, log, shift }, id) => {
          time += step
          return { time, log, id, text: FORMS[logs[log].form](time, id), shift }
        })
        const paths = logs.map(({ packed }, log) => {
          // In its file, a record may come up to half the window too late.
          const own = all.filter((each) => each.log === log)
          own.sort((a, b) => a.time + a.shift - (b.time + b.shift) || a.id - b.id)
          for (const [line, each] of own.entries()) Object.assign(each, { line })
          const text = Buffer.from(own.map((each) => each.text).join(''))
          const path = join(folder, `${log}.log`)
          writeFileSync(path, packed ? gzipSync(text) : text)
          return path
        })
        const expected = all
          .toSorted((a, b) => a.time - b.time || a.log - b.log || Object(a).line - Object(b).line)
          .map(({ text }) => text)
          .join('')
        const { text, late, failed } = await mergeToText(paths)
        assert.deepEqual(failed, [])
        assert.equal(text, expected)
        assert.equal(late, 0)
      },
    ),
    { numRuns: 60 },
  )
})

test('records do not depend on the chunks in which bytes are read', () => {
  const text = FORMS.map((form, id) => form(START + id, id) + form(START + id, id)).join('')
  const file = Buffer.from(`no time yet\n  indented\n{"bare":1}\n${text}half a line`)
  /** @param {readonly number[]} cuts */
  const split = (cuts) => {
    /** @type {unknown[]} */
    const entries = []
    const records = new Records({ reference: START, capacity: 64 })
    const { page } = records
    const take = () => {
      for (; !Number.isNaN(page.time); page.shift()) {
        const { bytes, start, end, ...rest } = page.entry(page.first)
        entries.push({ ...rest, text: bytes.toString('utf8', start, end), feed: bytes[end] })
      }
    }
    let at = 0
    for (const cut of cuts) {
      records.feed(Uint8Array.from(file.subarray(at, at + cut)))
      while (records.scan(1));
      if (cut % 2 === 0) take()
      at += cut
    }
    records.feed(file.subarray(at))
    records.finish()
    take()
    return entries
  }
  const whole = split([])
  assert.equal(whole.length, 12)
  const cuts = fc.array(fc.integer({ min: 1, max: 60 }))
  fc.assert(fc.property(cuts, (pieces) => assert.deepEqual(split(pieces), whole)))
})

test('records that are late by more than the window are counted and still written', async (t) => {
  const path = join(scratch(t), 'late.log')
  const lines = Array.from({ length: 30_000 }, (_, i) => FORMS[0](START + i, i))
  const ordered = lines.join('')
  const moved = lines.splice(100, 1)
  writeFileSync(path, [...lines, ...moved].join(''))
  const small = await mergeToText([path], 100)
  assert.equal(small.late, 1)
  assert.equal(small.text.length, ordered.length)
  assert.ok(small.text.includes(moved[0]))
  const large = await mergeToText([path], 60_000)
  assert.equal(large.late, 0)
  assert.equal(large.text, ordered)
})

test('lines without any time, very long lines, empty files', async (t) => {
  const directory = scratch(t)
  const long = FORMS[0](START + 1, 1).replace('"msg":"1"', `"msg":"${'x'.repeat(3e6)}"`)
  const texts = ['', 'a\nb\nc', `${'d\n'.repeat(50_000)}${FORMS[2](START, 0)}`, long]
  const paths = texts.map((text, i) => {
    const path = join(directory, `${i}.log`)
    writeFileSync(path, text)
    return path
  })
  const { text, failed } = await mergeToText(paths)
  assert.deepEqual(failed, [])
  assert.equal(text, `a\nb\nc\n${texts[2]}${long}`)
})

test('Ranges is a set', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 60 })), (numbers) => {
      const ranges = new Ranges()
      const set = new Set()
      for (const number of numbers) {
        assert.equal(ranges.add(number), !set.has(number))
        set.add(number)
      }
      const missing = [...ranges.gaps()].flatMap(([from, to]) =>
        Array.from({ length: to - from + 1 }, (_, i) => from + i),
      )
      const first = Math.min(...numbers)
      const span = numbers.length ? Math.max(...numbers) - first + 1 : 0
      const expected = Array.from({ length: span }, (_, i) => first + i)
      assert.deepEqual(
        missing,
        expected.filter((number) => !set.has(number)),
      )
    }),
  )
})

// Its beginning was searched again with each piece that was read.
test('a line of 80 MB is read once, and passed on unchanged, compressed or not', async (t) => {
  const path = join(scratch(t), 'long.log')
  const [first, last] = [FORMS[0](START, 1), FORMS[0](START + 2, 3)]
  const fd = openSync(path, 'w')
  writeSync(fd, `${first}{"level":30,"time":${START + 1},"msg":"`)
  const block = Buffer.alloc(2 ** 20, 'x')
  for (let i = 0; i < 80; i++) writeSync(fd, block)
  writeSync(fd, `"}\n${last}`)
  closeSync(fd)
  const text = readFileSync(path)
  const packed = gzipSync(text, { level: 1 })
  writeFileSync(`${path}.gz`, packed)
  for (const each of [path, `${path}.gz`]) {
    const start = process.cpuUsage()
    const { text: merged, failed } = await mergeToText([each])
    const { user, system } = process.cpuUsage(start)
    assert.deepEqual(failed, [])
    assert.ok(merged === text.toString('latin1'))
    assert.ok(user + system < 10e6, `${user + system} µs`)
  }
})

test('zeros at the head of a file, and a byte order mark, are no part of its first line', async (t) => {
  const path = join(scratch(t), 'cut.log')
  const fd = openSync(path, 'w')
  writeSync(fd, FORMS[0](START, 1), 100 * 2 ** 20)
  closeSync(fd)
  const marked = `${path}.1`
  writeFileSync(marked, `\ufeff${FORMS[0](START - 1, 0)}`)
  const start = process.cpuUsage()
  const { text } = await mergeToText([path, marked])
  assert.equal(text, FORMS[0](START - 1, 0) + FORMS[0](START, 1))
  const { user, system } = process.cpuUsage(start)
  assert.ok(user + system < 5e6, `${user + system} µs`)
})
