// Relay: gives a child's record to the transports of the root's logger of the same identity. The child has printed it.

import { RealDate } from '../../core/originals.js'
import type { LogRecord } from '../../core/record.js'
import { relayInto } from '../kit/guard.js'
import { restore } from '../kit/relay/restore.js'
import { isExiting } from '../kit/relay/unwritten.js'
import { derive, type Logger, metaKey, originalOf, type Plain } from './library.js'
import { isVersion4, SILENT, silence } from './overlay.js'
import type { Extra } from './record.js'
import { findLogger } from './transports.js'

interface Transport {
  /** The file transport of version 5 writes what it holds. */
  flushSync?(): void
}

/** The loggers that have got a child's record. */
const relayedTo = new Set<Logger>()

/** Has their transports write what came after tslog has done so, in its exit listener. */
export function writeUnwritten(): void {
  if (!isExiting()) return
  const transports = new Set(
    [...relayedTo].flatMap(({ settings }) => settings.attachedTransports ?? []),
  )
  for (const each of transports) (each as Transport | undefined)?.flushSync?.()
}

/** Returns undefined if the root has no such logger with transports. */
export function relay(record: LogRecord, text: string | undefined): boolean | undefined {
  if (text === undefined) return false
  const extra = JSON.parse(text) as Extra
  const logger = findLogger(extra.identity)
  const log = logger && originalOf(logger)
  if (!logger || !log) return undefined
  relayedTo.add(logger)
  return relayInto('tslog', () => {
    log.call(relayingLogger(logger, record, extra), extra.id, extra.level, ...argsOf(extra))
  })
}

function argsOf({ args, packed }: Extra): unknown[] {
  return args ? args.map(([arg]) => arg) : (restore(packed) as unknown[])
}

// The root's logger without everything that tslog has already done in the child. In version 5 the type stays, because it
// decides about the format of transports without one.
function relayingLogger(logger: Logger, { time }: LogRecord, extra: Extra): Logger {
  const { settings } = logger
  const meta = { ...(restore(extra.meta) as Plain), date: new RealDate(time) }
  const withMeta = (fields: Plain): Plain => ({ ...fields, [metaKey(settings)]: meta })
  const mask = (args: unknown): unknown => args
  const own: Plain = {
    minLevel: Number.NEGATIVE_INFINITY,
    prefix: [],
    middleware: [],
    bindings: undefined,
  }
  if (isVersion4(logger)) {
    const { overwrite } = settings
    own.type = 'hidden'
    own.overwrite = {
      ...overwrite,
      ...SILENT,
      formatMeta: undefined,
      formatLogObj: undefined,
      mask,
      ...(overwrite?.addMeta ? { addMeta: withMeta } : undefined),
    }
  }
  return Object.create(logger, {
    settings: { value: derive(settings, own) },
    runtime: { value: silence(logger.runtime) },
    logObj: { value: restore(extra.fields) },
    maskingEngine: { value: logger.maskingEngine && { mask } },
    asyncContextBox: { value: {} },
    _resolveLogArguments: { value: mask },
    _addMetaToLogObj: { value: withMeta },
  })
}
