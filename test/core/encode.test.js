'use strict'
// Encode: the JSON of each kind of value, and that no value makes the encoder throw.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const vm = require('node:vm')
const fc = require('fast-check')
const { encodeString, encodeValue, isError } = require('../../dist/core/encode.js')

/** Encodes a value and parses the text again. @param {unknown} value @returns {any} */
function through(value) {
  const text = encodeValue(value)
  return text === undefined ? undefined : JSON.parse(text)
}

function revoked(target = {}) {
  const { proxy, revoke } = Proxy.revocable(target, {})
  revoke()
  return proxy
}

const thrower = () => {
  throw new Error('no')
}

/** @param {string[]} traps */
const hostile = (...traps) =>
  new Proxy({ a: 1 }, Object.fromEntries(traps.map((t) => [t, thrower])))

class Point {
  constructor() {
    this.x = 1
    this.y = 2
  }
  get sum() {
    return this.x + this.y
  }
}

/** @type {[name: string, value: unknown, expected: unknown][]} */
const SHAPES = [
  ['a string', 'a"b\n', 'a"b\n'],
  ['a number', 1.5, 1.5],
  ['minus zero', -0, 0],
  ['NaN', Number.NaN, 'NaN'],
  ['Infinity', Number.POSITIVE_INFINITY, 'Infinity'],
  ['NaN within', [Number.NaN, Number.NEGATIVE_INFINITY], ['NaN', '-Infinity']],
  ['a boolean', true, true],
  ['null', null, null],
  ['undefined', undefined, undefined],
  ['undefined members', { a: undefined, b: [undefined] }, { b: [null] }],
  ['a safe BigInt', 10n, 10],
  ['a safe BigInt within', { n: -9007199254740991n }, { n: -9007199254740991 }],
  ['an unsafe BigInt', 9007199254740993n, '9007199254740993'],
  ['an unsafe BigInt within', [2n ** 64n], ['18446744073709551616']],
  ['a symbol', Symbol('s'), 'Symbol(s)'],
  ['a symbol without description', [Symbol()], ['Symbol()']],
  ['a function', function named() {}, '[Function: named]'],
  ['a function without name', [() => {}], ['[Function: anonymous]']],
  [
    'a function whose name is a symbol',
    Object.defineProperty(() => {}, 'name', { value: Symbol('n') }),
    '[Function: Symbol(n)]',
  ],
  ['a Map with text keys', new Map([['a', 1n]]), { a: 1 }],
  ['a Map with other keys', new Map([[1, 'a']]), [[1, 'a']]],
  ['a Map in a Map', new Map([['m', new Map([['k', new Set([1])]])]]), { m: { k: [1] } }],
  ['a Set', new Set([1, 'a', 2n]), [1, 'a', 2]],
  ['a Date', new Date(0), '1970-01-01T00:00:00.000Z'],
  ['an invalid Date', new Date(Number.NaN), null],
  ['an invalid Date within', { at: new Date(Number.NaN) }, { at: null }],
  ['a URL', { url: new URL('http://h/p?q') }, { url: 'http://h/p?q' }],
  ['a RegExp', /a\/b/gi, '/a\\/b/gi'],
  ['a sparse array', Object.assign(new Array(4), { 1: 1, 3: 2 }), [null, 1, null, 2]],
  ['a typed array', new Uint8Array([1, 2]), { 0: 1, 1: 2 }],
  ['BigInts in a typed array', new BigInt64Array([1n, -1n]), { 0: 1, 1: -1 }],
  ['a Buffer', Buffer.from('a'), { type: 'Buffer', data: [97] }],
  ['an object without prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
  ['an instance of a class', new Point(), { x: 1, y: 2 }],
  ['a boxed string', Object('s'), 's'],
  [
    'boxed primitives',
    [Object(1), Object(2n), Object(false), Object(Symbol('b'))],
    [1, 2, false, 'Symbol(b)'],
  ],
  ['a toJSON', { toJSON: () => ({ a: 1n }) }, { a: 1 }],
  ['a toJSON that gives nothing', { toJSON: () => undefined }, undefined],
  ['a Promise', Promise.resolve(1), {}],
]

for (const [name, value, expected] of SHAPES) {
  test(`encodes ${name}`, () => assert.deepEqual(through(value), expected))
}

test('loses only the member that throws', () => {
  const value = {
    at: new Date(0),
    url: new URL('http://h/'),
    bytes: Buffer.from('a'),
    map: new Map([['a', 1n]]),
    list: [1n, { ok: true }],
    get bad() {
      throw new Error('no')
    },
    badly: { toJSON: thrower, kept: 1 },
    get worse() {
      throw revoked()
    },
    get worst() {
      throw Object.create(null)
    },
  }
  assert.deepEqual(through(value), {
    at: '1970-01-01T00:00:00.000Z',
    url: 'http://h/',
    bytes: { type: 'Buffer', data: [97] },
    map: { a: 1 },
    list: [1, { ok: true }],
    bad: '[Throws: no]',
    badly: { toJSON: '[Function: thrower]', kept: 1 },
    worse: '[Throws]',
    worst: '[Throws]',
  })
})

test('survives proxies whose traps throw, and revoked ones', () => {
  const traps = ['get', 'has', 'ownKeys', 'getPrototypeOf', 'getOwnPropertyDescriptor']
  for (const value of [
    revoked(),
    revoked([]),
    hostile(...traps),
    ...traps.map((t) => hostile(t)),
  ]) {
    for (const wrapped of [
      value,
      { value },
      [value],
      new Map([['value', value]]),
      new Set([value]),
    ]) {
      assert.doesNotThrow(() => through(wrapped))
    }
  }
  assert.equal(through({ a: 1, p: revoked() }).a, 1)
  assert.doesNotThrow(() => through(revoked(function target() {})))
})

test('encodes cycles', () => {
  /** @type {any} */
  const object = { a: 1 }
  object.self = object
  object.list = [object]
  object.map = new Map([['object', object]])
  const result = through(object)
  assert.equal(result.a, 1)
  for (const place of [result.self, result.list[0], result.map.object]) {
    assert.match(place, /^\[Circular/)
  }
})

test('encodes values nested 100000 levels deep', () => {
  let object = {}
  let list = []
  /** @type {any} */
  let error = new Error('innermost')
  for (let i = 0; i < 100_000; i++) {
    object = { object }
    list = [list]
    error = new Error('outer', { cause: error })
  }
  for (const value of [object, list, error, { error }]) assert.doesNotThrow(() => through(value))
  assert.equal(through(error).cause.cause.message, 'outer')
})

test('keeps own keys of any name and does not change prototypes', () => {
  const text = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"a":1}'
  assert.equal(encodeValue(JSON.parse(text)), text)
  assert.equal(encodeValue(new Map(Object.entries(JSON.parse(text)))), text)
  assert.equal(/** @type {any} */ ({}).polluted, undefined)
})

test('encodes 5 MB of text', () => {
  const text = 'ä"\n\u{1f600}x'.repeat(900_000)
  assert.equal(through({ text }).text, text)
})

test('encodes lone surrogates as valid UTF-8', () => {
  for (const text of ['\ud800', 'a\udc00b', '\udc00\ud800', '\u{1f600}\ud83d']) {
    for (const json of [encodeString(text), encodeValue({ [text]: text })]) {
      assert.equal(Buffer.from(String(json)).toString(), json)
      assert.deepEqual(JSON.parse(String(json)), json?.startsWith('{') ? { [text]: text } : text)
    }
  }
})

test('encodes an error with its parts', () => {
  const cause = new TypeError('deep')
  const error = Object.assign(new RangeError('shallow', { cause }), { code: 'E_X', extra: 1n })
  const result = through(error)
  assert.deepEqual(Object.keys(result), ['type', 'message', 'stack', 'code', 'cause', 'extra'])
  assert.equal(result.type, 'RangeError')
  assert.equal(result.stack, error.stack)
  assert.deepEqual([result.code, result.extra, result.message], ['E_X', 1, 'shallow'])
  assert.equal(result.cause.type, 'TypeError')
  assert.equal(result.cause.stack, cause.stack)
  assert.deepEqual(through({ error }).error, result)
})

test('names the type of an error whose class sets no name, or whose instance does', () => {
  class Custom extends Error {}
  assert.equal(through(new Custom('x')).type, 'Custom')
  assert.equal(through(Object.assign(new Error('x'), { name: 'Named' })).type, 'Named')
  const orphan = new Error('x')
  Object.setPrototypeOf(orphan, null)
  assert.doesNotThrow(() => through(orphan))
})

test('encodes causes that are not errors, and errors that are their own cause', () => {
  assert.equal(through(new Error('x', { cause: 'text' })).cause, 'text')
  assert.deepEqual(through(new Error('x', { cause: { a: 1n } })).cause, { a: 1 })
  assert.equal(through(new Error('x', { cause: null })).cause, null)
  const self = new Error('self')
  self.cause = self
  assert.match(through(self).cause, /^\[Circular/)
  const one = new Error('one')
  const two = Object.assign(new Error('two'), { origin: { errors: [one] } })
  Object.assign(one, { two })
  assert.match(through(one).two.origin.errors[0], /^\[Circular/)
})

test('encodes an AggregateError, nested and with a cycle in its list', () => {
  const inner = new AggregateError([new TypeError('a')], 'inner')
  const outer = new AggregateError([inner, 'text', 1n], 'outer')
  const { type, errors } = through(outer)
  assert.equal(type, 'AggregateError')
  assert.equal(errors[0].errors[0].type, 'TypeError')
  assert.deepEqual(errors.slice(1), ['text', 1])
  /** @type {any[]} */
  const list = []
  list.push(list, outer)
  outer.errors = list
  assert.doesNotThrow(() => through(outer))
})

test('loses only the part of an error whose getter throws', () => {
  for (const part of ['name', 'message', 'stack', 'code', 'cause', 'extra']) {
    const error = Object.assign(new Error('m'), { kept: 1 })
    Object.defineProperty(error, part, { get: thrower, enumerable: true })
    const result = through({ error }).error
    assert.equal(result[part === 'name' ? 'type' : part], '[Throws: no]', part)
    assert.equal(result.kept, 1)
  }
  const all = new Error('m')
  for (const part of ['stack', 'name', 'message'])
    Object.defineProperty(all, part, { get: thrower })
  assert.equal(through(all).message, '[Throws: no]')
  for (const part of ['code', 'cause', 'errors', 'extra']) {
    assert.equal(through(Object.assign(new Error('m'), { [part]: revoked() })).message, 'm')
  }
})

test("keeps an error's own fields of any name", () => {
  const error = new Error('m')
  for (const key of ['constructor', 'toString', '__proto__']) {
    Object.defineProperty(error, key, { value: key, enumerable: true })
  }
  const result = through(error)
  for (const key of ['constructor', 'toString', '__proto__']) {
    assert.equal(Object.getOwnPropertyDescriptor(result, key)?.value, key)
  }
})

test('encodes an error of another realm, and one with its own toJSON', () => {
  const foreign = vm.runInNewContext('new TypeError("far", { cause: new Error("farther") })')
  assert.ok(isError(foreign))
  assert.equal(through({ foreign }).foreign.type, 'TypeError')
  assert.equal(through(foreign).cause.message, 'farther')
  const error = Object.assign(new Error('m'), { toJSON: () => ({ a: 1 }) })
  assert.equal(through(error).type, 'Error')
  assert.equal(through({ error }).error.a, 1)
  assert.equal(isError(revoked()), false)
})

test('property: any value gives undefined or JSON', () => {
  const anything = fc.anything({
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withNullPrototype: true,
    withObjectString: true,
    withSparseArray: true,
    withTypedArray: true,
    withUnicodeString: true,
  })
  fc.assert(
    fc.property(anything, (value) => {
      const text = encodeValue(value)
      if (text !== undefined) JSON.parse(text)
    }),
    { numRuns: 2000 },
  )
})

test('property: a JSON value survives encoding unchanged', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      assert.deepEqual(through(value), JSON.parse(JSON.stringify(value)))
    }),
    { numRuns: 1000 },
  )
})
