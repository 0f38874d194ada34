'use strict'
// Shape: what is learnt from lines gives the times that a search in each line gives, whatever follows whatever.

process.env.TZ = 'Europe/Berlin'
const { test } = require('node:test')
const assert = require('node:assert/strict')
const fc = require('fast-check')
const { LineReader } = require('../../dist/logs/line.js')
const { Records } = require('../../dist/logs/records.js')

const START = Date.UTC(2026, 9, 24, 23, 59, 58)

/** @type {((time: number, id: number) => string)[]} */
const FORMS = [
  (time, id) => `{"level":30,"time":${time + id / 10},"pid":${id},"msg":"${id}"}`,
  (time, id) => `{"level":${(id % 6) * 10 + 10},"time":${time},"msg":"a, \\"time\\":${id}"}`,
  (time, id) =>
    `{"name":"app","pid":${id},"level":30,"msg":"${'x'.repeat(id)}","time":"${iso(time)}","v":0}`,
  (time, id) => `{"level":"info","message":"${'y'.repeat(id)}","timestamp":"${iso(time)}"}`,
  (time, id) => `${iso(time)} error ${id}`,
  (time, id) => `[${iso(time).slice(0, -1)}] [INFO] cat - ${id}`,
  (time, id) => `${iso(time).slice(0, -5).replace('T', ' ')}${id % 2 ? ' +0100' : ''} x ${id}`,
  (time, id) => `${iso(time).slice(0, -1)}${String(id).padStart(3, '0')}+02:00 ${id}`,
  (time, id) => `${time}${id % 3 ? '' : '0'} ${id}`,
  (time, id) => `<34>1 ${iso(time)} host app ${id} - - x`,
  (time, id) => `{"time":"${iso(time).slice(0, -1)}","n":{"time":${id}}}`,
  (_time, id) => `{"msg":"${id}"}`,
  (_time, id) => `    at line ${id}`,
]

/** @param {number} time */
function iso(time) {
  return new Date(time).toISOString()
}

/** @type {typeof FORMS} */
const BEHIND = [
  (time, id) => `time=${iso(time)} level=INFO msg=${id}`,
  (time, id) => `level=warn ts="${iso(time)}" msg=${id}`,
  (time, id) => `[${id}] ${iso(time).slice(0, -1).replaceAll('-', '/').replace('T', ' ')} [INF] x`,
  (time, id) => `I, [${iso(time).slice(0, -1)}${id + 100} #1]  INFO -- : ${id}`,
]

test('the time of each line behind something else, too', () => {
  const step = fc.array(fc.nat(2_000_000), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(fc.constantFrom(...BEHIND), step, (form, steps) => {
      let time = START
      const lines = steps.map((each, id) => {
        time += each
        return form(time, id % 10)
      })
      const records = new Records({ reference: START, capacity: 1 << 16, isSorted: false })
      records.feed(Buffer.from(`${lines.join('\n')}\n`))
      records.finish()
      const found = lines.map((_, at) => records.page.entry(at).time)
      const expected = lines.map((line) => {
        const bytes = Buffer.from(`${line}\n`)
        const reader = new LineReader(START)
        reader.read(bytes, 0, bytes.length - 1)
        return reader.time
      })
      assert.deepEqual(found, expected)
    }),
  )
})

test('the time of each line is the one that is found without its neighbours', () => {
  const line = fc.record({ form: fc.nat(FORMS.length - 1), step: fc.nat(100_000), id: fc.nat(40) })
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 80 }), fc.boolean(), (lines, isSame) => {
      let time = START
      const texts = lines.map(({ form, step, id }) => {
        time += step
        return /** @type {any} */ (FORMS)[isSame ? lines[0].form : form](time, id)
      })
      const records = new Records({ reference: START, capacity: 1 << 16, isSorted: false })
      records.feed(Buffer.from(`${iso(START)} first\n${texts.join('\n')}\n`))
      records.finish()
      const { page } = records
      const found = Array.from({ length: page.count }, (_, at) => page.entry(at))
        .filter(({ isTimed }) => isTimed)
        .map((entry) => entry.time)
      const reader = new LineReader(START)
      const expected = [`${iso(START)} first`, ...texts].map((text) => {
        const bytes = Buffer.from(`${text}\n`)
        reader.read(bytes, 0, bytes.length - 1)
        return reader.time
      })
      assert.deepEqual(
        found,
        expected.filter((each) => !Number.isNaN(each)),
      )
    }),
    { numRuns: 300 },
  )
})
