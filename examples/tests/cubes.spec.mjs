// Tests for vitest, in a process of their own.

import { expect, test } from 'vitest'
import { square } from './squares.js'

for (let number = -5; number < 5; number++) {
  test(`the cube of ${number}`, () => expect(square(number) * number).toBe(number ** 3))
}
