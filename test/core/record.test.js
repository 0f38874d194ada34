'use strict'
// Record: the encoding of calls in pino's shape, and that no call throws.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { format } = require('node:util')
const fc = require('fast-check')
const { encodeCall, encodeFields, formatArgs } = require('../../dist/core/record.js')
const { createRedact } = require('../../dist/core/redact.js')

/**
 * The message and fields of a call.
 * @param {unknown[]} args
 * @param {Partial<import('../../dist/core/record.js').Context>} [context]
 * @returns {any}
 */
function call(args, context = {}) {
  return JSON.parse(`{${encodeCall(args, { bindings: '', ...context }).slice(1)}}`)
}

const error = Object.assign(new TypeError('broken'), { code: 'E_B' })
const thrower = () => {
  throw new Error('no')
}

function revoked() {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

/** @type {[name: string, args: unknown[], expected: object][]} */
const CALLS = [
  ['a message', ['hello'], { msg: 'hello' }],
  ['a message that only looks like a format', ['100% %s'], { msg: '100% %s' }],
  ['%s %d %i %f', ['%s %d %i %f', 'a', 1.5, 2.5, '3.5'], { msg: 'a 1.5 2 3.5' }],
  ['%j', ['%j', { a: 1 }], { msg: '{"a":1}' }],
  ['%o', ['%o', [1]], { msg: format('%o', [1]) }],
  ['%O', ['%O', { a: { b: 1 } }], { msg: format('%O', { a: { b: 1 } }) }],
  ['%%', ['%d%%', 5], { msg: '5%' }],
  ['more arguments than placeholders', ['a', 'b', 1], { msg: 'a b 1' }],
  ['a BigInt argument', ['%d', 5n], { msg: '5n' }],
  ['fields', [{ a: 1 }], { msg: '', a: 1 }],
  ['fields and a message', [{ a: 1 }, 'm'], { msg: 'm', a: 1 }],
  ['fields and a format', [{ a: 1 }, 'm %s %d', 'x', 2], { msg: 'm x 2', a: 1 }],
  [
    'fields without prototype',
    [Object.assign(Object.create(null), { a: 1 }), 'm'],
    { msg: 'm', a: 1 },
  ],
  ['msg among the fields', [{ msg: 'm', a: 1 }], { msg: 'm', a: 1 }],
  ['msg among the fields and a message', [{ msg: 'x' }, 'm'], { msg: 'm', _msg: 'x' }],
  ['a msg that is no text', [{ msg: 5 }], { msg: '', _msg: 5 }],
  ['an undefined field', [{ a: undefined, b: 1 }, 'm'], { msg: 'm', b: 1 }],
  [
    'fields of reserved names',
    [{ level: 1, time: 2, pid: 3, tid: 4, source: 5, seq: 6, name: 7, lib: 8 }, 'm'],
    { msg: 'm', _level: 1, _time: 2, _pid: 3, _tid: 4, _source: 5, _seq: 6, _name: 7, _lib: 8 },
  ],
  ['no argument', [], { msg: '' }],
  ['null', [null], { msg: 'null' }],
  ['undefined', [undefined], { msg: 'undefined' }],
  ['a number', [5], { msg: '5' }],
  ['a symbol', [Symbol('s')], { msg: 'Symbol(s)' }],
  ['an array', [[1, 2], 'm'], { msg: '[ 1, 2 ] m' }],
  ['a Map', [new Map([['a', 1]])], { msg: "Map(1) { 'a' => 1 }" }],
  ['a Set', [new Set([1])], { msg: 'Set(1) { 1 }' }],
  ['a Date', [new Date(0)], { msg: '1970-01-01T00:00:00.000Z' }],
  ['a RegExp', [/a/g], { msg: '/a/g' }],
  ['a Buffer', [Buffer.from('a')], { msg: '<Buffer 61>' }],
  ['a URL', [new URL('http://h/p'), 'm'], { msg: 'http://h/p m' }],
  ['a boxed string', [Object('s')], { msg: "[String: 's']" }],
  ['a toJSON that gives fields', [{ toJSON: () => ({ a: 1 }) }, 'm'], { msg: 'm', a: 1 }],
  ['a toJSON that gives nothing', [{ toJSON: () => undefined }], { msg: 'undefined' }],
  ['a function', [function named() {}], { msg: '[Function: named]' }],
  ['a revoked proxy', [revoked()], { msg: '<Revoked Proxy>' }],
  ['a revoked proxy behind a message', ['m', revoked()], { msg: 'm <Revoked Proxy>' }],
]

for (const [name, args, expected] of CALLS) {
  test(`a call with ${name}`, () => assert.deepEqual(call(args), expected))
}

test('an error as first argument becomes err, and its message becomes the message', () => {
  const { msg, err } = call([error])
  assert.equal(msg, 'broken')
  assert.deepEqual(
    [err.type, err.message, err.code, err.stack],
    ['TypeError', 'broken', 'E_B', error.stack],
  )
  const withText = call([error, 'while %s', 'reading'])
  assert.equal(withText.msg, 'while reading')
  assert.deepEqual(withText.err, err)
})

test('an error that no placeholder consumes becomes err', () => {
  assert.equal(call(['failed', error]).err.code, 'E_B')
  assert.equal(call(['failed', error]).msg, 'failed')
  assert.equal(call(['%s failed', 'x', error]).msg, 'x failed')
  const formatted = call(['failed: %s', error])
  assert.match(formatted.msg, /^failed: .*broken/s)
  assert.equal(formatted.err, undefined)
})

test('a field err is encoded as an error, and its message is used if there is no other', () => {
  assert.equal(call([{ err: error, a: 1 }]).msg, 'broken')
  assert.equal(call([{ err: error }, 'm']).msg, 'm')
  assert.equal(call([{ err: error }]).err.type, 'TypeError')
  assert.equal(call([{ err: 'text' }]).err, 'text')
})

test('the own fields of a logger come first', () => {
  const bindings = encodeFields({ a: 1, pid: 2 })
  assert.equal(encodeCall([{ b: 2 }, 'm'], { bindings }), ',"msg":"m","a":1,"_pid":2,"b":2')
})

test('serializers replace the values of their fields; if one throws, only its field is lost', () => {
  const serializers = {
    user: (/** @type {{ id: number }} */ user) => user.id,
    err: (/** @type {Error} */ err) => err.message,
    bad: thrower,
    worse: () => {
      throw revoked()
    },
    none: () => undefined,
    bigint: () => 1n,
  }
  const fields = { user: { id: 7 }, err: error, bad: 1, worse: 1, none: 1, bigint: 1, other: 1 }
  assert.deepEqual(call([fields, 'm'], { serializers }), {
    msg: 'm',
    user: 7,
    err: 'broken',
    bad: '[Throws: no]',
    worse: '[Throws]',
    bigint: 1,
    other: 1,
  })
})

test('the serializer for `err` gets an error given first or last, too', () => {
  const serializers = { err: (/** @type {Error} */ error) => ({ is: error.message }) }
  const error = new Error('boom')
  for (const args of [
    [error, 'm'],
    ['m', error],
    [{ err: error }, 'm'],
  ]) {
    assert.deepEqual(call(args, { serializers }), { msg: 'm', err: { is: 'boom' } })
  }
  assert.deepEqual(call([error], { serializers }), { msg: 'boom', err: { is: 'boom' } })
})

test('inherited properties of the serializers object are not used as serializers', () => {
  const fields = JSON.parse('{"toString":1,"constructor":2,"__proto__":3,"valueOf":4}')
  assert.equal(
    encodeFields(fields, { other: String }),
    ',"toString":1,"constructor":2,"__proto__":3,"valueOf":4',
  )
})

test('if a getter throws, only its field is lost', () => {
  const fields = {
    a: 1,
    get bad() {
      throw new Error('no')
    },
    b: 2,
  }
  assert.deepEqual(call([fields, 'm']), { msg: 'm', a: 1, bad: '[Throws: no]', b: 2 })
})

test('fields that throw when they are enumerated still give a record', () => {
  const trap = (/** @type {string[]} */ ...names) =>
    new Proxy({ a: 1 }, Object.fromEntries(names.map((name) => [name, thrower])))
  for (const names of [
    ['get'],
    ['ownKeys'],
    ['getPrototypeOf'],
    ['get', 'ownKeys', 'getPrototypeOf'],
  ]) {
    assert.equal(call([trap(...names), 'm']).msg, 'm', names.join())
  }
  const { msg, ...rest } = call([{ toJSON: thrower, a: 1 }, 'm'])
  assert.equal(msg, 'm')
  assert.equal(rest.fields.a, 1)
  const withMsg = {
    a: 1,
    get msg() {
      throw new Error('no')
    },
  }
  assert.equal(call([withMsg]).fields.a, 1)
})

test('if an argument throws, the text and the other arguments are kept', () => {
  const bad = { toString: thrower, a: 1 }
  assert.equal(
    formatArgs(['user %s of %s', 'ann', bad]),
    'user ann of {"toString":"[Function: thrower]","a":1}',
  )
  assert.equal(formatArgs(['%j', { n: 1n }]), '{"n":1}')
  assert.equal(formatArgs(['%% %s %j %d', 'a', { b: { n: 1n } }, 2, 'c']), '% a {"b":{"n":1}} 2 c')
  assert.equal(
    formatArgs(['%j', { toJSON: thrower, a: 1 }, undefined]),
    '{"toJSON":"[Function: thrower]","a":1} undefined',
  )
  /** @type {any} */
  const cycle = {}
  cycle.self = cycle
  assert.equal(formatArgs(['%j', cycle]), '[Circular]')
})

test('redaction replaces named values in bindings, fields, maps and errors', () => {
  const redact = createRedact(['password', 'user.token', '*.secret', 'err.key'])
  const bindings = encodeFields({ password: 'p1' })
  const fields = {
    user: new Map([
      ['token', 't'],
      ['name', 'n'],
    ]),
    any: { secret: 's', open: 'o' },
    err: Object.assign(new Error('m'), { key: 'k' }),
  }
  const text = encodeCall([fields, 'm'], { bindings, redact })
  const result = JSON.parse(`{${text.slice(1)}}`)
  assert.equal(result.password, '[REDACTED]')
  assert.deepEqual(result.user, { token: '[REDACTED]', name: 'n' })
  assert.deepEqual(result.any, { secret: '[REDACTED]', open: 'o' })
  assert.equal(result.err.key, '[REDACTED]')
  assert.equal(result.err.message, 'm')
  assert.deepEqual(call(['m'], { redact }), { msg: 'm' })
  assert.equal(createRedact([]), undefined)
})

test('redaction replaces all fields if it fails', () => {
  const redact = createRedact(['a'])
  assert.equal(redact?.fields(',"a":no JSON'), ',"fields":"[REDACTED]"')
})

test('property: no call throws, and each one gives JSON with a message', () => {
  const hostile = [
    revoked(),
    new Proxy({}, { get: thrower }),
    new Proxy([], { getPrototypeOf: thrower }),
    { toJSON: thrower },
    { toString: thrower },
    { [Symbol.toPrimitive]: thrower },
    { [Symbol.for('nodejs.util.inspect.custom')]: thrower },
    Object.defineProperty(() => {}, 'name', { value: Symbol('n') }),
    error,
    '%s %d %i %f %j %o %O %c %%',
  ]
  // By index: fast-check itself throws on these values.
  const places = fc.nat(hostile.length - 1).map((place) => ({ place, value: undefined }))
  const anything = fc.anything({
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
  })
  const values = anything.map((value) => ({ place: -1, value }))
  const redact = createRedact(['a', '*.b', 'err.cause.*', 'name', 'x[0].y'])
  fc.assert(
    fc.property(fc.array(fc.oneof(places, values), { maxLength: 4 }), (picks) => {
      const args = picks.map(({ place, value }) => (place < 0 ? value : hostile[place]))
      assert.equal(typeof call(args).msg, 'string')
      assert.equal(typeof call(args, { redact }).msg, 'string')
    }),
    { numRuns: 2000 },
  )
})
