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
