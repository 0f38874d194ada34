'use strict'
// Syslog messages as in the RFCs and as senders deviate from them; streams that are cut at any byte.

const assert = require('node:assert/strict')
const { it } = require('node:test')
const fc = require('fast-check')
const { completeLine } = require('../../dist/collect/line')
const { parseSyslog } = require('../../dist/collect/message')
const { splitLines, splitSyslog } = require('../../dist/collect/split')

/** Examples of RFC 5424 (6.5), RFC 3164 (5.4) and others. @type {[string, object][]} */
const EXAMPLES = [
  [
    "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \ufeff'su root' failed",
    {
      facility: 4,
      severity: 2,
      time: 1065910455003,
      host: 'mymachine.example.com',
      app: 'su',
      msgid: 'ID47',
      msg: "'su root' failed",
    },
  ],
  [
    "<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time",
    {
      facility: 20,
      severity: 5,
      time: 1061727255000.003,
      host: '192.0.2.1',
      app: 'myproc',
      procid: '8710',
      msg: "%% It's time",
    },
  ],
  [
    '<165>1 - h evntslog - ID47 [exampleSDID@32473 iut="3" eventID="10\\"11\\]"][examplePriority@32473 class="high"] An event',
    {
      facility: 20,
      severity: 5,
      host: 'h',
      app: 'evntslog',
      msgid: 'ID47',
      data: {
        'exampleSDID@32473': { iut: '3', eventID: '10"11]' },
        'examplePriority@32473': { class: 'high' },
      },
      msg: 'An event',
    },
  ],
  [
    '<165>1 - - - - - [x@1 a="b"]',
    { facility: 20, severity: 5, data: { 'x@1': { a: 'b' } }, msg: '' },
  ],
  [
    '<13>sshd[42]: no time',
    { facility: 1, severity: 5, app: 'sshd', procid: '42', msg: 'no time' },
  ],
  ['<14>nothing but text', { facility: 1, severity: 6, msg: 'nothing but text' }],
  ['no priority', { facility: 1, severity: 5, msg: 'no priority' }],
  ['<999>x', { facility: 1, severity: 5, msg: 'x' }],
  ['', { facility: 1, severity: 5, msg: '' }],
  [
    '<30>2024-05-01T10:00:00+02:00 host app[7]: of rsyslog',
    {
      facility: 3,
      severity: 6,
      time: 1714550400000,
      host: 'host',
      app: 'app',
      procid: '7',
      msg: 'of rsyslog',
    },
  ],
]

for (const [text, expected] of EXAMPLES) {
  it(`reads ${JSON.stringify(text.slice(0, 50))}`, () => {
    const given = Object.entries(parseSyslog(text)).filter(([key, value]) => {
      return value !== undefined && !(key === 'data' && Object.keys(value).length === 0)
    })
    assert.deepEqual(Object.fromEntries(given), expected)
  })
}

it('a time without a year is in the latest possible year', () => {
  const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
  for (const back of [0, 1, 40, 180, 360]) {
    const date = new Date(Date.now() - back * 24 * 60 * 60 * 1000)
    date.setMilliseconds(0)
    const day = String(date.getDate()).padStart(2)
    const stamp = `${months[date.getMonth()]} ${day} ${date.toTimeString().slice(0, 8)}`
    const { time, host, app, msg } = parseSyslog(`<34>${stamp} mymachine su: 'su root' failed`)
    assert.deepEqual(
      [time, host, app, msg],
      [date.getTime(), 'mymachine', 'su', "'su root' failed"],
    )
  }
})

it('parses any text without an error', () => {
  const parts = fc.constantFrom(
    '<13>',
    '1 ',
    '- ',
    '[a b="c"]',
    ']',
    '"',
    '\\',
    ': ',
    'Nov 22 10:00:00 ',
    'x[1]',
  )
  const text = fc.array(fc.oneof(parts, fc.string()), { maxLength: 12 }).map((all) => all.join(''))
  fc.assert(
    fc.property(text, (each) => {
      const { facility, severity, msg } = parseSyslog(each)
      assert.ok(facility < 24 && severity < 8 && typeof msg === 'string')
    }),
  )
})

it('splits a stream into the same messages wherever it is cut', () => {
  const line = fc
    .string({ minLength: 1, unit: 'grapheme' })
    .map((text) => `<13>${text.replace(/[\0\r\n<]/g, '')}.`)
  const framed = fc.tuple(line, fc.constantFrom('counted', '\n', '\0'))
  fc.assert(
    fc.property(fc.array(framed, { maxLength: 8 }), fc.array(fc.nat(40)), (messages, cuts) => {
      const bytes = Buffer.concat(messages.map(([text, end]) => frame(text, end)))
      assert.deepEqual(
        cut(splitSyslog, bytes, cuts),
        messages.map(([text]) => text),
      )
      const lines = Buffer.from(messages.map(([text]) => `${text}\n`).join(''))
      assert.deepEqual(
        cut(splitLines, lines, cuts),
        messages.map(([text]) => text),
      )
    }),
  )
})

it('makes a line of logshare from any line', () => {
  const origin = { pid: 1, tid: 0, source: 'ndjson', seq: 9 }
  const beginning = '{"level":30,"time":1,"pid":1,"tid":0,"source":"a","seq":1,"name":"'
  const any = fc.oneof(
    fc.string(),
    fc.json(),
    fc.object().map((each) => JSON.stringify(each)),
  )
  const lines = fc.oneof(
    any,
    any.map((each) => beginning + each),
  )
  fc.assert(
    fc.property(lines, (line) => {
      const { level, text } = completeLine(line, origin)
      const record = JSON.parse(text)
      assert.ok(Number.isInteger(level) && level >= 0 && level <= 255)
      assert.equal(record.level, level)
      for (const key of ['time', 'pid', 'tid', 'seq']) assert.equal(typeof record[key], 'number')
      for (const key of ['source', 'name', 'msg']) assert.equal(typeof record[key], 'string')
    }),
  )
  const { level, text } = completeLine('{"level":999,"msg":"m","seq":-1,"time":"x"}', origin)
  assert.deepEqual([level, JSON.parse(text).seq], [30, 9])
})

/** @param {string} text @param {string} end */
function frame(text, end) {
  const bytes = Buffer.from(text)
  return end === 'counted'
    ? Buffer.concat([Buffer.from(`${bytes.length} `), bytes])
    : Buffer.concat([bytes, Buffer.from(end)])
}

/** @param {typeof splitLines} split @param {Buffer} bytes @param {number[]} cuts */
function cut(split, bytes, cuts) {
  const found = []
  let rest = Buffer.alloc(0)
  let from = 0
  for (const size of [...cuts, bytes.length]) {
    const more = bytes.subarray(from, from + size)
    from += more.length
    const done = split(Buffer.concat([rest, more]), false, rest.length)
    found.push(...done.messages)
    rest = Buffer.from(done.rest)
  }
  return [...found, ...split(rest, true).messages]
}
