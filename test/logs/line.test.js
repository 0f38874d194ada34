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
  // A caller's field is no time of the record.
  [`{"level":"info","message":"x","time":35,"timestamp":"2026-11-22T21:38:42.123Z"}`, T + 123],
  [
    `{"date":"2020-01-01T00:00:00Z","level":"info","message":"x","timestamp":"2026-11-22T21:38:42Z"}`,
    T,
  ],
  [
    `{"level":"info","message":"x","time":"2020-01-01T00:00:00Z","timestamp":"2026-11-22T21:38:42Z"}`,
    T,
  ],
  [
    `{"level":30,"time":1795383522123,"pid":1,"timestamp":"2020-01-01T00:00:00Z","msg":"x"}`,
    T + 123,
  ],
  [`{"level":30,"time":1795383522123,"pid":1,"msg":"x","time":1600000000000}`, T + 123],
  [
    `{"name":"a","hostname":"h","pid":1,"level":30,"timestamp":1600000000000,"msg":"","time":"2026-11-22T21:38:42Z","v":0}`,
    T,
  ],
  [
    `{"date":"2020-01-01T00:00:00Z","level":"info","msg":"x","time":"2026-11-22T21:38:42Z","ts":1600000000}`,
    T,
  ],
  [
    `{"level":"info","time":1600000000,"ts":1600000000,"time":"2026-11-22T21:38:42Z","message":"x"}`,
    T,
  ],
  [`{"level":"info","ts":1795383522.5,"caller":"a.go:1","msg":"x","time":1600000000}`, T + 500],
  [
    `{"startTime":120000,"@timestamp":"2026-11-22T21:38:42.000Z","message":"x","time":1600000000}`,
    T,
  ],
  [`{"message":"x","timestamp":{"seconds":1795383522,"nanos":123000000}}`, T + 123],
  [`{"instant":{"epochSecond":1795383522,"nanoOfSecond":123000000},"level":"INFO"}`, T + 123],
  [`{"t":{"$date":"2026-11-22T21:38:42.123+00:00"},"s":"I","c":"NETWORK","msg":"x"}`, T + 123],
  [
    `{"0":"x","_meta":{"runtime":"Nodejs","date":"2026-11-22T21:38:42.123Z","logLevelId":3}}`,
    T + 123,
  ],
  [`{"__REALTIME_TIMESTAMP":"1795383522123456","MESSAGE":"x"}`, T + 123.456],
  // Colours
  ['\u001b[32m[2026-11-22T22:38:42.123] [INFO] cat - \u001b[39mx', T + 123],
  ['[\u001b[90m2026-11-22T21:38:42.123Z\u001b[39m] x', T + 123],
  // Zones, and parts of a time that are written in another way
  ['2026-11-22 21:38:42.123 UTC [12] LOG:  x', T + 123],
  ['2026-11-22 21:38:42 GMT x', T],
  ['2026-11-22 22:38:42 UTCX', T],
  ['2026-11-22 22:38:42:123 x', T + 123],
  ['2026-11-22 22:38 x', T - 42_000],
  ['2026-11-22T21:38Z x', T - 42_000],
  ['2026-12-31T23:59:60Z leap', Date.UTC(2027, 0, 1)],
  ['1795383522123456 x', T + 123.456],
  ['1795383522000000000 x', T],
  // Behind something else
  ['I, [2026-11-22T22:38:42.123456 #12]  INFO -- : x', T + 123.456],
  ['I1122 22:38:42.123456   12 main.go:7] x', T + 123.456],
  ['12:M 22 Nov 2026 22:38:42.123 * Ready', T + 123],
  ['[12] 2026/11/22 22:38:42.123456 [INF] x', T + 123.456],
  ['[Sun Nov 22 22:38:42.123456 2026] [core:notice] [pid 12] x', T + 123.456],
  ['127.0.0.1 - - [22/Nov/2026:21:38:42 +0000] "GET / HTTP/1.1" 200 5', T],
  ['::1 - bob [22/Nov/2026:16:38:42 -0500] "GET / HTTP/1.1" 200 5', T],
  ['time=2026-11-22T21:38:42.123Z level=INFO msg=x', T + 123],
  ['level=info ts=2026-11-22T21:38:42.123Z msg=x', T + 123],
  ['Sun 2026-11-22 21:38:42 UTC host app[12]: x', T],
  ['Nov 22, 2026 10:38:42 PM com.example.Main main', T],
  // Java 20 and Node with ICU 72 put a narrow space in front of PM.
  ['Nov 22, 2026 10:38:42\u202fPM com.example.Main main', T],
  ['[Nest] 12  - 11/22/2026, 10:38:42\u202fPM     LOG x', T],
  ['[10:38:42 PM] [db] › ℹ  info      x', T],
  ['[10:38:42\u202fPM] [db] › ℹ  info      x', T],
  ['__CURSOR=s=05;i=1;b=01;m=1;t=64e32fb6f8d3b;x=bc', 0x64e32fb6f8d3b / 1000],
  ['{"timestamp":"2026-11-22 21:38:42.123 UTC","pid":1,"error_severity":"LOG"}', T + 123],
  ['{"PROGRAM":"db","PRIORITY":"info","ISODATE":"2026-11-22T21:38:42+00:00"}', T],
  ['2026-11-22T21:38:42.123Z\tbeef-01\tINFO\tx', T + 123],
  ['\u001b[32m[Nest] 12  - \u001b[39m11/22/2026, 10:38:42 PM \u001b[32m    LOG\u001b[39m x', T],
  ['[22:38:42.123] INFO (12): x', T + 123],
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

test('local times go on when an hour comes twice', () => {
  const reader = new LineReader(REFERENCE)
  const times = ['01:59', '02:10', '02:50', '02:05', '02:55', '03:01'].map((clock) =>
    timeOf(`2026-10-25 ${clock}:00 x`, reader),
  )
  const minutes = times.map((time) => (time - Date.UTC(2026, 9, 25)) / 60_000)
  assert.deepEqual(minutes, [-1, 10, 50, 65, 115, 121])
})

test('times of the day go on over midnight, and end when the log was last written', () => {
  const reader = new LineReader(Date.UTC(2026, 10, 22, 23, 30))
  const times = ['23:59:58 x', '23:59:57 x', '00:00:01 x'].map((line) => timeOf(line, reader))
  const midnight = Date.UTC(2026, 10, 22, 23)
  assert.deepEqual(
    times.map((time) => time - midnight),
    [-2000, -3000, 1000],
  )
})

test('lines of a log have times in one place', () => {
  const reader = new LineReader(REFERENCE)
  assert.equal(timeOf('12:M 22 Nov 2026 22:38:42.123 * Ready', reader), T + 123)
  assert.ok(Number.isNaN(timeOf('time=2026-11-22T21:38:42.123Z msg=x', reader)))
  const other = new LineReader(REFERENCE)
  assert.equal(timeOf('2026-11-22T21:38:42Z x', other), T)
  assert.ok(Number.isNaN(timeOf('22:38:42 x', other)))
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
    fc.property(objects, fc.nat(20), fc.nat({ max: 3e12 }), (fields, place, time) => {
      const members = fields.toSpliced(place, 0, ['time', YEAR_2000 + time])
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

const YEAR_2000 = Date.UTC(2000, 0)
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
