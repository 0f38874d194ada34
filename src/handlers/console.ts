// The console handler: lines on the process's own stdout or stderr, pretty for people and JSON for programs.

import { isatty } from 'node:tty'
import type { ConsoleHandlerOptions } from '../config/options.js'
import { levelNumber } from '../core/level.js'
import { createPretty } from '../formatters/pretty.js'
import { createRaw } from '../formatters/raw.js'
import { Backlog } from './backlog.js'
import { createFilter } from './filter.js'
import type { Delivery, Handler, Surroundings } from './handler.js'
import { type Format, Lines } from './lines.js'
import { openOutput, writeFully, writeSome } from './output.js'
import { columnsOf, hasColors } from './terminal.js'

type Place = Pick<Surroundings, 'limit' | 'wait' | 'policy' | 'dropped' | 'moved' | 'isOwnThread'>
type Stream = Handler & Required<Pick<Handler, 'retry' | 'waiting' | 'settle'>>

export function createConsoleHandler(
  { stream = 'stdout', format = 'auto', stderr, ...options }: ConsoleHandlerOptions,
  place: Place,
): Handler {
  const main = createStream(stream, format, place)
  const accepts = createFilter(options)
  if (stderr === undefined || stream === 'stderr') return { ...main, accepts }
  const other = createStream('stderr', format, place)
  const least = levelNumber(stderr)
  return {
    label: main.label,
    accepts,
    write(records) {
      const [low, high] = [
        records.filter((r) => r.level < least),
        records.filter((r) => r.level >= least),
      ]
      if (low.length > 0) main.write(low)
      if (high.length > 0) other.write(high)
    },
    retry: () => Math.min(main.retry(), other.retry()),
    waiting: () => main.waiting() + other.waiting(),
    settle() {
      main.settle()
      other.settle()
    },
    close() {
      main.close?.()
      other.close?.()
    },
  }
}

function createStream(
  stream: 'stdout' | 'stderr',
  format: NonNullable<ConsoleHandlerOptions['format']>,
  place: Place,
): Stream {
  const label = `console ${stream}`
  const standard = stream === 'stdout' ? 1 : 2
  const lines = new Lines(formatOf(format, standard))
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
    write: (records: readonly Delivery[]) => {
      if (!isClosed) backlog.write(records)
    },
    retry: () => backlog.retry(),
    waiting: () => backlog.size,
    settle: () => backlog.settle(),
    close: () => output?.close(),
  }
}

function formatOf(
  format: NonNullable<ConsoleHandlerOptions['format']>,
  fd: number,
): Format | undefined {
  if (format === 'json' || (format === 'auto' && !isatty(fd))) return undefined
  const colors = hasColors(fd)
  return format === 'raw' ? createRaw({ colors }) : createPretty({ colors, columns: columnsOf(fd) })
}

function isGone(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  return ['EPIPE', 'EBADF', 'ECONNRESET', 'EIO'].includes(code)
}
