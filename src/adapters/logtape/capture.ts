// Capture: wraps what calls LogTape's sinks, so that handlers get a copy of each record.

import { type AdapterContext, isRead, isRelaying, terminalRole } from '../kit/adapter.js'
import { writeAndCopy } from '../kit/capture/copy.js'
import { take } from '../kit/capture/take.js'
import { tryCapture } from '../kit/guard.js'
import { isEnabledInRoot, type Settings } from './levels.js'
import { isScoped, type Logger } from './library.js'
import { toRecord } from './record.js'

const LIB = 'logtape'

export function captureEmits(prototype: Logger, context: AdapterContext): void {
  const { filter, emitResolved, isEnabledFor } = prototype
  // The result of the filters for the record that is written. They are not called again, because they may count.
  let hasPassed = false
  prototype.filter = function (record) {
    hasPassed = filter.call(this, record)
    return hasPassed
  }
  prototype.emitResolved = function (record, bypassSinks) {
    if (terminalRole(context) === 'leave') return emitResolved.call(this, record, bypassSinks)
    const before = hasPassed
    const write = (): void => emitResolved.call(this, record, bypassSinks)
    hasPassed = isScoped() // then the filters are those of the scope
    if (isRelaying()) write()
    else {
      writeAndCopy(context, LIB, write, () => {
        if (hasPassed && isEnabledFor?.call(this, record.level) !== false)
          take(context, toRecord(record, context.registry().redact), 'copy')
      })
    }
    hasPassed = before
  }
}

/**
 * In a child that has not configured the library and so has no sinks: has handlers get the records that the root's
 * configuration lets pass.
 */
export function captureUnconfigured(
  prototype: Logger,
  context: AdapterContext,
  settings: Settings,
): void {
  const { emitResolved, isEnabledFor, isCertainlyDropped } = prototype as Required<Logger>
  const hasSinks = (): boolean => settings.isConfigured || !isRead(context) || isScoped()
  prototype.emitResolved = function (record, bypassSinks) {
    if (hasSinks() || isRelaying()) emitResolved.call(this, record, bypassSinks)
    else if (isEnabledInRoot(record, record.level, context))
      tryCapture(LIB, () => take(context, toRecord(record, context.registry().redact), 'copy'))
  }
  prototype.isEnabledFor = function (level) {
    return hasSinks() ? isEnabledFor.call(this, level) : isEnabledInRoot(this, level, context)
  }
  prototype.isCertainlyDropped = function (level) {
    return hasSinks()
      ? isCertainlyDropped.call(this, level)
      : !isEnabledInRoot(this, level, context)
  }
}
