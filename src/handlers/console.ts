// Console handler: writes lines to the root's stdout or stderr, pretty on a terminal and JSON otherwise.

import { isatty } from 'node:tty'
import { type KeyOptions, keysOf } from '../config/format.js'
import type { ConsoleHandlerOptions } from '../config/handlers.js'
import { levelNumber } from '../core/level.js'
import { createJson } from '../formatters/json.js'
import { createPretty } from '../formatters/pretty.js'
import { createRaw } from '../formatters/raw.js'
import { Backlog } from './backlog.js'
import { createFilter } from './filter.js'
import { Fold } from './fold.js'
import type { Delivery, Handler, HandlerContext } from './handler.js'
import { type Format, Lines } from './lines.js'
import { endLine, openOutput, writeFully, writeSome } from './output.js'
import { columnsOf, hasColors } from './terminal.js'

type Context = Pick<
  HandlerContext,
  'kept' | 'limit' | 'wait' | 'policy' | 'dropped' | 'progressed' | 'isOwnThread' | 'isSuccessor'
>
type Stream = Handler & Required<Pick<Handler, 'retry' | 'waiting' | 'drain'>>

/** `stream` defaults to `stdout`, `format` to `auto`. With `stderr` records from that level on go to stderr. */
export function createConsoleHandler(
  { stream = 'stdout', stderr, ...options }: ConsoleHandlerOptions,
  context: Context,
): Handler {
  const main = createStream(stream, options, context)
  const accepts = createFilter(options)
  if (stderr === undefined || stream === 'stderr') return { ...main, accepts }
  const other = createStream('stderr', options, context)
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
    drain() {
      main.drain()
      other.drain()
    },
    close() {
      main.close?.()
      other.close?.()
    },
  }
}

function createStream(
  stream: 'stdout' | 'stderr',
  format: ConsoleFormat,
  context: Context,
): Stream {
  const label = `console ${stream}`
  const standard = stream === 'stdout' ? 1 : 2
  const lines = new Lines(formatOf(format, standard))
  const output = context.isOwnThread ? openOutput(standard) : undefined
  let isClosed = false
  if (context.isSuccessor) endLine(standard)
  // If the reading end of the pipe closes (`app | head -1`), the handler stops writing and the process goes on.
  const write = (bytes: Uint8Array): number => {
    if (isClosed) return bytes.length
    try {
      if (output) return writeSome(output.fd, bytes)
      writeFully(standard, bytes)
    } catch (error) {
      if (!isReaderGone(error)) throw error
      isClosed = true
    }
    return bytes.length
  }
  const backlog = new Backlog({ label, lines, write, context })
  if (context.kept) backlog.takeOver(context.kept)
  const pass = (records: readonly Delivery[]): void => {
    if (!isClosed) backlog.write(records)
  }
  const fold = folds(format, standard) ? new Fold(pass) : undefined
  return {
    label,
    write: (records: readonly Delivery[]) => (fold ? fold.write(records) : pass(records)),
    retry: () => Math.min(fold?.retry() ?? Number.POSITIVE_INFINITY, backlog.retry()),
    waiting: () => backlog.size,
    handOver() {
      fold?.end()
      return backlog.handOver()
    },
    drain() {
      fold?.end()
      backlog.drain()
    },
    close() {
      fold?.end()
      output?.close()
    },
  }
}

interface ConsoleFormat extends KeyOptions {
  readonly format?: ConsoleHandlerOptions['format']
  readonly clock?: ConsoleHandlerOptions['clock']
  readonly fold?: boolean
}

// Only for people: a file, a pipe and JSON get every record.
function folds({ format = 'auto', fold = true }: ConsoleFormat, fd: number): boolean {
  return fold && (format === 'auto' || format === 'pretty') && isatty(fd)
}

/** How a descriptor shows records; undefined for JSON as it was encoded. */
export function formatOf(options: ConsoleFormat, fd: number): Format | undefined {
  const { format = 'auto' } = options
  const isText = format === 'pretty' || format === 'raw' || (format === 'auto' && isatty(fd))
  if (!isText) return createJson(format, keysOf(options))
  const colors = hasColors(fd)
  return format === 'raw'
    ? createRaw({ colors })
    : createPretty({ colors, columns: columnsOf(fd), isLive: isatty(fd), clock: options.clock })
}

function isReaderGone(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  return ['EPIPE', 'EBADF', 'ECONNRESET', 'EIO'].includes(code)
}
