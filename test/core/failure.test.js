'use strict'
// Failure: the text of an error in one step is the one that the thorough way makes.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { runInNewContext } = require('node:vm')
const fc = require('fast-check')
const { encodeValue } = require('../../dist/core/encode.js')
const { encodeFailure } = require('../../dist/core/failure.js')

class OwnError extends Error {}
class NamedError extends Error {
  /** @override */
  name = 'Named'
}

const member = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.double(),
  fc.bigInt(),
  fc.constantFrom(undefined, null, true, Symbol('s'), () => {}, new Date(0), { a: 1 }, [1]),
)
const key = fc.oneof(
  fc.string(),
  fc.constantFrom('code', 'cause', 'errors', 'type', 'name', 'stack', 'message', 'toJSON', '7'),
  fc.constantFrom('__proto__', 'constructor', 'syscall'),
)
const errors = fc.letrec((tie) => ({
  error: fc
    .record({
      type: fc.constantFrom(Error, TypeError, OwnError, NamedError),
      message: fc.string({ unit: 'binary' }),
      members: fc.array(fc.tuple(key, fc.oneof(member, { arbitrary: tie('error'), weight: 2 })), {
        maxLength: 4,
      }),
      cause: fc.option(fc.oneof(member, tie('error'))),
    })
    .map(({ type: Type, message, members, cause }) => {
      const error = cause === null ? new Type(message) : new Type(message, { cause })
      assert.equal(typeof error.stack, 'string') // made now: Node cannot make it with such members
      for (const [name, value] of members)
        Object.defineProperty(error, name, {
          value,
          enumerable: true,
          configurable: true,
          writable: true,
        })
      return error
    }),
})).error

test('property: an error that is encoded in one step has the text of the thorough way', () => {
  let simple = 0
  fc.assert(
    fc.property(errors, (error) => {
      const text = encodeFailure(/** @type {Error} */ (error))
      if (text === undefined) return
      simple++
      assert.equal(text, encodeValue(error))
    }),
    { numRuns: 400 },
  )
  assert.ok(simple > 0)
})

test('errors with causes are encoded in one step, cycles and what throws are not', () => {
  const cause = Object.assign(new TypeError('inner'), { code: 'E_INNER' })
  const outer = new Error('outer', { cause })
  assert.equal(encodeFailure(outer), encodeValue(outer))
  const cyclic = new Error('cyclic')
  cyclic.cause = cyclic
  const throwing = Object.defineProperty(new Error('x'), 'code', {
    enumerable: true,
    get() {
      throw new Error('no')
    },
  })
  for (const value of [
    cyclic,
    throwing,
    new AggregateError([cause]),
    runInNewContext('new Error()'),
    {},
  ])
    assert.equal(encodeFailure(value), undefined)
})
