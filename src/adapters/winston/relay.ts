// winston in the root: a child's record goes through the logger of the same identity, its formats and its transports.

import { notice, reasonOf } from '../../core/notice.js'
import type { LogRecord } from '../../core/record.js'
import { whileRelaying } from '../kit/adapter.js'
import { inContextOf } from '../kit/relay/context.js'
import { guardStream } from '../kit/relay/pipe.js'
import { whenReady } from './backpressure.js'
import type { Loggers } from './identity.js'
import { nameAt } from './levels.js'
import { type Format, type Info, LEVEL, type Logger, SPLAT } from './library.js'
import { type Extra, fromExtra } from './record.js'

interface Relayed {
  readonly record: LogRecord
  hasFailed?: boolean
}

/** By what stays the same list in all the copies of a record that formats make. */
const relayed = new WeakMap<unknown[], Relayed>()
const wrapped = new WeakSet<Format>()

/** Whether a record, or what a format has made of it, is one of a child. */
export function isRelayed(info: Info): boolean {
  const splat = info[SPLAT]
  return splat !== undefined && relayed.has(splat)
}

/** Writes it; undefined if there is no logger for it now, false if that has failed. */
export function relayTo(loggers: Loggers, record: LogRecord, text: string): boolean | undefined {
  const extra = fromExtra(record, text)
  const logger = loggers.find(extra.identity)
  if (!logger) return undefined
  const info = prepare(logger, record, extra)
  const relay: Relayed = { record }
  relayed.set(extra.splat, relay)
  wrapFormats(logger)
  shieldStreams(logger, record.source)
  whenReady(logger, () => {
    try {
      whileRelaying(() => logger.write(info))
    } catch (error) {
      relay.hasFailed = true
      announce(error)
    }
  })
  return !relay.hasFailed
}

function prepare(logger: Logger, record: LogRecord, { info, splat, level, isOwn }: Extra): Info {
  const { levels, transports } = logger
  const isKnown = levels[level] !== undefined
  if (!isKnown) info.level = nameAt(levels, record.level) ?? Object.keys(levels)[0] ?? level
  // The root's own level stands back behind one that the child has set itself.
  const isBelow = isOwn && (levels[info.level] ?? 0) > (levels[logger.level] ?? 0)
  info[LEVEL] = isBelow ? logger.level : isKnown ? level : info.level
  info[SPLAT] = splat
  if (info.exception && !transports.some((t) => t.handleExceptions)) info.exception = false
  if (info.rejection && !transports.some((t) => t.handleRejections)) info.rejection = false
  return info
}

// Formats run within `write` or, when transports are slow, later: so the record is looked up, not passed.
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
    const relay = info?.[SPLAT] && relayed.get(info[SPLAT])
    if (!relay) return transform.call(this, info, options)
    try {
      return inContextOf(relay.record, () => transform.call(this, info, options))
    } catch (error) {
      relay.hasFailed = true
      announce(error)
      return false
    }
  }
}

function shieldStreams({ transports }: Logger, source: string): void {
  if (!transports.some((transport) => transport.name === 'console')) return
  guardStream(process.stdout, source)
  guardStream(process.stderr, source)
}

function announce(error: unknown): void {
  notice(
    'LOGSHARE_WARN_HANDLER',
    `winston failed with a child's record: ${reasonOf(error)}`,
    'winston',
  )
}
