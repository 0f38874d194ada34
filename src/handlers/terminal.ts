// Terminal: whether a file descriptor shows colors, and how wide it is.

import { closeSync, constants, openSync } from 'node:fs'
import { isatty, WriteStream } from 'node:tty'
import { process } from '../core/originals.js'

/** Evaluates NO_COLOR, FORCE_COLOR, NODE_DISABLE_COLORS and TERM as Node.js does. */
export function hasColors(fd: number): boolean {
  if (!isatty(fd) && process.env.FORCE_COLOR === undefined) return false
  return WriteStream.prototype.getColorDepth(process.env) > 2
}

/** The value of `COLUMNS`, else the terminal's current width in columns; undefined if neither is known. */
export function columnsOf(fd: number): number | undefined {
  const given = Number(process.env.COLUMNS)
  if (given > 0) return given
  return isatty(fd) ? measure(fd) : undefined
}

// Opens a descriptor of its own: destroying the WriteStream closes the descriptor it was made from.
function measure(fd: number): number | undefined {
  let own: number | undefined
  try {
    own = openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NOCTTY)
    const stream = new WriteStream(own)
    own = undefined
    const { columns } = stream
    stream.destroy()
    return columns > 0 ? columns : undefined
  } catch {
    if (own !== undefined) closeSync(own)
    return undefined
  }
}
