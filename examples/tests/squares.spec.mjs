// Tests for vitest.

import { expect, test } from 'vitest'
import { square } from './squares.js'

for (let number = -5; number < 5; number++) {
  test(`the square of ${number}`, () => expect(square(number)).toBe(number ** 2))
}
