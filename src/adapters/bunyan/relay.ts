// Root: gives children's records to the application's own loggers, or to streams like those the children wanted.

import { appendFileSync } from 'node:fs'
import { notice, reasonOf } from '../../core/notice.js'
import type { LogRecord } from '../../core/record.js'
import { packLine, unpackLine } from '../kit/capture/line.js'
import { decodeTarget, type Reached } from '../kit/capture/sink.js'
import { Loggers } from '../kit/identity/loggers.js'
import { guardStream } from '../kit/relay/pipe.js'
import { type Bunyan, type Library, type Logger, libraryOf, type Rec } from './library.js'
import { revive, type Shaped } from './rebuild.js'

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

/** For a logger that the root has, too: what a record of ours does not have of one of bunyan's. */
export function packShape(origin: Origin, { level, time, v }: Rec, { keys }: Shaped): string {
  const text = texts.get(origin) ?? JSON.stringify(origin)
  texts.set(origin, text)
  return `[${text},${level},${time.getTime()},${v as number},${keys}]`
}

const texts = new WeakMap<Origin, string>()

type Shape = readonly [origin: Origin, level: number, time: number, v: number, keys: string[]]

/**
 * False if nobody has taken the record; undefined if only a logger that is not here can. Throws for an extra that
 * `packExtra` has not made.
 */
export function give(record: LogRecord, extra: string): boolean | undefined {
  const { source } = record
  const shape = extra[0] === '[' ? (JSON.parse(extra) as Shape) : undefined
  const { head, line } = shape ? { head: shape[0], line: '' } : unpackLine(extra)
  const origin = head as Origin
  const { name, place = '', to } = origin
  const found = loggers.find({ name, place })
  if (found) {
    for (const { stream } of found.streams) shieldStandard(stream, source)
    emit(found, shape ? made(record, shape) : parsed(line))
    return true
  }
  if (to === undefined) return undefined
  const taken = to.map((reached) => {
    const [target, text] = typeof reached === 'string' ? [reached, line] : reached
    if (target === '1' || target === '2') {
      const stream = target === '1' ? process.stdout : process.stderr
      guardStream(stream, source)
      stream.write(text)
      return true
    }
    const logger = open(target, origin)
    if (logger) emit(logger, parsed(text))
    return logger !== undefined
  })
  return taken.includes(true)
}

function shieldStandard(stream: unknown, source: string): void {
  if (stream === process.stdout) guardStream(process.stdout, source)
  if (stream === process.stderr) guardStream(process.stderr, source)
}

function made(record: LogRecord, [{ name }, level, time, v, keys]: Shape): Rec {
  return revive(record, keys, { name, level, time: new Date(time), v })
}

function parsed(line: string): Rec {
  const values = JSON.parse(line) as Rec
  const time = new Date(values.time)
  // An application may have given it another one, in whatever form.
  return time.toJSON() === (values.time as unknown) ? { ...values, time } : values
}

function emit(logger: Logger, rec: Rec): void {
  if ((process as { _exiting?: boolean })._exiting) emitAtOnce(logger, rec)
  else logger._emit(rec)
}

// Nothing is written behind the end of the process.
function emitAtOnce(logger: Logger, rec: Rec): void {
  const line = logger._emit(rec, true) ?? ''
  for (const { level, raw, path, stream } of logger.streams) {
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
