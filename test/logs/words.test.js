'use strict'
// Words: a filter by level takes the records whose level is read, whether or not it looked at their bytes first.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const fc = require('fast-check')
const { readLevel, readText } = require('../../dist/logs/facts.js')
const { createAccepts } = require('../../dist/logs/filter.js')
const { Records } = require('../../dist/logs/records.js')

const START = Date.UTC(2026, 10, 22, 21, 38, 42)
const TIME = '2026-11-22T21:38:42.000456789Z'
const ESCAPE = '\u001b'
const WORDS = [
  ...[
    'warn',
    'WRN',
    'Warning',
    'err',
    'ERROR',
    'severe',
    'FTL',
    'crit',
    'CRITICAL',
    'Alert',
    'emerg',
  ],
  ...[
    'panic',
    'DPANIC',
    'PNC',
    'fatal',
    'INFO',
    'debug',
    'trace',
    'Infinity',
    'e',
    'W',
    '#',
    '3',
    'wa',
    'rn',
  ],
  ...[`W${ESCAPE}[1mARN`, '\\u0057ARN', 'ſevere', '☃'],
]
const GAPS = ['', ' ', '  ', '[', '] ', ': ', ' - ', '=', '"', '\t', '|', ',', '{', '}', '\n', '\\']
const HEADS = [
  ...[TIME, `[${TIME}] `, `${TIME} stdout F `, `${TIME} stderr F `, `${TIME} stdout P `],
  ...[
    `time=${TIME} level=`,
    `<11>1 ${TIME} `,
    '2026-11-22 21:38:42,123 ',
    '[Sun Nov 22 21:38:42 2026] [core:',
  ],
  ...[
    '12:M 22 Nov 2026 21:38:42.123 ',
    'E1122 21:38:42.123456   12 main.go:7] ',
    `F, [2026-11-22T21:38:42 #1] `,
  ],
  ...[
    '[12] 2026/11/22 21:38:42.123456 [',
    `${TIME} stdout F {"level":`,
    `${ESCAPE}[33m${TIME} `,
    '9:38PM ',
  ],
]

/** @param {string} text */
function entriesOf(text) {
  const records = new Records({ reference: START, capacity: 256 })
  records.feed(Buffer.from(text))
  records.finish()
  return Array.from({ length: records.page.count }, (_, at) => records.page.entry(at))
}

/** @param {string} text */
function check(text) {
  for (const entry of entriesOf(text)) {
    const level = entry.isJson ? readLevel(entry) : readText(entry).level
    for (const wanted of [30, 40, 50, 60])
      assert.equal(
        createAccepts({ level: wanted })?.(entry, 'x'),
        level >= wanted,
        `${wanted} ${text}`,
      )
  }
}

test('a filter by level takes a text as it is read', () => {
  const parts = fc.array(fc.tuple(fc.constantFrom(...WORDS), fc.constantFrom(...GAPS)), {
    minLength: 1,
    maxLength: 5,
  })
  fc.assert(
    fc.property(fc.constantFrom(...HEADS), fc.constantFrom(...GAPS), parts, (head, gap, rest) => {
      const text = `${gap}${rest.flat().join('')}`
      check(`${head}${text}`)
      check(JSON.stringify({ log: `${text}\n`, stream: 'stderr', time: TIME }))
      check(
        `{"log":"${text.replace(/["\n{}]|\\(?!u0057)/g, '')}\\n","stream":"stdout","time":"${TIME}"}`,
      )
    }),
    { numRuns: 2000 },
  )
})

test('a word is found wherever it begins and ends', () => {
  for (const word of WORDS) for (let at = 0; at < 4; at++) check(`${TIME}${' '.repeat(at)}${word}`)
})

test('a message that begins with a number in words has no level', () => {
  const [entry] = entriesOf(`${TIME} Infinity is large`)
  assert.ok(entry && Number.isNaN(readText(entry).level))
})
