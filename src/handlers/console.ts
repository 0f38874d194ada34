// The console handler: lines on the process's own stdout or stderr, pretty for people and JSON for programs.

import { isatty, WriteStream } from 'node:tty'
import type { ConsoleHandlerOptions } from '../core/options.js'
import { createPretty } from '../formatters/pretty.js'
import { Backlog } from './backlog.js'
import { createFilter } from './filter.js'
import type { Handler, Surroundings } from './handler.js'
import { Lines } from './lines.js'
import { openOutput, writeFully, writeSome } from './output.js'

export function createConsoleHandler(
  { stream = 'stdout', format = 'auto', ...options }: ConsoleHandlerOptions,
  place: Pick<Surroundings, 'limit' | 'wait' | 'policy' | 'dropped' | 'moved' | 'isOwnThread'>,
): Handler {
  const label = `console ${stream}`
  const standard = stream === 'stdout' ? 1 : 2
  const pretty = format === 'pretty' || (format === 'auto' && isatty(standard))
  const lines = new Lines(pretty ? createPretty({ colors: hasColors(standard) }) : undefined)
  const output = place.isOwnThread ? openOutput(standard) : undefined
  let isClosed = false
  // A reader that has gone (`app | head -1`) ends the writing, not the process.
  const write = (bytes: Uint8Array): number => {
    if (isClosed) return bytes.length
    try {
      if (output) return writeSome(output.fd, bytes)
      writeFully(standard, bytes)
    } catch (error) {
      if (!isGone(error)) throw error
      isClosed = true
    }
    return bytes.length
  }
  const backlog = new Backlog({ label, lines, write, place })
  return {
    label,
    accepts: createFilter(options),
    write: (records) => {
      if (!isClosed) backlog.write(records)
    },
    retry: () => backlog.retry(),
    waiting: () => backlog.size,
    settle: () => backlog.settle(),
    close: () => output?.close(),
  }
}

function isGone(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  return ['EPIPE', 'EBADF', 'ECONNRESET', 'EIO'].includes(code)
}

// NO_COLOR, FORCE_COLOR, NODE_DISABLE_COLORS and TERM, as Node itself reads them.
function hasColors(fd: number): boolean {
  if (!isatty(fd) && process.env.FORCE_COLOR === undefined) return false
  return WriteStream.prototype.getColorDepth(process.env) > 2
}
