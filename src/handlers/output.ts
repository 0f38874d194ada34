// Output: bytes to a file descriptor that may be a pipe which is full for a while.

import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs'
import { isatty } from 'node:tty'
import { monotonic } from '../core/clock.js'
import { sleep } from '../core/sleep.js'

/** Milliseconds a write waits at most for a reader that takes nothing. */
const STALL_LIMIT = 5000
/** Bytes a pipe takes as one piece or not at all: nobody else's text gets into the middle of a line. */
const PIECE = 4096
const LINE_FEED = 0x0a

/** Writes all bytes; throws what the system says, and ETIMEDOUT after 5 s without any progress. */
export function writeFully(fd: number, bytes: Uint8Array): void {
  let written = 0
  let deadline = 0
  while (written < bytes.length) {
    try {
      written += writeSync(fd, bytes, written)
      deadline = 0
    } catch (error) {
      // A pipe that the application itself has opened does not block: https://nodejs.org/api/process.html#a-note-on-process-io
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
      deadline ||= monotonic() + STALL_LIMIT
      if (monotonic() > deadline) throw new Error(`ETIMEDOUT: nobody reads from descriptor ${fd}`)
      sleep(1)
    }
  }
}

/**
 * Writes what the system takes of the first whole lines that make a piece; returns how many bytes that were. Throws what
 * the system says, EAGAIN from a pipe that is full.
 */
export function writeSome(fd: number, bytes: Uint8Array): number {
  const end = bytes.length <= PIECE ? bytes.length : bytes.lastIndexOf(LINE_FEED, PIECE - 1) + 1
  return writeSync(fd, bytes, 0, end || bytes.length)
}

/**
 * A descriptor for the same pipe or terminal that does not wait for its reader, without changing the application's own.
 * Undefined where that cannot be had: a socket, a file, another system than Linux.
 */
export function openOutput(
  fd: number,
): { readonly fd: number; readonly close: () => void } | undefined {
  if (process.platform !== 'linux') return undefined
  try {
    if (!fstatSync(fd).isFIFO() && !isatty(fd)) return undefined
    const flags = constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY
    const own = openSync(`/proc/self/fd/${fd}`, flags)
    return { fd: own, close: () => closeSync(own) }
  } catch {
    return undefined
  }
}
