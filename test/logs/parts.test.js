'use strict'
// Parts: lines of containers that containerd and Docker have cut are one record, also where they meet other lines.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const fc = require('fast-check')
const { createConvert } = require('../../dist/logs/convert.js')
const { readText } = require('../../dist/logs/facts.js')
const { Records } = require('../../dist/logs/records.js')
const { rowOf } = require('../../dist/logs/rows.js')

const START = Date.UTC(2026, 10, 22)

/** @param {readonly string[]} lines @param {number} [size] bytes at a time */
function entriesOf(lines, size = 7) {
  const records = new Records({ reference: START, capacity: 256 })
  const bytes = Buffer.from(`${lines.join('\n')}\n`)
  for (let at = 0; at < bytes.length; at += size) {
    records.feed(bytes.subarray(at, at + size))
    records.scan(2)
  }
  records.finish()
  return Array.from({ length: records.page.count }, (_, at) => records.page.entry(at))
}

/** @param {import('../../dist/logs/page.js').LogEntry} entry */
function textOf({ bytes, start, end }) {
  return bytes.toString('utf8', start, end)
}

/** @param {number} ms */
function nanos(ms) {
  return new Date(START + ms).toISOString().replace('Z', '456789Z')
}

test('CRI: parts of a line are one record', () => {
  const lines = [
    `${nanos(1)} stdout F alone`,
    `${nanos(2)} stdout P it `,
    `${nanos(3)} stdout P is `,
    `${nanos(4)} stdout F one`,
    `${nanos(5)} stderr P cut `,
    `${nanos(6)} stdout F other`,
    `${nanos(7)} stdout F another`,
    `${nanos(8)} stderr F line`,
    `${nanos(9)} stdout P both `,
    `${nanos(10)} stderr P cut `,
    `${nanos(11)} stdout F of out`,
    `${nanos(12)} stderr F of err`,
    `${nanos(13)} stdout P never ends`,
  ]
  for (const size of [7, 1000]) {
    const entries = entriesOf(lines, size)
    assert.deepEqual(
      entries.map((entry) => [Math.floor(entry.time) - START, readText(entry).message]),
      [
        [1, 'alone'],
        [2, 'it is one'],
        [5, 'cut line'],
        [6, 'other'],
        [7, 'another'],
        [9, 'both '],
        [10, 'cut of err'],
        [11, 'of out'],
        [13, 'never ends'],
      ],
    )
    const written = entries.map(textOf).join('\n').split('\n')
    assert.deepEqual(written.sort(), [...lines].sort())
  }
})

/** What is left of a container's lines once they are joined. @param {readonly { isOut: boolean, isPart: boolean }[]} lines */
function joined(lines) {
  /** @type {[number, string][]} */
  const records = []
  /** @type {{ isOut: boolean, record: [number, string] } | undefined} */
  let open
  for (const [at, { isOut, isPart }] of lines.entries()) {
    if (open?.isOut === isOut) {
      open.record[1] += `<${at}>`
      if (!isPart) open = undefined
      continue
    }
    /** @type {[number, string]} */
    const record = [at, `<${at}>`]
    records.push(record)
    if (isPart) open = { isOut, record }
  }
  return records
}

test('CRI and Docker: any order of parts and lines of two streams, in pieces of any size', () => {
  const lines = fc.array(fc.record({ isOut: fc.boolean(), isPart: fc.boolean() }), {
    minLength: 1,
    maxLength: 60,
  })
  fc.assert(
    fc.property(lines, fc.integer({ min: 1, max: 300 }), fc.boolean(), (given, size, isCri) => {
      const texts = given.map(({ isOut, isPart }, at) => {
        const stream = isOut ? 'stdout' : 'stderr'
        if (isCri) return `${nanos(at)} ${stream} ${isPart ? 'P' : 'F'} <${at}>`
        return docker(at, `<${at}>${isPart ? '' : '\n'}`, { stream })
      })
      const entries = entriesOf(texts, size)
      assert.deepEqual(
        entries.map((entry) => [Math.floor(entry.time) - START, rowOf(entry, 'x')[7]]),
        joined(given),
      )
      assert.deepEqual(entries.flatMap((entry) => textOf(entry).split('\n')).sort(), texts.sort())
    }),
    { numRuns: 200 },
  )
})

/** @param {number} ms @param {string} log @param {{ stream?: string, attrs?: object }} [more] */
function docker(ms, log, { stream = 'stdout', ...more } = {}) {
  return JSON.stringify({ log, stream, ...more, time: nanos(ms) })
}

test('Docker: a text without a line feed at its end goes on in the next line', () => {
  const lines = [
    docker(1, 'alone\n'),
    docker(2, 'it "', { attrs: { tag: 'web' } }),
    docker(3, '","stream":"stderr', { attrs: { tag: 'web' } }),
    docker(4, '" is one\r\n', { attrs: { tag: 'web' } }),
    docker(5, 'no feed: \\n'),
    docker(6, 'other\n', { stream: 'stderr' }),
    docker(7, 'C:\\\n'),
    docker(8, 'never ends'),
  ]
  const texts = [
    'alone',
    'it "","stream":"stderr" is one',
    'no feed: \\nC:\\',
    'other',
    'never ends',
  ]
  for (const size of [7, 1000]) {
    const entries = entriesOf(lines, size)
    const written = entries.map(textOf).join('\n').split('\n')
    assert.deepEqual(written.sort(), [...lines].sort())
    assert.deepEqual(
      entries.map(({ time }) => Math.floor(time) - START),
      [1, 2, 5, 6, 8],
    )
    assert.deepEqual(
      entries.map((entry) => rowOf(entry, 'x')[7]),
      texts,
    )
    const asJson = entries.map(
      (entry) => createConvert('json', false)?.(entry, 'x') ?? textOf(entry),
    )
    assert.equal(asJson[1], docker(2, `${texts[1]}\r\n`, { attrs: { tag: 'web' } }))
    assert.deepEqual(
      asJson.map((line) => JSON.parse(line).log.trimEnd()),
      texts,
    )
    const pretty = entries.map((entry) => createConvert('pretty', false)?.(entry, 'x') ?? '')
    for (const [i, text] of texts.entries()) assert.ok(pretty[i]?.includes(text), pretty[i])
  }
})

test('the message of the journal, also as a list of bytes', () => {
  const text = '\u001b[32mgreen ›'
  const [PRIORITY, SYSLOG_IDENTIFIER] = ['4', 'db']
  const list = JSON.stringify({
    PRIORITY,
    SYSLOG_IDENTIFIER,
    MESSAGE: [...Buffer.from(text)],
    __REALTIME_TIMESTAMP: `${START}000`,
  })
  const [entry] = entriesOf([list])
  assert.ok(entry)
  assert.deepEqual(rowOf(entry, 'x').slice(7, 10), [
    text,
    'x',
    '{"PRIORITY":"4","SYSLOG_IDENTIFIER":"db"}',
  ])
  assert.match(createConvert('pretty', false)?.(entry, 'x') ?? '', / WARN {2}db \(x\) .*green ›/)
})

test('members of other programs that are called "log" are no parts', () => {
  const lines = [
    `{"log":"a","level":30,"time":${START}}`,
    `{"log":"b","level":30,"time":${START + 1}}`,
    `{"loaded":1,"time":${START + 2}}`,
  ]
  assert.equal(entriesOf(lines).length, 3)
})
