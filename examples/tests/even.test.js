// Tests of even numbers, for `node --test`.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { square } = require('./squares.js')

for (let number = -20; number < 20; number += 2) {
  test(`the square of ${number}`, () => assert.equal(Math.sqrt(square(number)), Math.abs(number)))
}
