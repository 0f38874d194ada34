// Relay: writes a child's record through the root's logger of the same identity, with its formats and transports. What the
// logger prints to stdout and stderr, the child has printed.

import { notice, reasonOf } from '../../core/notice.js'
import type { LogRecord } from '../../core/record.js'
import { whileRelaying } from '../kit/adapter.js'
import { atTime } from '../kit/relay/clock.js'
import { isExiting } from '../kit/relay/unwritten.js'
import { whenReady } from './backpressure.js'
import { resultsOf } from './formatted.js'
import type { Loggers } from './identity.js'
import { nameAt } from './levels.js'
import {
  type Format,
  type Info,
  LEVEL,
  type Logger,
  MESSAGE,
  SPLAT,
  type Transport,
} from './library.js'
import { type Extra, fromExtra } from './record.js'
import { silence } from './terminal.js'
import { filesAmong } from './transports.js'
import { isWrittenAtOnce, writeLogger } from './unwritten.js'

interface Relayed {
  readonly record: LogRecord
  /** If the child has run the formats: what those of the transports return. The logger's returns what it is given. */
  readonly results: ReadonlyMap<Format, Info | false> | undefined
  hasFailed?: boolean
}

/** The key is the SPLAT array: the copies of an info that formats make share it. */
const relayed = new WeakMap<unknown[], Relayed>()
const wrapped = new WeakSet<Format>()

/** The loggers that have got a child's record. */
const relayedTo = new Set<Logger>()

/** Writes what they and their files hold. */
export function writeUnwritten(): void {
  for (const logger of relayedTo) whileRelaying(() => writeLogger(logger))
}

/** Whether the info, or the info a format made it from, is a child's. */
export function isRelayed(info: Info): boolean {
  const splat = info[SPLAT]
  return splat !== undefined && relayed.has(splat)
}

/** Returns undefined if the root has no such logger yet, false if writing the record failed at once. */
export function relayTo(loggers: Loggers, record: LogRecord, text: string): boolean | undefined {
  const extra = fromExtra(record, text)
  const logger = loggers.find(extra.identity)
  if (!logger) return undefined
  const info = prepare(logger, record, extra)
  const { formatted } = extra
  const results = formatted ? resultsOf(logger, formatted, info) : undefined
  const relay: Relayed = { record, results }
  relayed.set(extra.splat, relay)
  wrapFormats(logger)
  for (const each of logger.transports) silence(each, isRelayed)
  const write = (): void => {
    try {
      whileRelaying(() => logger.write(info))
    } catch (error) {
      relay.hasFailed = true
      warn(error)
    }
  }
  relayedTo.add(logger)
  if (!isExiting()) whenReady(logger, write)
  else {
    if (!isWrittenAtOnce(logger)) writeLogger(logger)
    write()
  }
  return !relay.hasFailed
}

function prepare(logger: Logger, record: LogRecord, extra: Extra): Info {
  const { info, splat, hasSplat, level, isOwn, formatted } = extra
  const { levels } = logger
  const others = filesAmong(logger)
  const isKnown = levels[level] !== undefined
  if (!isKnown) info.level = nameAt(levels, record.level) ?? Object.keys(levels)[0] ?? level
  // The level that the child has set itself overrides the root's: the info passes the root's check.
  const isBelow = isOwn && (levels[info.level] ?? 0) > (levels[logger.level] ?? 0)
  info[LEVEL] = isBelow ? logger.level : isKnown ? level : info.level
  setSplat(info, splat, hasSplat || logger.transports.some(copiesInfos))
  if (formatted && formatted.text !== null) info[MESSAGE] = formatted.text
  if (info.exception && !others.some((t) => t.handleExceptions)) info.exception = false
  if (info.rejection && !others.some((t) => t.handleRejections)) info.rejection = false
  return info
}

// What prints an info within itself would show the array, where the child's info has none.
function setSplat(info: Info, splat: unknown[], isShown: boolean): void {
  const value = { value: splat, configurable: true, writable: true, enumerable: isShown }
  Object.defineProperty(info, SPLAT, value)
}

// winston gives the format of a transport a copy of what is enumerable.
function copiesInfos({ format, transport }: Transport): boolean {
  return format !== undefined || transport?.format !== undefined
}

// Formats run within `write`, or later if a transport is slow. So they look the record up instead of being passed it.
function wrapFormats({ format, transports }: Logger): void {
  wrapFormat(format)
  for (const transport of transports) {
    if (transport.format) wrapFormat(transport.format)
    if (transport.transport?.format) wrapFormat(transport.transport.format)
  }
}

function wrapFormat(format: Format): void {
  if (wrapped.has(format)) return
  wrapped.add(format)
  const { transform } = format
  format.transform = function (info, options) {
    const splat = info?.[SPLAT]
    const relay = splat && relayed.get(splat)
    if (!relay) return transform.call(this, info, options)
    try {
      const result = relay.results
        ? (relay.results.get(this) ?? info)
        : atTime(relay.record.time, () => transform.call(this, info, options))
      // A format may make an info of its own, without the array.
      if (result && result[SPLAT] === undefined) setSplat(result, splat, true)
      return result
    } catch (error) {
      relay.hasFailed = true
      warn(error)
      return false
    }
  }
}

function warn(error: unknown): void {
  notice(
    'LOGSHARE_WARN_HANDLER',
    `winston in the root could not write a record: ${reasonOf(error)}`,
    'winston',
  )
}
