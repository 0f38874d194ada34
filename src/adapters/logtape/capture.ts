// Capture: replaces the loggers' `emitResolved`, which checks level and filters and calls the sinks.

import { encodeJson } from '../../core/encode.js'
import { encodeFields } from '../../core/record.js'
import { type AdapterContext, isRelaying, whileRelaying } from '../kit/adapter.js'
import { canDefer, takeDeferred, take as takeRecord } from '../kit/capture/take.js'
import { pack, packArgs, packPlain } from '../kit/capture/values.js'
import { tryCapture } from '../kit/guard.js'
import {
  type Entry,
  isUnconfiguredChild,
  LEVELS,
  LIB,
  type Logger,
  nameOf,
  scopedConfig,
} from './library.js'
import { errorOf, resolveLazy, textOf, toExtra } from './record.js'

export function captureRecords(
  original: Logger['emitResolved'],
  context: AdapterContext,
): Logger['emitResolved'] {
  return function emitResolved(this: Logger, record, bypassSinks) {
    const emit = (): void => original.call(this, record, bypassSinks)
    if (isRelaying()) return emit()
    const hasSinks = context.role === 'copy' || !isUnconfiguredChild(context)
    if (hasSinks && !isDispatched(this, record)) return emit()
    if (context.role === 'copy') whileRelaying(emit)
    else if (hasSinks && isData(this, record, context)) return whileRelaying(emit)
    const isTaken = tryCapture('logtape', () => take(record, context))
    if (!isTaken && context.role === 'take') emit()
  }
}

// Whether LogTape would give the record to a sink.
function isDispatched(logger: Logger, record: Entry): boolean {
  if (scopedConfig()) return logger.isEnabledFor(record.level)
  return logger.isEnabledFor(record.level) && logger.filter(record)
}

// Whether a sink prints the record to a console that is not captured. Sinks are plain functions: the source text of
// LogTape's console sink contains `console`.
function isData(logger: Logger, { level }: Entry, { capture }: AdapterContext): boolean {
  if (capture.stdout && capture.stderr) return false
  for (const sink of scopedConfig() ? [] : logger.getSinks(level)) {
    if (/\bconsole\b/.test(Function.prototype.toString.call(sink))) return true
  }
  return false
}

function take(record: Entry, context: AdapterContext): void {
  const { category, level: word, message } = record
  const name = nameOf(category)
  const level = (LEVELS.indexOf(word) + 1) * 10
  const properties = resolveLazy(record.properties)
  const isDeferred = canDefer(context)
  const plain = isDeferred ? packPlain(message) : undefined
  const others = isDeferred ? encodeJson(properties) : undefined
  if (plain && others && takeDeferred(context, LIB, name, level, toExtra(record, plain, others)))
    return
  const known = errorOf(properties)
  const { error, ...rest } = properties
  takeRecord(context, {
    lib: LIB,
    name,
    level,
    msg: message.map((part, i) => (i % 2 === 0 ? String(part) : textOf(part))).join(''),
    error: known,
    fields: encodeFields(known === error ? rest : properties),
    extra: context.relays
      ? toExtra(record, packArgs(message), others ?? pack(properties))
      : undefined,
  })
}
