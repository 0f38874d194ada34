'use strict'
// Line: the kind and time of a line, in all formats of times that logs use, and wherever a JSON member is.

process.env.TZ = 'Europe/Berlin'
const { test } = require('node:test')
const assert = require('node:assert/strict')
const fc = require('fast-check')
const { Line, LineReader } = require('../../dist/logs/line.js')
const { parseMoment } = require('../../dist/logs/time.js')

const REFERENCE = Date.UTC(2026, 10, 23)
const T = Date.UTC(2026, 10, 22, 21, 38, 42)

/** @param {string} line @param {InstanceType<typeof LineReader>} [reader] */
function timeOf(line, reader = new LineReader(REFERENCE)) {
  const bytes = Buffer.from(`${line}\n`)
  reader.read(bytes, 0, bytes.length - 1)
  return reader.time
}

/** @type {readonly [string, number][]} */
const TIMED = [
  ['2026-11-22T21:38:42.123Z started', T + 123],
  ['2026-11-22T21:38:42Z', T],
  ['2026-11-22T23:38:42.123456789+02:00 x', T + 123.456789],
  ['2026-11-22T16:38:42-0500 x', T],
  ['2026-11-22 21:38:42 +0000 x', T],
  ['2026-11-22 22:38:42,5 x', T + 500],
  ['2026-11-22 22:38:42.123 - x', T + 123],
  ['2026/11/22 22:38:42 [error] x', T],
  ['[2026-11-22T22:38:42.123] [INFO] category - msg', T + 123],
  ['2026-07-01 12:00:00 summer', Date.UTC(2026, 6, 1, 10)],
  ['Nov 22 22:38:42 host app[12]: x', T],
  ['Nov  2 22:38:42 host app[12]: x', T - 20 * 86_400_000],
  ['Dec 31 23:59:59 host x: last year', Date.UTC(2025, 11, 31, 22, 59, 59)],
  ['<34>Nov 22 22:38:42 host app: x', T],
  ['<165>1 2026-11-22T21:38:42.123Z host app 12 - - x', T + 123],
  ['1795383522 x', T],
  ['1795383522.25 x', T + 250],
  ['1795383522123 x', T + 123],
  ['{"level":30,"time":1795383522123.456,"msg":"x"}', T + 123.456],
  ['{"level":30,"time":"2026-11-22T21:38:42.123Z"}', T + 123],
  ['{"req":{"time":1,"a":["}",{"time":2}]},"msg":"\\"time\\":3","time":"2026-11-22T21:38:42Z"}', T],
  ['{"level":"warn","message":"x","timestamp":"2026-11-22T21:38:42.123Z"}\r', T + 123],
  ['{"@timestamp":"2026-11-22T21:38:42.000Z"}', T],
  ['{"ts":1795383522.5,"msg":"x"}', T + 500],
  ['{ "time" : 1795383522123 }', T + 123],
  ['{"time":"soon","ts":1795383522123}', T + 123],
]

for (const [line, time] of TIMED) {
  test(`the time of ${line}`, () => assert.equal(timeOf(line), time))
}

test('lines that do not begin with a time', () => {
  for (const line of [
    '',
    '    at Object.<anonymous> (/app/x.js:2:50)',
    'Error: 2026-11-22T21:38:42Z',
    '2026-13-22T21:38:42Z',
    '2026-11-22',
    '12 items',
    '1795383522 x'.slice(1),
    'Now 22 21:38:42 host',
    '{"msg":"x"}',
    '{"data":{"time":1795383522123}}',
    '{"time":1795383522123',
    '{"time',
  ])
    assert.ok(Number.isNaN(timeOf(line)), line)
})

test('a number is a time only in a file whose first time is a number', () => {
  const reader = new LineReader(REFERENCE)
  assert.equal(timeOf('2026-11-22T21:38:42Z x', reader), T)
  assert.ok(Number.isNaN(timeOf('1795383522 bytes', reader)))
})

test('the time of any JSON object is found where JSON.parse finds it', () => {
  const value = fc.jsonValue({ maxDepth: 3 })
  const objects = fc
    .dictionary(
      fc.string().filter((key) => key !== '__proto__'),
      value,
    )
    .map((fields) => Object.entries(fields).filter(([key]) => !KEYS.has(key)))
  fc.assert(
    fc.property(objects, fc.nat(20), fc.nat({ max: 4e12 }), (fields, place, time) => {
      const members = fields.toSpliced(place, 0, ['time', 2e11 + time])
      // An integer key would move to the front of the object.
      const line = `{${members.map(([key, each]) => `${JSON.stringify(key)}:${JSON.stringify(each)}`)}}`
      const reader = new LineReader(REFERENCE)
      const bytes = Buffer.from(`${line}\n`)
      assert.equal(reader.read(bytes, 0, bytes.length - 1), Line.JSON)
      assert.equal(reader.time, JSON.parse(line).time)
    }),
    { numRuns: 500 },
  )
})

const KEYS = new Set(['time', 'timestamp', '@timestamp', 'ts', 'date', 'startTime'])

test('reads any bytes without passing their end', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 60 }),
      fc.constantFrom('', '{', '{"time":', '['),
      (some, head) => {
        const bytes = Buffer.concat([Buffer.from(head), some, Buffer.from('}\n')])
        const kind = new LineReader(REFERENCE).read(bytes, 0, bytes.length - 1)
        assert.ok(Object.values(Line).includes(kind))
      },
    ),
    { numRuns: 500 },
  )
})

test('times in options', () => {
  const now = T
  assert.equal(parseMoment('10m', '--since', now), T - 600_000)
  assert.equal(parseMoment('2h', '--since', now), T - 7_200_000)
  assert.equal(parseMoment('1d', '--since', now), T - 86_400_000)
  assert.equal(parseMoment('1795383522123', '--since', now), T + 123)
  assert.equal(parseMoment('2026-11-22T21:38:42Z', '--since', now), T)
  assert.equal(parseMoment('2026-11-22 22:38:42', '--since', now), T)
  assert.equal(parseMoment('2026-11-22', '--since', now), Date.UTC(2026, 10, 21, 23))
  for (const text of ['', 'yesterday', '5', '10 parsecs'])
    assert.throws(() => parseMoment(text, '--since', now), { code: 'LOGSHARE_ERR_OPTION' })
})
