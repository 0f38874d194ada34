// Output: writes bytes to a standard stream's file descriptor, which may be a pipe that is full.

import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { isatty } from 'node:tty'
import { monotonic } from '../core/clock.js'
import { process } from '../core/originals.js'
import { sleep } from '../core/sleep.js'
import { writeSync } from '../core/stdio.js'

/** Longest time (ms) a write waits for a reader that reads nothing. */
const STALL_LIMIT = 5000
/** PIPE_BUF on Linux: writes up to this size are atomic, so that no other process's text splits a line. */
const PIECE = 4096
const LINE_FEED = 0x0a

/** Writes all bytes, blocking. Throws the system's error, or ETIMEDOUT after 5 s without progress. */
export function writeFully(fd: number, bytes: Uint8Array): void {
  let written = 0
  let deadline = 0
  while (written < bytes.length) {
    try {
      written += writeSync(fd, bytes, written)
      deadline = 0
    } catch (error) {
      // A pipe that the application opened itself is non-blocking:
      // https://nodejs.org/api/process.html#a-note-on-process-io
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
      deadline ||= monotonic() + STALL_LIMIT
      if (monotonic() > deadline)
        throw new Error(`ETIMEDOUT: nothing reads from file descriptor ${fd}`)
      sleep(1)
    }
  }
}

/**
 * Writes the first whole lines that fit into one atomic write (4096 bytes), or everything if the first line is longer.
 * Returns the number of bytes written. Throws the system's error: EAGAIN if the pipe is full.
 */
export function writeSome(fd: number, bytes: Uint8Array): number {
  const end = bytes.length <= PIECE ? bytes.length : bytes.lastIndexOf(LINE_FEED, PIECE - 1) + 1
  return writeSync(fd, bytes, 0, end || bytes.length)
}

/**
 * Opens a second, non-blocking descriptor for a pipe or terminal and leaves the application's own unchanged. Undefined
 * where that is not possible: for sockets and files, and on systems other than Linux.
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

/** Ends the line of a file that a listener was writing when it was killed, so that the next one stands by itself. */
export function endLine(fd: number): void {
  if (process.platform !== 'linux') return
  try {
    const stat = fstatSync(fd)
    if (stat.isFile() && stat.size > 0 && lastByteOf(fd, stat.size) !== LINE_FEED)
      writeSync(fd, Buffer.of(LINE_FEED), 0)
  } catch {
    // A file that may only be written.
  }
}

// The descriptor itself may not be read.
function lastByteOf(fd: number, size: number): number | undefined {
  const file = openSync(`/proc/self/fd/${fd}`, constants.O_RDONLY)
  try {
    const byte = Buffer.alloc(1)
    readSync(file, byte, 0, 1, size - 1)
    return byte[0]
  } finally {
    closeSync(file)
  }
}
