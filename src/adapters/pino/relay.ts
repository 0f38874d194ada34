// Relay: writes a child's line to the files and transports of the root's logger.

import { notice, reasonOf } from '../../core/notice.js'
import type { LogRecord } from '../../core/record.js'
import type { Wish } from '../../core/wish.js'
import { readPino } from '../../deferred/pino.js'
import { whileRelaying } from '../kit/adapter.js'
import { type Identity, Loggers } from '../kit/identity/loggers.js'
import { Leads } from '../kit/leads.js'
import { isExiting, waitForGrowth, writeStream } from '../kit/relay/unwritten.js'
import { fromDeferredExtra } from './deferred.js'
import { flush } from './flush.js'
import {
  type Library,
  type Logger,
  type Metadata,
  type Stream,
  streamOf,
  writeLine,
} from './library.js'
import { fromShortExtra } from './rebuild.js'
import { type Extra, fromExtra } from './record.js'
import { ANY, restOf, sharedEnds } from './streams.js'

/** What a child has written itself. */
const WRITTEN = Leads.TERMINAL | Leads.DATA | Leads.OWN
const CAPTURE = { stdout: true, stderr: true }

/** The root's loggers whose destinations are files or transports, from all loaded copies of pino. */
export const loggers: Loggers<{ readonly library: Library; readonly logger: Logger }> =
  new Loggers()

/** The root's files by path. */
export const files: Map<string, Stream & { reopen?(): void }> = new Map()

export function reopen({ path = '' }: Wish): void {
  files.get(path)?.reopen?.()
}

/** The destinations that have got a child's line. */
const relayedTo = new Set<Stream>()

/** Writes what they hold. sonic-boom and thread-stream have their own flush at exit. */
export function writeUnwritten(): void {
  for (const stream of relayedTo) {
    for (const [path, end] of sharedEnds(stream)) {
      // Its own flush would write what follows before the lines that are being written.
      if (isExiting() && (end as { readonly _writing?: boolean })._writing) waitForGrowth(path)
      writeStream(end)
    }
  }
}

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
  const { name, place } = origin
  const found = place === undefined ? undefined : loggers.find({ name, place } satisfies Identity)
  if (!found) return undefined
  const all = streamOf(found.library, found.logger)
  const stream = restOf(all, WRITTEN, CAPTURE, ANY)
  if (!stream || hasEnded(stream)) return false
  relayedTo.add(all)
  writeLine(stream, line, () => ({
    lastLevel: level,
    ...callOf(record, extra),
    lastLogger: found.logger,
  }))
  // The stream has already done its own flush at exit.
  if (isExiting()) flush(stream)
  return true
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

function hasEnded(stream: Stream): boolean {
  const { destroyed, writable, closed } = stream as {
    readonly destroyed?: unknown
    readonly writable?: unknown
    readonly closed?: unknown
  }
  return destroyed === true || closed === true || writable === false
}
