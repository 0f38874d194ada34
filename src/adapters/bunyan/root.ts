// Root: gives children's records to the application's own loggers, or to streams like those the children wanted.

import { appendFileSync } from 'node:fs'
import { notice, reasonOf } from '../../core/notice.js'
import type { LogRecord } from '../../core/record.js'
import { packLine, unpackLine } from '../beside.js'
import { Loggers } from '../loggers.js'
import { shield } from '../shield.js'
import { decodeTarget, type Reached } from '../sink.js'
import { type Bunyan, type Library, type Logger, libraryOf, type Rec } from './library.js'

/** What a child puts beside a record. */
export interface Origin {
  readonly name: string
  readonly place?: string | undefined
  /** Where the child has written to; without any, only a logger of this name can take it. */
  readonly to?: readonly Reached[]
  /** The copy of bunyan that the child uses. */
  readonly from: string
}

/** Loggers of all copies that the application has loaded here. */
export const loggers: Loggers<Logger> = new Loggers()
export const libraries: Set<Library> = new Set<Library>()

const opened = new Map<string, Logger | undefined>()

/** One line of text. */
export function packExtra(origin: Origin, line: string): string {
  return packLine(JSON.stringify(origin), line)
}

/**
 * False if nobody has taken the record; undefined if only a logger that is not here can. Throws for an extra that
 * `packExtra` has not made.
 */
export function give({ source }: LogRecord, extra: string): boolean | undefined {
  const { head, line } = unpackLine(extra)
  const origin = head as Origin
  const { name, place = '', to } = origin
  const found = loggers.find({ name, place })
  if (found) {
    for (const { stream } of found.streams) shieldStandard(stream, source)
    emit(found, line)
    return true
  }
  if (to === undefined) return undefined
  const taken = to.map((reached) => {
    const [target, text] = typeof reached === 'string' ? [reached, line] : reached
    if (target === '1' || target === '2') {
      const stream = target === '1' ? process.stdout : process.stderr
      shield(stream, source)
      stream.write(text)
      return true
    }
    const logger = open(target, origin)
    if (logger) emit(logger, text)
    return logger !== undefined
  })
  return taken.includes(true)
}

function shieldStandard(stream: unknown, source: string): void {
  if (stream === process.stdout) shield(process.stdout, source)
  if (stream === process.stderr) shield(process.stderr, source)
}

function emit(logger: Logger, line: string): void {
  const values = JSON.parse(line) as Rec
  const rec = { ...values, time: new Date(values.time) }
  if ((process as { _exiting?: boolean })._exiting) emitAtOnce(logger, rec, line)
  else logger._emit(rec)
}

// Nothing is written behind the end of the process.
function emitAtOnce({ streams }: Logger, rec: Rec, line: string): void {
  for (const { level, raw, path, stream } of streams) {
    if (level > rec.level) continue
    if (path === undefined) stream.write(raw ? rec : line)
    else appendFileSync(path, line)
  }
}

function open(target: string, { from }: Origin): Logger | undefined {
  if (!opened.has(target)) opened.set(target, create(target, from))
  return opened.get(target)
}

// A logger, for bunyan makes its streams for loggers only.
function create(text: string, from: string): Logger | undefined {
  try {
    const loaded: unknown = libraries.size > 0 ? undefined : require(from)
    const library = [...libraries][0] ?? libraryOf(loaded, from)
    if (!library) return undefined
    const stream = { ...(decodeTarget(text) as object), level: 1 }
    const { bunyan: Original } = library as { readonly bunyan: Bunyan }
    const logger = new Original({ name: 'logshare', streams: [stream] })
    const { on } = logger as { on?: (event: string, listener: (error: unknown) => void) => void }
    on?.call(logger, 'error', complain)
    return logger
  } catch (error) {
    complain(error)
    return undefined
  }
}

function complain(error: unknown): void {
  notice('LOGSHARE_WARN_HANDLER', `a child's bunyan stream failed: ${reasonOf(error)}`, 'bunyan')
}
