// Relay: writes a child's record through the root's logger of the same identity, which adds only output and transports.

import type { LogRecord } from '../../core/record.js'
import { revive, unpackArgs } from '../kit/capture/values.js'
import { relayInto } from '../kit/guard.js'
import { derive, instances, type Logger, metaKey, originalOf, type Plain } from './library.js'
import type { Extra } from './record.js'

/** Returns undefined if the root has no such logger yet. */
export function relay(record: LogRecord, text: string | undefined): boolean | undefined {
  if (text === undefined) return false
  const extra = JSON.parse(text) as Extra
  const logger = instances.find(extra.identity)
  const log = logger && originalOf(logger)
  if (!logger || !log) return undefined
  return relayInto('tslog', () => {
    log.call(
      relayingLogger(logger, record, extra),
      extra.id,
      extra.level,
      ...unpackArgs(extra.args),
    )
  })
}

// The root's logger without everything that tslog has already done in the child.
function relayingLogger(logger: Logger, { time }: LogRecord, extra: Extra): Logger {
  const { settings } = logger
  const meta = { ...(revive(extra.meta) as Plain), date: new Date(time) }
  const withMeta = (fields: Plain): Plain => ({ ...fields, [metaKey(settings)]: meta })
  const mask = (args: unknown): unknown => args
  const own: Plain = {
    minLevel: Number.NEGATIVE_INFINITY,
    prefix: [],
    middleware: [],
    bindings: undefined,
  }
  if (logger.maskingEngine === undefined) {
    const { overwrite } = settings
    own.overwrite = {
      ...overwrite,
      mask,
      ...(overwrite?.addMeta ? { addMeta: withMeta } : undefined),
    }
  }
  return Object.create(logger, {
    settings: { value: derive(settings, own) },
    logObj: { value: revive(extra.fields) },
    maskingEngine: { value: logger.maskingEngine && { mask } },
    asyncContextBox: { value: {} },
    _resolveLogArguments: { value: mask },
    _addMetaToLogObj: { value: withMeta },
  })
}
