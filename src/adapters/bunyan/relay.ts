// Relay: writes a child's record to the files of the root's logger of the same name.

import { appendFileSync } from 'node:fs'
import { notice, reasonOf } from '../../core/notice.js'
import type { LogRecord } from '../../core/record.js'
import type { Wish } from '../../core/wish.js'
import { whileRelaying } from '../kit/adapter.js'
import { unpackLine } from '../kit/capture/line.js'
import { Loggers } from '../kit/identity/loggers.js'
import { isExiting, writeStream } from '../kit/relay/unwritten.js'
import { writeFiles } from './files.js'
import type { Logger } from './library.js'
import { fromShortExtra, rebuildRec } from './rebuild.js'
import { type Origin, parseRec } from './record.js'
import { fileEnd, fileOf } from './streams.js'

/** The root's loggers, from all loaded copies of bunyan. */
export const loggers: Loggers<Logger> = new Loggers()

export function reopen({ name }: Wish): void {
  loggers.find({ name, place: '' })?.reopenFileStreams?.()
}

/** Those that have got a child's record. */
const relayedTo = new Set<Logger>()

/** Writes what their files hold. */
export function writeUnwritten(): void {
  writeFiles()
  for (const { streams } of relayedTo) for (const each of streams) writeStream(fileEnd(each))
}

/** Returns false if the record was not written, undefined if the root does not have its logger. */
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
  const short = fromShortExtra(extra)
  const { head, line } = short ? { head: short[0], line: '' } : unpackLine(extra)
  const { name, place = '' } = head as Origin
  const logger = loggers.find({ name, place })
  if (!logger) return undefined
  relayedTo.add(logger)
  const rec = short ? rebuildRec(record, short) : parseRec(line)
  const text = short ? (logger._emit(rec, true) ?? '') : line
  // A record below the level of the root's logger: the child has set its own.
  const isBelow = rec.level < logger._level
  // Files are asynchronous, and bunyan's would no longer write while the process exits.
  const isLast = isExiting()
  if (isLast) writeFiles()
  for (const each of logger.streams) {
    if ((each.level > rec.level && !isBelow) || fileOf(each) === undefined) continue
    const { raw, path, stream } = each
    if (isLast && path !== undefined) appendFileSync(path, text)
    else stream.write(raw ? rec : text)
  }
  return true
}
