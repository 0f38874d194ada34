'use strict'
// Pretty: the text of each kind of record, and that no part of a record can look like another record.

process.env.TZ = 'UTC'
const { test } = require('node:test')
const assert = require('node:assert/strict')
const { stripVTControlCharacters } = require('node:util')
const fc = require('fast-check')
const { encodeCall } = require('../../dist/core/record.js')
const { createPretty } = require('../../dist/formatters/pretty.js')
const { widthOf, wrap } = require('../../dist/formatters/text/width.js')

/** @typedef {import('logshare').LogRecord} LogRecord */

const TIME = Date.UTC(2024, 0, 2, 3, 4, 5, 67) + 0.25
const plain = createPretty({ colors: false })
const colored = createPretty({ colors: true })

/** @param {object} [more] @returns {LogRecord} */
const recordOf = (more) => ({
  level: 30,
  time: TIME,
  pid: 1,
  tid: 0,
  source: 'fork#1/worker#2',
  seq: 1,
  name: 'db.pool',
  msg: 'ready',
  ...more,
})

/** The record of a log call. @param {unknown[]} args */
const logged = (...args) => recordOf(JSON.parse(`{${encodeCall(args, { bindings: '' }).slice(1)}}`))

const HEAD = '03:04:05.067 INFO  db.pool (fork#1/worker#2)'

test('a line has time, level, name, source, message and fields', () => {
  assert.equal(plain(recordOf()), `${HEAD} ready`)
  assert.equal(plain(recordOf({ lib: 'pino' })), `${HEAD} ready`)
  assert.equal(
    plain(recordOf({ attempt: 3, host: 'db1', ok: null, list: [1, 'a'], in: { a: { b: 1 } } })),
    `${HEAD} ready  attempt=3 host='db1' ok=null list=[ 1, 'a' ] in={ a: { b: 1 } }`,
  )
})

test('each level has its name, and a number between two levels has the lower one', () => {
  const names = [10, 20, 30, 35, 40, 50, 60, 99].map(
    (level) => plain(recordOf({ level })).split(/ +/)[1],
  )
  assert.deepEqual(names, ['TRACE', 'DEBUG', 'INFO', 'INFO', 'WARN', 'ERROR', 'FATAL', 'FATAL'])
})

test('an error is written as its stack, with causes and aggregated errors below', () => {
  const stackless = (/** @type {Error} */ error) => Object.assign(error, { stack: undefined })
  const cause = stackless(new TypeError('deep', { cause: stackless(new Error('deepest')) }))
  const list = [stackless(new RangeError('one')), stackless(new Error('two'))]
  const error = stackless(new AggregateError(list, 'many', { cause }))
  assert.deepEqual(plain(logged(error, 'failed')).split('\n'), [
    `${HEAD} failed`,
    '    AggregateError: many',
    '        caused by: TypeError: deep',
    '            caused by: Error: deepest',
    '        - RangeError: one',
    '        - Error: two',
  ])
  const stack = 'Error: boom\n    at one (a.js:1:2)\n    at two (b.js:3:4)'
  assert.deepEqual(
    plain(logged({ other: Object.assign(new Error('boom'), { stack }), a: 1 }, 'm')).split('\n'),
    [
      `${HEAD} m  a=1`,
      '    other: Error: boom',
      '        at one (a.js:1:2)',
      '        at two (b.js:3:4)',
    ],
  )
})

test('a cause shows only the frames that the error above it does not have', () => {
  const shared = ['    at handle (/app/web.js:9:3)', '    at serve (/app/web.js:2:1)']
  const cause = {
    type: 'Error',
    message: 'deep',
    stack: ['Error: deep', '    at read (/app/db.js:1:1)', ...shared].join('\n'),
  }
  const err = {
    type: 'Error',
    message: 'top',
    stack: ['Error: top', '    at ask (/app/db.js:7:1)', ...shared].join('\n'),
    cause,
  }
  const lines = plain(recordOf({ err })).split('\n')
  assert.deepEqual(
    lines
      .slice(1)
      .map((line) => line.trim())
      .filter(Boolean),
    [
      'Error: top',
      'at ask (/app/db.js:7:1)',
      'at handle (/app/web.js:9:3)',
      'at serve (/app/web.js:2:1)',
      'caused by: Error: deep',
      'at read (/app/db.js:1:1)',
      'at … 2 frames as above',
    ],
  )
})

test('an error that is its own cause is written in finite time', () => {
  const error = new Error('self')
  error.cause = error
  assert.match(plain(logged(error)), /self/)
})

test('further lines of a message are indented', () => {
  assert.equal(plain(recordOf({ msg: 'a\nb\r\nc' })), `${HEAD} a\n    b\n    c`)
  assert.equal(plain(recordOf({ msg: '\n' })), `${HEAD} \n    `)
})

test('fields stay on one line, even if they are large', () => {
  const numbers = Array.from({ length: 90 }, (_, i) => i)
  const deep = { a: { b: { c: { d: { e: { f: 1 } } } } } }
  const text = 'long line\n'.repeat(50)
  const line = plain(recordOf({ numbers, deep, text, within: [text, { text }] }))
  assert.equal(line.split('\n').length, 1)
})

test('control characters are escaped', () => {
  const evil = '\u001b[31mred\u001b[0m\rover\u0007\u0008\u0000\u009b1A\u2028x\u2029\u007f\ttab'
  const written = '\\x1b[31mred\\x1b[0m\\x0dover\\x07\\x08\\x00\\x9b1A\\u2028x\\u2029\\x7f\ttab'
  assert.equal(plain(recordOf({ msg: evil })), `${HEAD} ${written}`)
  assert.ok(plain(recordOf({ name: evil })).includes(` ${written} (`))
  assert.ok(plain(recordOf({ source: evil })).includes(`(${written})`))
  assert.ok(plain(recordOf({ [evil]: 1 })).includes(`${written}=1`))
})

test('property: a record is one line followed by indented lines, without control characters', () => {
  const nasty = fc.string({
    unit: fc.constantFrom(
      '\n',
      '\r',
      '\u001b[2K',
      '\u009b',
      '\u2028',
      '\u0085',
      '\t',
      "'",
      'a',
      `\n${HEAD} forged`,
    ),
  })
  const value = fc.oneof(
    nasty,
    fc.jsonValue(),
    fc.array(nasty, { maxLength: 10 }),
    fc.dictionary(nasty, nasty),
  )
  const error = fc.record({
    type: nasty,
    message: nasty,
    stack: nasty,
    cause: fc.record({ type: nasty, message: nasty }),
  })
  fc.assert(
    fc.property(
      nasty,
      nasty,
      nasty,
      fc.dictionary(nasty, value),
      error,
      (msg, name, source, fields, err) => {
        const record = recordOf({ ...fields, msg, name, source, level: 30, time: TIME, err })
        for (const text of [plain(record), stripVTControlCharacters(colored(record))]) {
          const [first, ...others] = text.split('\n')
          assert.ok(first.startsWith('03:04:05.067 INFO '))
          for (const line of others) assert.match(line, /^ {4}/)
          for (const line of [first, ...others]) {
            // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be left
            assert.doesNotMatch(line, /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029]/)
          }
        }
      },
    ),
    { numRuns: 1000 },
  )
})

test('with colours the text is the same', () => {
  const record = recordOf({ level: 50, a: 1, b: { c: 'x' }, err: { type: 'E', message: 'm' } })
  const text = colored(record)
  assert.ok(text.includes('\u001b[31mERROR'))
  assert.equal(stripVTControlCharacters(text), plain(record))
})

test('an error has all its properties, and causes that are no errors', () => {
  const err = {
    type: 'E',
    message: 'm',
    code: 'E1',
    details: { a: [1] },
    cause: 'why',
    inner: { type: 'F', message: 'n' },
  }
  assert.deepEqual(plain(recordOf({ err })).split('\n').slice(1), [
    '    E: m',
    "        code='E1' details={ a: [ 1 ] }",
    '        inner: F: n',
    "        caused by: 'why'",
  ])
})

const DAY = 24 * 60 * 60 * 1000

test('live: the source from the second producer on, the date where the day changes', () => {
  const live = createPretty({ colors: false, isLive: true })
  const now = Date.now()
  const line = (/** @type {object} */ more) =>
    live(recordOf({ time: now, source: 'root', ...more }))
  assert.match(line({}), / INFO {2}db\.pool ready$/)
  assert.match(line({ source: 'fork#1' }), / INFO {2}db\.pool \(fork#1\) ready$/)
  assert.match(line({}), / INFO {2}db\.pool \(root\) ready$/)
  const tomorrow = new Date(now + DAY).toISOString().slice(0, 10)
  assert.ok(line({ time: now + DAY }).startsWith(`    ${tomorrow}\n`))
  assert.doesNotMatch(line({ time: now + DAY }), /\n/)
})

test('live: paths are relative, frames of libraries and Node are dimmed', () => {
  const live = createPretty({ colors: true, isLive: true })
  const stack = `Error: x\n    at f (${process.cwd()}/a.js:1:2)\n    at g (${process.cwd()}/node_modules/b/c.js:3:4)\n    at node:internal/d:5:6`
  const lines = live(recordOf({ err: { type: 'Error', message: 'x', stack } })).split('\n')
  const gray = (/** @type {string | undefined} */ line) => line?.includes('\u001b[90m')
  assert.deepEqual(lines.slice(3).map(gray), [false, true, true])
  assert.ok(lines[3].endsWith('    at f (a.js:1:2)'), lines[3])
})

test('the frames, properties and cause of an error stand in one column', () => {
  const stack = 'Error: a\n    at f (/a.js:1:2)\n    at g (/b.js:1:2)\n    at h (/c.js:1:2)'
  const cause = { type: 'Error', message: 'b', stack: stack.replace('Error: a', 'Error: b') }
  const err = { type: 'Error', message: 'a', stack, code: 'E', cause }
  assert.deepEqual(plain(recordOf({ err })).split('\n').slice(1), [
    '    Error: a',
    '        at f (/a.js:1:2)',
    '        at g (/b.js:1:2)',
    '        at h (/c.js:1:2)',
    "        code='E'",
    '        caused by: Error: b',
    '            at … 3 frames as above',
  ])
})

test('a light terminal gets no yellow, a dark one does', (t) => {
  t.after(() => {
    delete process.env.COLORFGBG
  })
  const record = recordOf({ level: 40, many: 7, in: { deep: { few: 8 } } })
  const yellow = '\u001b[33m'
  for (const columns of [undefined, 40]) {
    const live = createPretty({ colors: true, isLive: true, columns })
    for (const background of [0, 8]) {
      process.env.COLORFGBG = `7;${background}`
      assert.equal(live(record).split(yellow).length, 4, `${background}`)
    }
    for (const background of [7, 15]) {
      process.env.COLORFGBG = `0;${background}`
      assert.ok(!live(record).includes(yellow))
      assert.equal(live(record).split('\u001b[35m').length, 4)
    }
  }
})

test('the values of wide names stand in one column', () => {
  const narrow = createPretty({ colors: false, columns: 70 })
  const text = 'x'.repeat(40)
  const lines = narrow(recordOf({ 名前: text, key: text }))
    .split('\n')
    .slice(1)
  assert.deepEqual(
    lines.map((line) => widthOf(line.split('=')[0])),
    [9, 9],
  )
})

test('the colour of a producer is the same in every run and differs between producers', () => {
  const colour = (/** @type {string} */ source) => {
    const live = createPretty({ colors: true, isLive: true })
    live(recordOf({ source: 'other' }))
    return live(recordOf({ source })).split('(')[0].split('\u001b').at(-1)
  }
  assert.equal(colour('fork#1'), colour('fork#1'))
  assert.ok(new Set(['root', 'fork#1', 'fork#2', 'worker#1', 'worker#2'].map(colour)).size > 2)
})

test('the clock counts from the record before, or from the first', () => {
  const times = [0, 5, 1500].map((ms) => recordOf({ time: TIME + ms }))
  const relative = createPretty({ colors: false, clock: 'relative' })
  const start = createPretty({ colors: false, clock: 'start' })
  assert.deepEqual(
    times.map((each) => relative(each).slice(0, 9)),
    [' +0.000s', ' +0.005s', ' +1.495s'].map((text) => text.padStart(9)),
  )
  assert.deepEqual(
    times.map((each) => start(each).slice(0, 9).trim()),
    ['+0.000s', '+0.005s', '+1.500s'],
  )
})

test('on a terminal, messages are broken at words under themselves and fields aligned, within its width', () => {
  for (const columns of [60, 80, 120]) {
    const pretty = createPretty({ colors: true, columns })
    for (const msg of [
      'word '.repeat(60),
      '日本語'.repeat(40),
      `${'x'.repeat(300)} end`,
      'a\nb '.repeat(30),
    ]) {
      const lines = pretty(
        recordOf({ msg, attempt: 3, nested: { list: Array.from({ length: 40 }, (_, i) => i) } }),
      ).split('\n')
      for (const line of lines) assert.ok(widthOf(line) <= columns, `${columns}: ${line}`)
      assert.ok(lines.length > 3)
      const keys = lines.filter((line) => / = /.test(stripVTControlCharacters(line)))
      assert.deepEqual(
        new Set(keys.map((line) => stripVTControlCharacters(line).indexOf(' = '))).size,
        1,
      )
    }
    const long = pretty(recordOf({ text: 'a long text '.repeat(40), path: 'x'.repeat(300) }))
    for (const line of long.split('\n')) assert.ok(widthOf(line) <= columns, `${columns}: ${line}`)
    if (columns > 60) assert.doesNotMatch(pretty(recordOf({ attempt: 3 })), /\n/)
  }
})

test('a line that was broken at a space does not begin with it', () => {
  assert.equal(wrap('  indented text', 10, ''), '  indented\ntext')
  assert.equal(
    wrap('\x1b[31m  indented text\x1b[39m', 12, '> '),
    '\x1b[31m  indented\x1b[39m\n> \x1b[31mtext\x1b[39m',
  )
})
