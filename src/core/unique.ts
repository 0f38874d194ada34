// Unique: digits for names that no other process uses. They are no secret, and node:crypto takes 2 ms to load.

import { hrtime } from './originals.js'

const { random } = Math

/** Eight hex digits. The clock counts, too: `--random-seed` makes the numbers of all processes the same. */
export function uniqueHex(): string {
  const [, nanoseconds] = hrtime()
  return (((random() * 2 ** 32) ^ nanoseconds) >>> 0).toString(16).padStart(8, '0')
}
