'use strict'
// Inner: what a program has written in a container gives its record level and name; PostgreSQL's reports are one record.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { createConvert } = require('../../dist/logs/convert.js')
const { readFacts, readLevel, readText } = require('../../dist/logs/facts.js')
const { createAccepts } = require('../../dist/logs/filter.js')
const { Records } = require('../../dist/logs/records.js')

const START = Date.UTC(2026, 10, 22, 21, 38, 42)
const TIME = '2026-11-22T21:38:42.000456789Z'

/** @param {string} text */
function entriesOf(text) {
  const records = new Records({ reference: START, capacity: 256 })
  records.feed(Buffer.from(text))
  records.finish()
  return Array.from({ length: records.page.count }, (_, at) => records.page.entry(at))
}

/** @param {string} text */
function pretty(text) {
  const convert = createConvert('pretty', false)
  return entriesOf(text).map((entry) => convert?.(entry, 'x.log')?.replace(/^\S+ /, ''))
}

/** What a program writes, its level and name, and how the line of its container is shown. */
const LINES = /** @type {readonly (readonly [string, number, string, string])[]} */ ([
  [
    `{"level":50,"time":${START - 1},"name":"db","msg":"slow","n":1}`,
    50,
    'db',
    'ERROR db (x.log) slow  n=1',
  ],
  [
    '{"severity":"WARNING","timestamp":"2026-11-22T21:38:41Z","logger":"db","message":"slow"}',
    40,
    'db',
    'WARN  db (x.log) slow',
  ],
  ['{"level":-4,"msg":"no time"}', -4, '', 'TRACE - (x.log) no time'],
  [
    '2026-11-22 21:38:41,123 [main] WARN com.x.Db - slow',
    40,
    'com.x.Db',
    'WARN  com.x.Db (x.log) slow',
  ],
  ['W1122 21:38:41.123456   12 main.go:7] slow', 40, '', 'WARN  - (x.log) slow'],
  ['time=2026-11-22T21:38:41Z level=warn msg=slow', 40, '', 'WARN  - (x.log) slow'],
  ['[WARN] slow', 40, '', 'WARN  - (x.log) slow'],
  ['any text', Number.NaN, '', '      - (x.log) any text'],
  ['{no JSON}', Number.NaN, '', '      - (x.log) {no JSON}'],
])

for (const [line, level, name, shown] of LINES) {
  test(`in a container: ${line}`, () => {
    const cri = `${TIME} stderr F ${line}`
    const docker = JSON.stringify({ log: `${line}\n`, stream: 'stderr', time: TIME })
    const [text] = entriesOf(cri)
    const [json] = entriesOf(docker)
    assert.ok(text && json)
    assert.deepEqual([Math.floor(text.time), Math.floor(json.time)], [START, START])
    const read = readText(text)
    assert.deepEqual([read.level, read.name], [level, name])
    assert.deepEqual([readLevel(json), readFacts(json).name], [level, name])
    const accepts = createAccepts({ level: 40 })
    assert.deepEqual([accepts?.(text, 'x'), accepts?.(json, 'x')], [level >= 40, level >= 40])
    const isObject = line.startsWith('{"')
    assert.deepEqual(pretty(cri), [shown])
    assert.deepEqual(pretty(docker), [isObject ? shown : `${shown}  stream='stderr'`])
  })
}

test('what was cut is read once it is whole', () => {
  const [first, rest] = ['{"level":50,"msg":"in ', 'two parts","name":"db"}']
  const cri = `${TIME} stdout P ${first}\n${TIME} stdout F ${rest}`
  const docker = [first, `${rest}\n`].map((log) =>
    JSON.stringify({ log, stream: 'stdout', time: TIME }),
  )
  for (const text of [cri, docker.join('\n')])
    assert.deepEqual(pretty(text), ['ERROR db (x.log) in two parts'])
})

test('a report of PostgreSQL is one record of the level of its first line', () => {
  for (const zone of ['UTC', 'CET']) {
    const at = (/** @type {number} */ ms) => `2026-11-22 21:38:42.00${ms} ${zone} [12]`
    const reports = [
      `${at(1)} LOG:  ready`,
      `${at(2)} me@db ERROR:  column "a" does not exist at character 8\n${at(2)} me@db HINT:  Perhaps "b".\n${at(2)} me@db STATEMENT:  SELECT a,\n\tb`,
      `${at(2)} LOG:  DETAIL of no report`,
      `${at(3)} DEBUG1:  x\n${at(3)} CONTEXT:  y`,
      `${at(4)} STATEMENT:  of another time`,
      `${at(5)} LOG:  STATEMENT:  x`,
    ]
    const entries = entriesOf(reports.join('\n'))
    assert.deepEqual(
      entries.map(({ bytes, start, end }) => bytes.toString('utf8', start, end)),
      reports,
    )
    assert.deepEqual(
      entries.map((entry) => readText(entry).level),
      [30, 50, 30, 20, Number.NaN, 30],
    )
    const message = readText(/** @type {any} */ (entries[1])).message
    assert.equal(
      message.slice(message.indexOf('[12]')),
      '[12] me@db ERROR:  column "a" does not exist at character 8\nHINT:  Perhaps "b".\nSTATEMENT:  SELECT a,\n\tb',
    )
  }
})

test('the pretty format shows time, level and name of a record once', () => {
  const lines = {
    '{"asctime":"2026-11-22 21:38:42,123","levelname":"WARNING","name":"db","message":"x","n":1}':
      'WARN  db (x.log) x  n=1',
    '{"@timestamp":"2026-11-22T21:38:42.123Z","log.level":"warn","logger":"db","message":"x","n":1}':
      'WARN  db (x.log) x  n=1',
    '{"level":"warn","ts":1795383522.5,"logger":"db","msg":"x","n":1}': 'WARN  db (x.log) x  n=1',
    '{"timestamp":{"seconds":1795383522,"nanos":1},"severity":"WARNING","message":"x"}':
      'WARN  - (x.log) x',
    '{"t":{"$date":"2026-11-22T21:38:42.123+00:00"},"s":"W","c":"NETWORK","msg":"x"}':
      'WARN  NETWORK (x.log) x',
    '{"MESSAGE":"x","__REALTIME_TIMESTAMP":"1795383522123456","PRIORITY":"4","SYSLOG_IDENTIFIER":"db"}':
      'WARN  db (x.log) x',
    '{"level":"warn","message":"x","date":"2001-01-01","timestamp":"2026-11-22T21:38:42.123Z","tag":"y","label":"db"}':
      "WARN  db (x.log) x  date='2001-01-01' tag='y'",
  }
  for (const [line, shown] of Object.entries(lines)) assert.deepEqual(pretty(line), [shown])
})
