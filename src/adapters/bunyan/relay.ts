// Relay: writes a child's record through the root's logger of the same name, or to a stream the root opens for it.

import { appendFileSync } from 'node:fs'
import { notice, reasonOf } from '../../core/notice.js'
import type { LogRecord } from '../../core/record.js'
import { whileRelaying } from '../kit/adapter.js'
import { unpackLine } from '../kit/capture/line.js'
import { decodeTarget } from '../kit/capture/sink.js'
import { Loggers } from '../kit/identity/loggers.js'
import { guardStream } from '../kit/relay/pipe.js'
import { type Bunyan, type Library, type Logger, libraryOf, type Rec } from './library.js'
import { fromShortExtra, rebuildRec } from './rebuild.js'
import { type Origin, parseRec } from './record.js'

/** The root's loggers, from all loaded copies of bunyan. */
export const loggers: Loggers<Logger> = new Loggers()
/** The copies of bunyan that the root has loaded. */
export const libraries: Set<Library> = new Set<Library>()

/** Returns false if the record was not written, undefined if the root does not have its logger yet. */
export function relay(record: LogRecord, extra: string | undefined): boolean | undefined {
  if (extra === undefined) return false
  try {
    return whileRelaying(() => relayRecord(record, extra))
  } catch (error) {
    const reason = `bunyan in the root could not write a record: ${reasonOf(error)}`
    notice('LOGSHARE_WARN_HANDLER', reason, 'bunyan')
    return false
  }
}

function relayRecord(record: LogRecord, extra: string): boolean | undefined {
  const { source } = record
  const short = fromShortExtra(extra)
  const { head, line } = short ? { head: short[0], line: '' } : unpackLine(extra)
  const origin = head as Origin
  const { name, place = '', to } = origin
  const found = loggers.find({ name, place })
  if (found) {
    for (const { stream } of found.streams) guardStandard(stream, source)
    emit(found, short ? rebuildRec(record, short) : parseRec(line))
    return true
  }
  if (to === undefined) return undefined
  const written = to.map((reached) => {
    const [target, text] = typeof reached === 'string' ? [reached, line] : reached
    if (target === '1' || target === '2') {
      const stream = target === '1' ? process.stdout : process.stderr
      guardStream(stream, source)
      stream.write(text)
      return true
    }
    const logger = open(target, origin)
    if (logger) emit(logger, parseRec(text))
    return logger !== undefined
  })
  return written.includes(true)
}

function guardStandard(stream: unknown, source: string): void {
  if (stream === process.stdout) guardStream(process.stdout, source)
  if (stream === process.stderr) guardStream(process.stderr, source)
}

function emit(logger: Logger, rec: Rec): void {
  if ((process as { _exiting?: boolean })._exiting) emitSync(logger, rec)
  else logger._emit(rec)
}

// While the process exits, bunyan's own file streams would no longer write: they are asynchronous.
function emitSync(logger: Logger, rec: Rec): void {
  const line = logger._emit(rec, true) ?? ''
  for (const { level, raw, path, stream } of logger.streams) {
    if (level > rec.level) continue
    if (path === undefined) stream.write(raw ? rec : line)
    else appendFileSync(path, line)
  }
}

/** Loggers that the root has created for children's streams, by target. Undefined if that failed. */
const opened = new Map<string, Logger | undefined>()

function open(target: string, { from }: Origin): Logger | undefined {
  if (!opened.has(target)) opened.set(target, create(target, from))
  return opened.get(target)
}

// Creates a logger for one stream, because bunyan opens streams only for loggers.
function create(text: string, from: string): Logger | undefined {
  try {
    const loaded: unknown = libraries.size > 0 ? undefined : require(from)
    const library = [...libraries][0] ?? libraryOf(loaded, from)
    if (!library) return undefined
    const stream = { ...(decodeTarget(text) as object), level: 1 }
    const { bunyan: Original } = library as { readonly bunyan: Bunyan }
    const logger = new Original({ name: 'logshare', streams: [stream] })
    const { on } = logger as { on?: (event: string, listener: (error: unknown) => void) => void }
    on?.call(logger, 'error', warn)
    return logger
  } catch (error) {
    warn(error)
    return undefined
  }
}

function warn(error: unknown): void {
  const reason = `a bunyan stream that the root opened for a child failed: ${reasonOf(error)}`
  notice('LOGSHARE_WARN_HANDLER', reason, 'bunyan')
}
