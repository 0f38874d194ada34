'use strict'
// Glob: names and patterns, compared with a regular expression, and sizes at which one would not end.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const fc = require('fast-check')
const { matchGlob } = require('../../dist/core/glob.js')

/** @type {[pattern: string, text: string, matches: boolean][]} */
const CASES = [
  ['db', 'db', true],
  ['db', 'db.pool', true],
  ['db', 'dbx', false],
  ['db.*', 'db', false],
  ['*', '', true],
  ['', '', true],
  ['', 'a', false],
  ['', '.a', true],
  ['*.pool', 'a.b.pool.x', true],
  ['*.pool', 'a.pools', false],
  ['a*b*c', 'a-b-b-c', true],
  ['a*b*c', 'a-c-b', false],
  ['*l', 'pool.small', true],
  ['*o', 'a.bo:c', true],
  ['a+(b)', 'a+(b)', true],
  ['two*lines', 'two\nlines', true],
]

for (const [pattern, text, matches] of CASES) {
  test(`'${pattern}' ${matches ? 'matches' : 'does not match'} ${JSON.stringify(text)}`, () => {
    assert.equal(matchGlob(pattern, text, { separators: '.:' }), matches)
  })
}

test('property: the result is that of a regular expression', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?', '/'), maxLength: 12 })
  fc.assert(
    fc.property(letters, letters, fc.boolean(), (pattern, text, hasQuestion) => {
      const escaped = pattern.replace(/[.?/]/g, (each) =>
        each === '?' && hasQuestion ? '.' : `\\${each}`,
      )
      const expected = new RegExp(`^${escaped.replaceAll('*', '[^]*')}(?:[./]|$)`, 's')
      assert.equal(matchGlob(pattern, text, { separators: './', hasQuestion }), expected.test(text))
    }),
    { numRuns: 5000 },
  )
})

// A regular expression tries all ways to divide the name among the stars: 10^25 of them.
test('a name of 100,000 characters and a pattern of five stars', () => {
  const name = 'a'.repeat(100_000)
  assert.equal(matchGlob('*a*a*a*a*b', name), false)
  assert.equal(matchGlob('*a*a*a*a*b', name, { separators: '.:' }), false)
  assert.equal(matchGlob('*a*a*a*a*b', `${name}b`), true)
})
