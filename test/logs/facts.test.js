'use strict'
// Facts: level, name and message of text and JSON lines, and the records that a filter accepts.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { levelOf, readFacts, readLevel, readText } = require('../../dist/logs/facts.js')
const { createAccepts, createMatch } = require('../../dist/logs/filter.js')
const { Records } = require('../../dist/logs/records.js')

const START = Date.UTC(2026, 10, 22)

/** @param {string} text @returns {import('../../dist/logs/page.js').LogEntry} */
function entryOf(text) {
  const records = new Records({ reference: START, capacity: 1024 })
  records.feed(Buffer.from(text))
  records.finish()
  assert.equal(records.page.count, 1)
  return records.page.entry(0)
}

/** @type {readonly [string, number, string, string][]} */
const TEXTS = [
  ['[2026-11-22T21:38:42.123] [WARN] db.pool - it - failed', 40, 'db.pool', 'it - failed'],
  ['2026-11-22T21:38:42.123Z info: listening', 30, '', 'listening'],
  ['2026-11-22 21:38:42,123 ERROR failed\n  at x', 50, '', 'failed\n  at x'],
  ['2026-11-22 21:38:42,123 [main] ERROR failed', 50, '', '[main] ERROR failed'],
  ['2026-11-22 21:38:42 Error while reading', 50, '', 'Error while reading'],
  ['2026-11-22 21:38:42 an error message', Number.NaN, '', 'an error message'],
  ['2026/11/22 21:38:42 [notice] 12#12: start', 30, '', '12#12: start'],
  ['Nov 22 21:38:42 host app[12]: info', Number.NaN, '', 'host app[12]: info'],
  ['2026-11-22T21:38:42Z', Number.NaN, '', ''],
  ['2026-11-22T21:38:42Z [api] warn: slow', 40, 'api', 'slow'],
  ['2026-11-22 21:38:42.123 +00:00 [WRN] app·db: slow', 40, 'app·db', 'slow'],
  ['\u001b[33m[2026-11-22T21:38:42.123] [WARN] db - \u001b[39mslow', 40, 'db', 'slow'],
  ['<165>1 2026-11-22T21:38:42.123Z host app 12 - - slow', 30, 'app', 'slow'],
  ['<11>Nov 22 21:38:42 host app[12]: bad', 50, 'app', 'bad'],
  ['E1122 21:38:42.123456   12 main.go:7] bad', 50, '', 'bad'],
  ['W, [2026-11-22T21:38:42.123456 #12]  WARN -- web: slow', 40, 'web', 'slow'],
  ['[Sun Nov 22 21:38:42.123456 2026] [core:error] [pid 12:tid 1] bad', 50, 'core', 'bad'],
  ['12:M 22 Nov 2026 21:38:42.123 # slow', 40, '', 'slow'],
  ['[12] 2026/11/22 21:38:42.123456 [ERR] bad', 50, '', 'bad'],
  ['2026-11-22 21:38:42.123 UTC [12] ERROR:  bad', 50, '', '[12] ERROR:  bad'],
  ['time=2026-11-22T21:38:42.123Z level=WARN msg="so \\"slow\\"" logger=db', 40, 'db', 'so "slow"'],
  ['2026-11-22 21:38:42,123 [main] WARN com.x.Db - slow', 40, 'com.x.Db', 'slow'],
  ['2026-11-22 21:38:42,123 [MainThread] WARNING db - slow', 40, 'db', 'slow'],
  ['2026-11-22T21:38:42.123456789Z stdout F any text', Number.NaN, '', 'any text'],
  ['[Nest] 12  - 11/22/2026, 9:38:42 PM    WARN [Db] slow', 40, 'Db', 'slow'],
  ['2026-11-22 21:38:42.123 +00:00 [INF] app: x', 30, 'app', 'x'],
  ['2026-11-22 21:38:42.123 +00:00 [TRC] app·db: x', 10, 'app·db', 'x'],
  ['2026-11-22T21:38:42.123Z\tbeef-01\tWARN\tslow', 40, '', 'slow'],
  [
    '2026-11-22T21:38:42.123Z\tbeef-01\tERROR\tError: bad\n    at x',
    50,
    '',
    'Error: bad\n    at x',
  ],
  ['2026-11-22 21:38:42.123\tWARN\tsrc/main.js:36\tdb\tslow', 40, 'db', 'slow'],
  ['2026-11-22 21:38:42.123\tWARN\tsrc/main.js:36\tslow query\t5 ms', 40, '', 'slow query\t5 ms'],
  ['2026-11-22 21:38:42.123  WARN [db src/main.js:37  three] slow', 40, 'db', 'slow'],
  ['2026-11-22 21:38:42.123  INFO  [src/main.js:37  three] x', 30, '', 'x'],
  ['[9:38:42 PM] [db] › ⚠  warning   slow', 40, 'db', 'slow'],
  ['[9:38:42 PM] › ✖  error     bad', 50, '', 'bad'],
  ['2026-11-22T21:38:42.123Z\tWARN\tdb\tx/main.go:9\tslow\t{"n": 1}', 40, 'db', 'slow\t{"n": 1}'],
  ['2026-11-22T21:38:42.123Z\tDPANIC\tx/main.go:9\tbad\t{}', 60, '', 'bad\t{}'],
  ['\u001b[90m9:38PM\u001b[0m \u001b[31mWRN\u001b[0m slow', 40, '', 'slow'],
  ['2026-11-22 21:38:42.123  WARN 12 --- [main] com.x.Db      : slow', 40, 'com.x.Db', 'slow'],
  [
    '2026-11-22T21:38:42.123Z ERROR 12 --- [app] [nio-8080-exec-1] o.a.c.c.C.[.[.[/] : bad',
    50,
    'o.a.c.c.C.[.[.[/]',
    'bad',
  ],
  ['2026-11-22 21:38:42,123 WARN  [main] com.x.Db: slow', 40, 'com.x.Db', 'slow'],
  ['[2026-11-22T21:38:42.123456+00:00] db.WARNING: slow {"n":1} []', 40, 'db', 'slow {"n":1} []'],
  [
    '2026-11-22 21:38:42.123 UTC,"me","shop",7,"[local]",6b0b.7f,1,"SELECT",2026-11-22 21:38:41 UTC,3/2,0,ERROR,42703,"no ""a"", b\nin c",,,',
    50,
    '',
    'no "a", b\nin c',
  ],
  [
    '2026-11-22 21:38:42.123 UTC,,,7,,6b0b.7f,1,,2026-11-22 21:38:41 UTC,,0,DEBUG1,00000,"x",,,',
    20,
    '',
    'x',
  ],
  [
    '__CURSOR=s=05;i=1;b=01;m=1;t=64e32fb6f8d3b;x=bc\n_PID=12\nPRIORITY=4\nSYSLOG_IDENTIFIER=db\nMESSAGE=slow\n',
    40,
    'db',
    'slow',
  ],
  [
    '__CURSOR=s=05;i=1;b=01;m=1;t=64e32fb6f8d3b;x=bc\nMESSAGE\n\u0008\0\0\0\0\0\0\0slow\n  x\nPRIORITY=4\n',
    40,
    '',
    'slow\n  x',
  ],
]

for (const [line, level, name, message] of TEXTS) {
  test(`level, name and message of ${JSON.stringify(line)}`, () => {
    assert.deepEqual(readText(entryOf(line)), { level, name, message })
  })
}

test('levels by name and number', () => {
  assert.deepEqual(
    ['warn', 'WARNING', '\u001b[32minfo\u001b[39m', 35, '35', 'silly', 'emerg'].map(levelOf),
    [40, 40, 30, 35, 35, 10, 60],
  )
  for (const none of ['', 'toString', 'loud', undefined, {}]) assert.ok(Number.isNaN(levelOf(none)))
})

test('levels and names in members of other libraries', () => {
  /** @type {[string, number, string][]} */
  const lines = [
    ['{"@timestamp":"2026-11-22T21:38:42Z","level":"WARNING","logger":"app.db"}', 40, 'app.db'],
    ['{"context":{"logLevel":50,"package":"db"},"message":"x","time":1795383522123}', 50, 'db'],
    [
      '{"0":"x","_meta":{"date":"2026-11-22T21:38:42Z","logLevelName":"WARN","name":"db"}}',
      40,
      'db',
    ],
    [
      '{"0":"x","_logMeta":{"date":"2026-11-22T21:38:42Z","logLevelName":"WARN","name":"db"}}',
      40,
      'db',
    ],
    ['{"loggerName":"db","date":"2026-11-22T21:38:42.123Z","logLevel":"warn"}', 40, 'db'],
    ['{"timestamp":"2026-11-22 21:38:42.123 UTC","error_severity":"DEBUG1","message":"x"}', 20, ''],
    ['{"PROGRAM":"db","PRIORITY":"err","ISODATE":"2026-11-22T21:38:42+00:00"}', 50, 'db'],
    [
      '{"timestamp":"2026-11-22T21:38:42.123Z","level":"WARN","requestId":"1","message":"x"}',
      40,
      '',
    ],
    ['{"severity":"CRITICAL","timestamp":{"seconds":1795383522,"nanos":1},"message":"x"}', 60, ''],
    ['{"level":"log","timestamp":1795383522123,"message":"x","context":"Db"}', 30, 'Db'],
    ['{"date":"2026-11-22T21:38:42Z","args":["x"],"type":"warn","level":1,"tag":"db"}', 40, 'db'],
    ['{"time":"2026-11-22T21:38:42Z","level":"WARN+2","msg":"x"}', 40, ''],
    ['{"time":"2026-11-22T21:38:42Z","level":4,"msg":"x"}', 40, ''],
    ['{"level":1,"ts":1795383522.5,"msg":"x"}', 40, ''],
    ['{"version":"1.1","short_message":"x","timestamp":1795383522.5,"level":3}', 50, ''],
    [
      '{"__REALTIME_TIMESTAMP":"1795383522123456","PRIORITY":"4","SYSLOG_IDENTIFIER":"db"}',
      40,
      'db',
    ],
    [
      '{"t":{"$date":"2026-11-22T21:38:42.123+00:00"},"s":"W","c":"NETWORK","msg":"x"}',
      40,
      'NETWORK',
    ],
  ]
  for (const [line, level, name] of lines) {
    const entry = entryOf(line)
    assert.deepEqual([readLevel(entry), readFacts(entry).name], [level, name], line)
    assert.ok(entry.isTimed, line)
  }
})

test('members of JSON lines', () => {
  const time = `"time":${START}`
  const nested = entryOf(
    `{"a":{"level":60,"name":"no"},"name":"\\u0041\\"b","level":"warn",${time}}`,
  )
  assert.deepEqual([readLevel(nested), readFacts(nested).name], [40, 'A"b'])
  const ours = entryOf(`{"level":30,${time},"pid":7,"tid":2,"source":"fork#1","seq":9,"name":"x"}`)
  assert.deepEqual(readFacts(ours), { pid: '7', tid: '2', source: 'fork#1', seq: 9, name: 'x' })
})

// Tried from every blank on, it would not end.
test('a text of a million blanks behind a time is read once', () => {
  for (const blank of [' ', '\t', '] ', ': ']) {
    const text = `2026-01-01T00:00:00Z${blank.repeat(1_000_000)}!`
    const { level, name } = readText({ ...entryOf(text), isTimed: true, timeLength: 20 })
    assert.ok(Number.isNaN(level) && name === '')
  }
})

test('globs', () => {
  /** @param {string[]} globs @param {string} text */
  const takes = (globs, text) => createMatch(globs, '.:')?.(text)
  assert.equal(createMatch([], '.'), undefined)
  assert.deepEqual(
    ['db', 'db.pool', 'db:x', 'dbx', 'http'].map((name) => takes(['db'], name)),
    [true, true, true, false, false],
  )
  assert.deepEqual(
    ['db.pool', 'db.pool.x', 'db.query', ''].map((name) => takes(['db', '!*.pool'], name)),
    [false, false, true, false],
  )
  assert.deepEqual(
    ['', 'a', 'ab'].map((name) => takes(['!a?'], name)),
    [true, true, false],
  )
  assert.equal(takes(['a+(b)[c]{1}$^|\\'], 'a+(b)[c]{1}$^|\\'), true)
})

test('a time filter includes both ends', () => {
  const accepts = createAccepts({ since: START, until: START + 2 })
  assert.ok(accepts)
  const taken = [-1, 0, 1, 2, 3].map((i) => accepts(entryOf(`{"time":${START + i}}`), 'x.log'))
  assert.deepEqual(taken, [false, true, true, true, false])
  assert.equal(createAccepts({ names: [], sources: [] }), undefined)
})
