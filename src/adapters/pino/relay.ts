// Root: gives children's lines to the application's own loggers, or to destinations like those the children wanted.

import { encodeValue } from '../../core/encode.js'
import { notice, reasonOf } from '../../core/notice.js'
import type { LogRecord } from '../../core/record.js'
import { readPino } from '../../deferred/pino.js'
import { packLine, unpackLine } from '../kit/capture/line.js'
import { decodeTarget, type Reached } from '../kit/capture/sink.js'
import { type Identity, Loggers } from '../kit/identity/loggers.js'
import { guardStream } from '../kit/relay/pipe.js'
import type { Target } from './destinations.js'
import type { Line } from './finish.js'
import {
  deliver,
  type Library,
  type Logger,
  libraryOf,
  type Metadata,
  type Stream,
} from './library.js'

/** What a child puts beside a record. */
export interface Origin {
  readonly name?: string | undefined
  readonly place?: string | undefined
  /** Where the child has written to; without any, only a logger of this identity can take it. */
  readonly to?: readonly Reached[]
  /** The copy of pino that the child uses. */
  readonly from: string
}

export type Extra = readonly [origin: Origin, level: number, time: unknown, line: string]

/** One line of text; `origin` is JSON. */
export function packExtra(
  origin: string,
  { lastLevel, lastTime, text }: Pick<Line, 'lastLevel' | 'lastTime' | 'text'>,
): string {
  return packLine(`[${origin},${lastLevel},${encodeValue(lastTime) ?? 'null'}]`, text)
}

export function unpackExtra(text: string): Extra {
  const { head, line } = unpackLine(text)
  const [origin, level, time] = head as Extra
  return [origin, level, time, line]
}

/** Loggers of all copies that the application has loaded here. */
export const loggers: Loggers<{ readonly library: Library; readonly logger: Logger }> =
  new Loggers()
export const libraries: Set<Library> = new Set<Library>()

const opened = new Map<string, Stream | undefined>()

/** False if nobody has taken the line; undefined if only a logger that is not here can. */
export function give(record: LogRecord, extra: Extra): boolean | undefined {
  const [origin, level, , line] = extra
  const { name, place, to } = origin
  const found = place === undefined ? undefined : loggers.find({ name, place } satisfies Identity)
  const metadata = (): Metadata => ({
    lastLevel: level,
    ...contentsOf(record, extra),
    lastLogger: found?.logger,
  })
  if (found) {
    const stream = found.logger[found.library.pino.symbols.streamSym] as Stream
    return write(stream, record, () => deliver(stream, line, metadata))
  }
  if (to === undefined) return undefined
  const taken = to.map((reached) => {
    const [target, text] = typeof reached === 'string' ? [reached, line] : reached
    const stream = open(target, origin)
    return stream !== undefined && write(stream, record, () => deliver(stream, text, metadata))
  })
  return taken.includes(true)
}

// What stood in the call; of a bare record it is read from its line.
function contentsOf(
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

function write(stream: Stream, { source }: LogRecord, act: () => void): boolean {
  if (hasEnded(stream)) return false
  const standard = [process.stdout, process.stderr].find((each) => (each as unknown) === stream)
  if (standard) guardStream(standard, source)
  act()
  // Its own flush at the end has been.
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
    // Not open yet: then nothing can be done in time.
  }
}

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
    on?.call(stream, 'error', complain)
    return stream
  } catch (error) {
    complain(error)
    return undefined
  }
}

function complain(error: unknown): void {
  notice('LOGSHARE_WARN_HANDLER', `a child's pino destination failed: ${reasonOf(error)}`, 'pino')
}

const RECORDS_OWN = new Set(['level', 'time', 'pid', 'tid', 'source', 'seq', 'name', 'msg', 'lib'])

function fieldsOf(record: LogRecord): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !RECORDS_OWN.has(key)))
}
