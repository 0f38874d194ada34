'use strict'
// Syslog messages: a name stands only once in an element of structured data.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { createSyslogFormat } = require('../../dist/formatters/syslog.js')
const { parseSyslog } = require('../../dist/collect/message.js')

const format = createSyslogFormat({ format: 'rfc5424', facility: 1, app: 'a', host: 'h' })

/** @param {Record<string, unknown>} fields */
function dataOf(fields) {
  const text = format({
    level: 30,
    time: 1,
    pid: 1,
    tid: 0,
    source: 's',
    seq: 1,
    name: 'n',
    msg: 'm',
    ...fields,
  })
  const names = [...text.matchAll(/ ([^ =]+)="/g)].map(([, name]) => name)
  assert.equal(new Set(names).size, names.length, text)
  return parseSyslog(text).data?.['logshare@32473'] ?? {}
}

test('names that become the same when they are cleaned are numbered', () => {
  const { a_b: first, a_b_2: second, a_b_3: third } = dataOf({ 'a b': 1, 'a=b': 2, a_b: 3 })
  assert.deepEqual([first, second, third], ['1', '2', '3'])
  const taken = dataOf({ 'a b': 1, a_b_2: 2, 'a=b': 3, 'a"b': 4 })
  assert.deepEqual(Object.values(taken).slice(-4), ['1', '2', '3', '4'])
  assert.deepEqual(Object.values(dataOf({ é: 1, ü: 2, '': 3 })).slice(-3), ['1', '2', '3'])
})

test('names that become the same when they are cut to 32 characters are numbered', () => {
  const long = 'x'.repeat(40)
  const fields = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`${long}${i}`, i]))
  const data = dataOf(fields)
  const names = Object.keys(data).filter((name) => name.startsWith('x'))
  assert.equal(names.length, 20_000)
  assert.ok(names.every((name) => name.length === 32))
})
