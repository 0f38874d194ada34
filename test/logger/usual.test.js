'use strict'
// Usual: the calls that are encoded in one step have the lines of all others, and what is said to be ASCII is.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const fc = require('fast-check')
const { createClosed, encodeCall, encodeFields, encodeUsual } = require('../../dist/core/record.js')
const { Registry } = require('../../dist/logger/registry.js')
const { QueueHandler } = require('../../dist/queue/handler.js')

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ minLength: 10, maxLength: 200 }),
  fc.string({ unit: fc.constantFrom('a', ' ', '\n', '"', '\\', '\u007f', 'é'), maxLength: 100 }),
)
const value = fc.oneof(text, fc.anything({ withBigInt: true, withDate: true, withMap: true }))
const fields = fc.oneof(
  fc.dictionary(text, value),
  fc.dictionary(fc.constantFrom('id', 'msg', 'level', 'err', 'toJSON', 'größe'), value),
)
const args = fc.oneof(fc.tuple(text), fc.tuple(fields, text), fc.tuple(fc.anything(), text))

test('property: a usual call has the text of any other', () => {
  fc.assert(
    fc.property(args, fields, (given, own) => {
      const bindings = encodeFields(own)
      const usual = encodeUsual(given, createClosed(bindings))
      if (usual !== undefined)
        assert.equal(`,"msg":"${usual}`, `${encodeCall(given, { bindings })}}`)
    }),
    { numRuns: 1000 },
  )
})

test('property: a line that is said to be ASCII is', () => {
  /** @type {[boolean, string][]} */
  const written = []
  const queue = {
    /** @param {{ isAscii?: boolean }} head @param {string} line */
    write: ({ isAscii = false }, line) => written.push([isAscii, line]) > 0,
    close() {},
  }
  const source = fc.constantFrom('root', 'fork#1', 'spawné#1')
  fc.assert(
    fc.property(source, text, fields, fc.array(args), (name, logger, own, calls) => {
      const handler = new QueueHandler({ pid: 1, tid: 0, source: name }, queue)
      const log = new Registry(handler).getLogger(logger).child(own)
      for (const call of calls) Reflect.apply(log.info, log, call)
    }),
    { numRuns: 300 },
  )
  for (const [isAscii, line] of written) {
    JSON.parse(line)
    if (isAscii) assert.equal(Buffer.byteLength(line), line.length)
  }
  assert.ok(written.some(([isAscii]) => isAscii) && written.some(([isAscii]) => !isAscii))
})
