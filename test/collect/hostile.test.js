'use strict'
// Hostile senders: what a program can send to an input, and what it cannot do with it.

const assert = require('node:assert/strict')
const { it } = require('node:test')
const { completeLine } = require('../../dist/collect/line.js')
const { Pending } = require('../../dist/collect/pending.js')
const { splitLines, splitSyslog } = require('../../dist/collect/split.js')
const { createRedact } = require('../../dist/core/redact.js')
const { createPretty } = require('../../dist/formatters/pretty.js')
const { createSyslogFormat } = require('../../dist/formatters/syslog.js')
const { toOtlp } = require('../../dist/handlers/otlp/record.js')

const ORIGIN = { pid: 1, tid: 0, source: 'ndjson', seq: 9 }
const OURS =
  '{"level":30,"time":1767323045500,"pid":9,"tid":2,"source":"fork#1","seq":3,"name":"db","msg":"m"}'
const pretty = createPretty({ colors: false })
const formats = /** @type {const} */ (['rfc5424', 'rfc3164']).map((format) =>
  createSyslogFormat({ format, facility: 1, app: 'a', host: 'h' }),
)

/** The record of a line, after every format has written it. @param {string} line @param {string[]} [redact] */
function complete(line, redact = []) {
  const { level, text } = completeLine(line, ORIGIN, createRedact(redact))
  const record = JSON.parse(text)
  assert.equal(JSON.stringify(JSON.parse(text)).length > 0 && record.level, level)
  for (const format of [pretty, ...formats]) assert.equal(typeof format(record), 'string')
  assert.equal(toOtlp([Buffer.from(text)], /** @type {any} */ ({})).length, 1)
  return { text, record }
}

it('controls, line separators and directions are escaped in every line', () => {
  const evil = '\u009b31m\u0085\u007f\u2028\u2029\u202e\u2066\u200f'
  const lines = [
    `text ${evil}`,
    `{"msg":"${evil}","${evil}":1}`,
    OURS.replace('"m"', `"${evil}"`),
    OURS.replace('"db"', `"${evil}"`),
    `${OURS.slice(0, -1)},"a":"${evil}"}`,
  ]
  for (const line of lines) {
    const { text, record } = complete(line)
    assert.match(text, /^[\x20-\x7e]+$/)
    assert.ok(JSON.stringify(record).includes(evil))
    assert.doesNotMatch(pretty(record), /[\p{Cc}\p{Bidi_C}\u2028\u2029]/u)
  }
})

it('no key stands twice: filters read the first one and parsers the last one', () => {
  for (const key of ['level', 'time', 'pid', 'tid', 'source', 'seq', 'name', 'msg']) {
    const given = JSON.parse(OURS)
    const value = typeof given[key] === 'number' ? given[key] + 1 : 'forged'
    for (const line of [
      `${OURS.slice(0, -1)},"${key}":${JSON.stringify(value)}}`,
      `${OURS.slice(0, -1)},"\\u00${key.charCodeAt(0).toString(16)}${key.slice(1)}":${JSON.stringify(value)}}`,
    ]) {
      const { text, record } = complete(line)
      assert.equal(text.split(`"${key}":`).length, 2)
      assert.equal(record[key], key === 'source' ? 'ndjson/forged' : value)
    }
  }
  assert.equal(complete(`${OURS.slice(0, -1)},"a":1,"a":2}`).text.split('"a":').length, 2)
})

it('the source begins with the input, whatever the sender says', () => {
  const sources = [
    OURS,
    '{"msg":"m","source":"root"}',
    '{"msg":"m","source":"syslog/x"}',
    '{"msg":"m"}',
    'm',
  ]
  assert.deepEqual(
    sources.map((line) => complete(line).record.source),
    ['ndjson/fork#1', 'ndjson/root', 'ndjson/syslog/x', 'ndjson', 'ndjson'],
  )
  const { text } = complete(OURS)
  assert.equal(text, OURS.replace('fork#1', 'ndjson/fork#1'))
})

it('a member called __proto__ or constructor stays a field, and changes no object', () => {
  const { text, record } = complete(
    '{"msg":"m","__proto__":{"level":60,"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
  )
  assert.ok(text.includes('"__proto__":{"level":60,"polluted":1}'))
  assert.equal(record.level, 30)
  assert.equal(/** @type {any} */ ({}).polluted, undefined)
})

it('deep nesting ends at 64 levels', () => {
  const deep = `{"msg":"m","a":${'['.repeat(100_000)}${']'.repeat(100_000)},"b":${'{"c":'.repeat(500)}1${'}'.repeat(500)}}`
  const ours = `${OURS.slice(0, -1)},"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
  for (const line of [deep, ours]) {
    const { text } = complete(line)
    assert.ok(text.length < 2000 && text.includes('[Object]'))
  }
})

it('numbers that are no level, time, count or id are replaced', () => {
  for (const number of ['1e308', '-1', '1e999', '0.5', '9007199254740993', '-1e999']) {
    const { record } = complete(
      `{"msg":"m","level":${number},"time":${number},"pid":${number},"tid":${number},"seq":${number}}`,
    )
    assert.ok(record.level >= 1 && record.level <= 255)
    assert.ok(new Date(record.time).toISOString())
    assert.ok([record.pid, record.tid, record.seq].every(Number.isSafeInteger))
  }
  const forged = OURS.replace('1767323045500', `1${'0'.repeat(300)}`).replace(
    '"seq":3',
    `"seq":1${'0'.repeat(300)}`,
  )
  const { record } = complete(forged)
  assert.ok(Number.isSafeInteger(record.seq) && Math.abs(record.time - Date.now()) < 60_000)
})

it('lone surrogates and zeros are escaped', () => {
  const { text, record } = complete('{"msg":"\\ud800 \\u0000","\\udfff":1}')
  assert.match(text, /^[\x20-\x7e]+$/)
  assert.equal(record.msg, '\ud800 \u0000')
})

it('very many keys are kept', () => {
  const keys = Array.from({ length: 20_000 }, (_, i) => `"k${i}":${i}`)
  assert.equal(Object.keys(complete(`{"msg":"m",${keys}}`).record).length, 20_008)
})

it('secrets are replaced under the names that the sender uses, and under ours', () => {
  const S = 'S3CRET'
  const paths = ['password', 'user.token', '*.p', 'message', 'name', '_name', 'logger']
  const lines = [
    `{"msg":"m","password":"${S}","user":{"token":"${S}"},"exampleSDID@1":{"p":"${S}"}}`,
    `{"message":"${S}","name":"${S}"}`,
    `{"message":"m","name":"n","logger":"${S}"}`,
    `${OURS.slice(0, -1)},"password":"${S}","_name":"${S}"}`,
    `{"msg":"in text {\\"password\\":\\"${S}\\"}"}`,
    `text {"password":"${S}"} text`,
    OURS.replace('"m"', `"{\\"password\\":\\"${S}\\"}"`),
  ]
  for (const line of lines) {
    const { text, record } = complete(line, paths)
    assert.ok(!text.includes(S) && text.includes('[REDACTED]'), text)
    assert.equal(record.level, 30)
  }
  assert.ok(complete(OURS, paths).text.includes('[REDACTED]')) // its name
  assert.equal(complete(OURS, ['password']).text, complete(OURS).text)
})

/** @type {[name: string, split: typeof splitLines, beginning: string][]} */
const STREAMS = [
  ['a line', splitLines, ''],
  ['a syslog message', splitSyslog, '<13>'],
  ['a syslog message of many lines', splitSyslog, '<13>\n'],
  ['a counted syslog message', splitSyslog, '999999 <13>'],
]

for (const [name, split, beginning] of STREAMS) {
  it(`of ${name} that comes byte by byte, each byte is looked at a few times`, () => {
    let looked = 0
    const counting = new Pending(
      (bytes, ended, seen = 0) => {
        looked += bytes.length - seen
        return split(bytes, ended, seen)
      },
      () => {},
    )
    const text = `${beginning}${'x\n'.repeat(beginning.endsWith('\n') ? 100_000 : 0)}`.padEnd(
      500_000,
      'x',
    )
    const found = []
    for (const byte of Buffer.from(text)) found.push(...counting.take(Buffer.of(byte), false))
    found.push(...counting.take(Buffer.alloc(0), true))
    assert.equal(
      found.join('\n').replace(/^\d+ /, '').length > 199_000 || beginning.endsWith('\n'),
      true,
    )
    assert.ok(looked <= text.length + 10, String(looked))
  })
}

it('all connections together hold a limited number of bytes: the largest is given up', () => {
  const given = /** @type {number[]} */ ([])
  const all = Array.from({ length: 300 }, (_, i) => new Pending(splitLines, () => given.push(i)))
  all[7]?.take(Buffer.alloc(1_000_000, 'x'), false)
  for (const [i, each] of all.entries()) if (i !== 7) each.take(Buffer.alloc(400_000, 'x'), false)
  assert.equal(given[0], 7)
  assert.ok(given.length >= (300 * 400_000 - 64 * 2 ** 20) / 400_000, String(given.length))
  const left = all.findIndex((_, i) => !given.includes(i))
  assert.deepEqual(
    all[left]?.take(Buffer.from('\n'), false).map((each) => each.length),
    [400_000],
  )
  for (const each of all) each.close()
})
