'use strict'
// The text of plain arguments: always what Node's `util.format` makes of them.

const assert = require('node:assert/strict')
const { it } = require('node:test')
const { format, inspect } = require('node:util')
const { formatted } = require('../../../dist/adapters/kit/capture/inspected')

class Named {
  a = 1
}

const VALUES = [
  ...[
    0,
    -0,
    1.5,
    1e21,
    Number.NaN,
    10n,
    true,
    null,
    undefined,
    '',
    'text',
    "it's",
    'a"b',
    'ü',
    'a\nb',
    '\\',
  ],
  ...[
    [],
    [1, 2],
    {},
    { a: { b: 1 } },
    new Named(),
    new Map(),
    new Date(0),
    /x/,
    Symbol('s'),
    () => 1,
  ],
  ...[
    Object.create(null),
    new Proxy({ a: 1 }, {}),
    { [Symbol('s')]: 1 },
    { [Symbol.toStringTag]: 'T' },
  ],
  ...[
    { constructor: 1 },
    { 'a b': 1 },
    { 9: 1 },
    {
      get a() {
        return 1
      },
    },
    { [inspect.custom]: () => 'own' },
  ],
  ...[Object.defineProperty({ a: 1 }, 'hidden', { value: 1 }), JSON.parse('{"__proto__":1}')],
]

it('of every kind of value, alone, behind a text, and as a member', () => {
  for (const value of VALUES) {
    for (const args of [
      [value, 'x'],
      ['text', value],
      ['%s', value],
      ['text', { id: 1, value, user: 'u-17' }],
    ])
      assert.equal(formatted(args), format(...args))
  }
})

it('of objects around the length at which Node breaks the line', () => {
  for (let keys = 1; keys < 20; keys++) {
    for (let length = 0; length < 80; length++) {
      const value = Object.fromEntries(Array.from({ length: keys }, (_, i) => [`k${i}`, i]))
      const args = ['text', { ...value, long: 'x'.repeat(length) }]
      assert.equal(formatted(args), format(...args))
    }
  }
})

it('with other defaults of the application', (t) => {
  const { compact, breakLength } = inspect.defaultOptions
  t.after(() => Object.assign(inspect.defaultOptions, { compact, breakLength }))
  for (const options of [
    { compact: false },
    { breakLength: 20 },
    { sorted: true },
    { depth: -1 },
  ]) {
    const before = { ...inspect.defaultOptions }
    Object.assign(inspect.defaultOptions, options)
    const args = ['text', { id: 1, b: 'bbbbbbbbbbbbbbbbbbbb', a: 2 }]
    assert.equal(formatted(args), format(...args))
    Object.assign(inspect.defaultOptions, before)
  }
})
