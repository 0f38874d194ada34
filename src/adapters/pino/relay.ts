// Relay: writes a child's line to the destination of the root's logger, or to one that the root opens for the child.

import { notice, reasonOf } from '../../core/notice.js'
import type { LogRecord } from '../../core/record.js'
import { readPino } from '../../deferred/pino.js'
import { whileRelaying } from '../kit/adapter.js'
import { decodeTarget } from '../kit/capture/sink.js'
import { type Identity, Loggers } from '../kit/identity/loggers.js'
import { guardStream } from '../kit/relay/pipe.js'
import { fromDeferredExtra } from './deferred.js'
import type { Target } from './destinations.js'
import {
  type Library,
  type Logger,
  libraryOf,
  type Metadata,
  type Stream,
  streamOf,
  writeLine,
} from './library.js'
import { fromShortExtra } from './rebuild.js'
import { type Extra, fromExtra, type Origin } from './record.js'

/** The root's loggers, from all loaded copies of pino. */
export const loggers: Loggers<{ readonly library: Library; readonly logger: Logger }> =
  new Loggers()
/** The copies of pino that the root has loaded. */
export const libraries: Set<Library> = new Set<Library>()

/**
 * Returns false if the line was not written, undefined if the root does not have the line's logger yet. `json` is the
 * record's text.
 */
export function relay(
  record: LogRecord,
  text: string | undefined,
  json: string,
): boolean | undefined {
  if (text === undefined) return false
  try {
    const extra = fromDeferredExtra(text) ?? fromShortExtra(record, json, text) ?? fromExtra(text)
    return whileRelaying(() => relayLine(record, extra))
  } catch (error) {
    const reason = `pino in the root could not write a record: ${reasonOf(error)}`
    notice('LOGSHARE_WARN_HANDLER', reason, 'pino')
    return false
  }
}

function relayLine(record: LogRecord, extra: Extra): boolean | undefined {
  const [origin, level, , line] = extra
  const { name, place, to } = origin
  const found = place === undefined ? undefined : loggers.find({ name, place } satisfies Identity)
  const metadata = (): Metadata => ({
    lastLevel: level,
    ...callOf(record, extra),
    lastLogger: found?.logger,
  })
  if (found) {
    const stream = streamOf(found.library, found.logger)
    return write(stream, record, () => writeLine(stream, line, metadata))
  }
  if (to === undefined) return undefined
  const written = to.map((reached) => {
    const [target, text] = typeof reached === 'string' ? [reached, line] : reached
    const stream = open(target, origin)
    return stream !== undefined && write(stream, record, () => writeLine(stream, text, metadata))
  })
  return written.includes(true)
}

// What the log call was given. For a deferred record it is read from the line.
function callOf(
  record: LogRecord,
  [, , time, line]: Extra,
): Pick<Metadata, 'lastObj' | 'lastMsg' | 'lastTime'> {
  if (record.msg !== undefined)
    return { lastObj: fieldsOf(record), lastMsg: record.msg, lastTime: time }
  const { msg, fields } = readPino(line, record)
  const own = JSON.parse(line) as { readonly time?: unknown }
  const lastObj: unknown = JSON.parse(`{${fields.slice(1)}}`)
  return { lastObj, lastMsg: msg, lastTime: JSON.stringify(own.time) }
}

const RECORDS_OWN = new Set(['level', 'time', 'pid', 'tid', 'source', 'seq', 'name', 'msg', 'lib'])

function fieldsOf(record: LogRecord): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !RECORDS_OWN.has(key)))
}

function write(stream: Stream, { source }: LogRecord, act: () => void): boolean {
  if (hasEnded(stream)) return false
  const standard = [process.stdout, process.stderr].find((each) => (each as unknown) === stream)
  if (standard) guardStream(standard, source)
  act()
  // While the process exits: the stream has already done its own flush at exit.
  if ((process as { _exiting?: boolean })._exiting) flush(stream)
  return true
}

function hasEnded(stream: Stream): boolean {
  const { destroyed, writable, closed } = stream as {
    readonly destroyed?: unknown
    readonly writable?: unknown
    readonly closed?: unknown
  }
  return destroyed === true || closed === true || writable === false
}

function flush(stream: Stream): void {
  try {
    stream.flushSync?.()
  } catch {
    // The stream is not open yet and will not open before the process ends.
  }
}

/** Streams that the root has opened for children, by target. Undefined if opening failed. */
const opened = new Map<string, Stream | undefined>()

function open(target: string, { from }: Origin): Stream | undefined {
  if (target === '1') return process.stdout as unknown as Stream
  if (target === '2') return process.stderr as unknown as Stream
  if (!opened.has(target)) opened.set(target, create(target, from))
  return opened.get(target)
}

function create(text: string, from: string): Stream | undefined {
  try {
    const loaded: unknown = libraries.size > 0 ? undefined : require(from)
    const library = [...libraries][0] ?? libraryOf(loaded, from)
    const { type, options } = decodeTarget(text) as Target
    const stream =
      type === 'transport'
        ? library?.pino.transport(options)
        : library?.pino.destination({ ...options })
    const { on } = stream as { on?: (event: string, listener: (error: unknown) => void) => void }
    on?.call(stream, 'error', warn)
    return stream
  } catch (error) {
    warn(error)
    return undefined
  }
}

function warn(error: unknown): void {
  const reason = `a pino destination that the root opened for a child failed: ${reasonOf(error)}`
  notice('LOGSHARE_WARN_HANDLER', reason, 'pino')
}
