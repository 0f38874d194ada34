// Output: bytes to a file descriptor, all of them, although the descriptor may be a pipe that is full for a while.

import { writeSync } from 'node:fs'
import { monotonic } from '../core/clock.js'

/** Milliseconds a write waits at most for a reader that takes nothing. */
const STALL_LIMIT = 5000

const never = new Int32Array(new SharedArrayBuffer(4))

/** Writes `length` bytes; throws what the system says, and ETIMEDOUT after 5 s without any progress. */
export function writeFully(fd: number, bytes: Uint8Array, length: number = bytes.length): void {
  let written = 0
  let deadline = 0
  while (written < length) {
    try {
      written += writeSync(fd, bytes, written, length - written)
      deadline = 0
    } catch (error) {
      // A pipe that the application itself has opened does not block: https://nodejs.org/api/process.html#a-note-on-process-io
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
      deadline ||= monotonic() + STALL_LIMIT
      if (monotonic() > deadline) throw new Error(`ETIMEDOUT: nobody reads from descriptor ${fd}`)
      Atomics.wait(never, 0, 0, 1)
    }
  }
}
