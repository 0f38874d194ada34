// Levels: announces the levels of the root's loggers, which hold in children for loggers without a level of their own.

import * as shimmer from 'shimmer'
import type { AdapterContext } from '../kit/adapter.js'
import { shareFile } from '../kit/files.js'
import { listOf, nameOf, type Signale } from './library.js'

// The library lets debug pass where only info is wanted less, so these are not the records' levels.
const THRESHOLDS: Readonly<Record<string, number>> = {
  info: 10,
  timer: 15,
  debug: 20,
  warn: 40,
  error: 50,
}
const DISABLED = 100

export function isEnabled(
  logger: Signale,
  level: string,
  { role, levels }: AdapterContext,
): boolean {
  const { _logLevels: order, _generalLogLevel: own } = logger
  if (!logger.isEnabled() || (order[level] ?? 0) < (order[own] ?? 0)) return false
  if (role !== 'take' || own !== 'info') return true
  return (THRESHOLDS[level] ?? DISABLED) >= (levels.find('signale', nameOf(logger)) ?? 0)
}

/** Announces levels and files of new loggers. The constructor asks for the longest label once, and sets the level last. */
export function watchLoggers(prototype: Signale, context: AdapterContext): () => void {
  const { role, levels } = context
  const seen = new WeakSet<Signale>()
  const announce = (logger: Signale): void => {
    if (role === 'take') return
    const level = THRESHOLDS[logger._generalLogLevel] ?? 10
    levels.announce('signale', nameOf(logger), logger.isEnabled() ? level : DISABLED)
  }
  shimmer.wrap(prototype, '_getLongestLabel', (original) => {
    return function _getLongestLabel(this: Signale) {
      if (role !== 'take' && !seen.has(this)) {
        seen.add(this)
        for (const stream of streamsOf(this)) shareFile(stream, context)
        announceLater(this, announce)
      }
      return original.call(this)
    }
  })
  for (const method of ['disable', 'enable'] as const) {
    shimmer.wrap(prototype, method, (original) => {
      return function (this: Signale) {
        original.call(this)
        announce(this)
      }
    })
  }
  // `isEnabled` looks the levels up at each call. A watcher makes this child receive changes.
  const unwatch = levels.watch(() => {})
  return () => {
    unwatch()
    shimmer.massUnwrap([prototype], ['_getLongestLabel', 'disable', 'enable'])
  }
}

function streamsOf({ _types, _stream }: Signale): readonly unknown[] {
  return [_stream, ...Object.values(_types).map(({ stream }) => stream)].flatMap(listOf)
}

// With the assignment that ends the constructor.
function announceLater(logger: Signale, announce: (logger: Signale) => void): void {
  Object.defineProperty(logger, '_generalLogLevel', {
    configurable: true,
    enumerable: true,
    get: () => undefined,
    set(value: string) {
      const level = { value, configurable: true, enumerable: true, writable: true }
      Object.defineProperty(logger, '_generalLogLevel', level)
      announce(logger)
    },
  })
}
