// Levels: announces the levels of the root's loggers, and checks the calls in children against them.

import type { AdapterContext } from '../kit/adapter.js'
import { nameOf, type Signale } from './library.js'

/** The levels of our records by signale's. */
export const RECORD_LEVELS: Readonly<Record<string, number>> = {
  info: 30,
  timer: 30,
  debug: 20,
  warn: 40,
  error: 50,
}
// What is announced and compared, in signale's order: it places debug above info, so record levels do not fit.
const THRESHOLDS: Readonly<Record<string, number>> = {
  info: 10,
  timer: 15,
  debug: 20,
  warn: 40,
  error: 50,
}
/** Announced for a disabled logger; nothing passes. */
const DISABLED = 100

export interface Watch {
  /** A logger is being created and knows its scope. */
  readonly add: (logger: Signale) => void
  /** A logger was enabled or disabled. */
  readonly changed: (logger: Signale) => void
  readonly end: () => void
}

export function createWatch({ role, levels }: AdapterContext): Watch {
  const announce = (logger: Signale): void => {
    if (role === 'take') return
    const level = THRESHOLDS[logger._generalLogLevel] ?? 10
    levels.announce('signale', nameOf(logger), logger.isEnabled() ? level : DISABLED)
  }
  return {
    add(logger) {
      if (role !== 'take') announceLater(logger, announce)
    },
    changed: announce,
    // `isEnabled` looks levels up at each call. A child is told of changes only while it watches them.
    end: levels.watch(() => {}),
  }
}

// Announces the level when the constructor assigns it, which is the last thing it does before it binds the methods.
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

/** Whether a logger writes at a level. In a child, a logger without a level of its own has the root's. */
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
