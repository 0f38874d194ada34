'use strict'
// Heads: lines that begin as those of logshare do, read in one loop, give the records that each line gives for itself.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const fc = require('fast-check')
const { LineReader } = require('../../dist/logs/line.js')
const { Records } = require('../../dist/logs/records.js')

const START = Date.UTC(2026, 10, 22)

/** The usual line, and lines that begin like it. @type {((head: string, time: number, id: number) => string)[]} */
const FORMS = [
  (head, time, id) => `${head}${time},"msg":"${'x'.repeat(id)}"}`,
  (head, time, id) => `${head}${time}.${100 + id},"pid":1}`,
  (head, time, id) => `${head}${time}.123456789${id},"pid":1}`,
  (head, time) => `${head}${time}}`,
  (head, time) => `${head}${time} ,"pid":1}`,
  (head, time) => `${head}${time},"pid":1}\r`,
  (head, time) => `${head}${time}.,"pid":1}`,
  (head, time) => `${head}${time}.12}`,
  (head, time) => `${head}${time}000,"pid":1}`,
  (head, time, id) => `${head}"${new Date(time).toISOString()}","pid":${id}}`,
  (head, time) => `${head.replace('time', 'tine')}1,"time":${time}}`,
  (_head, time) => `{"msg":"x","time":${time}}`,
]

/** @param {string[]} lines @param {number} size */
function read(lines, size) {
  const records = new Records({ reference: START, capacity: 1 << 12 })
  const bytes = Buffer.from(`${lines.join('\n')}\n`)
  for (let at = 0; at < bytes.length; at += size) {
    records.feed(bytes.subarray(at, at + size))
    while (records.scan(7));
  }
  records.finish()
  const { page } = records
  return lines.map((_, at) => {
    const { bytes, start, end, time } = page.entry(at)
    return { time, line: bytes.toString('latin1', start, end) }
  })
}

/** @param {string} line */
function timeOf(line) {
  const bytes = Buffer.from(`${line}\n`)
  const reader = new LineReader(START)
  reader.read(bytes, 0, bytes.length - 1)
  return reader.time
}

test('records of lines with a usual head, whatever follows whatever, are sorted by the times of the lines', () => {
  const line = fc.record({
    form: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(FORMS.length - 1)),
    level: fc.constantFrom(30, 30, 30, 40, 50, 10, 35, 5, 300),
    step: fc.oneof(fc.nat(20), fc.integer({ min: -40, max: 200_000 })),
  })
  const some = fc.array(line, { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(some, fc.integer({ min: 20, max: 9000 }), (given, size) => {
      let time = START
      const lines = given.map(({ form, level, step }, id) => {
        time += step
        return /** @type {typeof FORMS[0]} */ (FORMS[form])(`{"level":${level},"time":`, time, id)
      })
      const expected = lines.map((line) => ({ time: timeOf(line), line }))
      const timed = expected.every((each) => !Number.isNaN(each.time))
      fc.pre(timed)
      expected.sort((a, b) => a.time - b.time)
      assert.deepEqual(read(lines, size), expected)
    }),
  )
})
