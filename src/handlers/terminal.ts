// Terminal: what a standard stream can show.

import { closeSync, constants, openSync } from 'node:fs'
import { isatty, WriteStream } from 'node:tty'

/** NO_COLOR, FORCE_COLOR, NODE_DISABLE_COLORS and TERM, as Node itself reads them. */
export function hasColors(fd: number): boolean {
  if (!isatty(fd) && process.env.FORCE_COLOR === undefined) return false
  return WriteStream.prototype.getColorDepth(process.env) > 2
}

/** Columns of the terminal as it is now, or what `COLUMNS` says; undefined where nobody knows. */
export function columnsOf(fd: number): number | undefined {
  const given = Number(process.env.COLUMNS)
  if (given > 0) return given
  return isatty(fd) ? measure(fd) : undefined
}

// Through a descriptor of our own: one that is asked for its size is closed with what asks.
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
