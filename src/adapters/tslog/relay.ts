// Relaying: the root's logger, for a record that is finished but for its output.

import type { LogRecord } from '../../core/record.js'
import { revive } from '../kit/capture/values.js'
import type { Identity } from '../kit/identity/instances.js'
import { derive, type Logger, metaKey, type Plain } from './library.js'

/** What goes beside a record. */
export interface Extra {
  readonly identity: Identity
  readonly id: number
  readonly level: string
  readonly args: unknown
  readonly fields: unknown
  readonly meta: unknown
}

export function relaying(logger: Logger, { time }: LogRecord, extra: Extra): Logger {
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
