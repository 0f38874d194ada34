'use strict'
// A message that is cut makes the same record as one that is parsed.

const assert = require('node:assert/strict')
const { it } = require('node:test')
const { encodeMessage } = require('../../../dist/core/record')
const { cutRecord } = require('../../../dist/adapters/roarr/flat')
const { toRecord } = require('../../../dist/adapters/roarr/record')

const TAIL = { sequence: '0', time: 1700000000000, version: '2.0.0' }
const CUT = [
  { logLevel: 30, package: 'shop', id: 1, user: 'u-17', on: true, none: null, part: -1.5 },
  {
    logLevel: 40,
    program: 'web',
    namespace: 'db',
    level: 1,
    msg: 'm',
    7: 'seven',
    'a:b': '},"message":',
  },
  { program: 'web', package: 'shop', namespace: 'db' },
  {},
]
const PARSED = [
  { error: { name: 'Error', message: 'm', stack: 's' } },
  { list: [1] },
  { part: { of: 1 } },
  { text: 'a"b' },
  { text: 'ü' },
  { text: 'a\nb' },
  { large: 1e21 },
  { logLevel: '30' },
  { package: 1 },
]
/** @type {string[]} */
const DAMAGED = [
  '{"context":{"a":1,},"message":"m","sequence":"0","time":1,"version":"2.0.0"}',
  '{"context":{"a"x1},"message":"m","sequence":"0","time":1,"version":"2.0.0"}',
  '{"context":{"a":01},"message":"m","sequence":"0","time":1,"version":"2.0.0"',
  '{"context":{},"message":"m"}',
  'no JSON',
]

/** @param {ReturnType<typeof toRecord>} record */
function contentOf({ lib, name, level, msg, message, fields }) {
  return { lib, name, level, message: message ?? encodeMessage(msg), fields }
}

it('flat messages are cut, to the same record', () => {
  for (const context of CUT) {
    const text = JSON.stringify({ context, message: 'hello, "sequence":', ...TAIL }).replaceAll(
      '\\"',
      '',
    )
    const cut = cutRecord(text)
    assert.ok(cut, text)
    assert.deepEqual(contentOf(cut), contentOf(toRecord(text)))
  }
})

it('all others are parsed', () => {
  for (const context of PARSED)
    assert.equal(cutRecord(JSON.stringify({ context, message: 'm', ...TAIL })), undefined)
  for (const text of DAMAGED) assert.equal(cutRecord(text), undefined, text)
})
