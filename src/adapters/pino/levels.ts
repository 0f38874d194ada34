// Levels: converts between the level labels of pino's loggers and the numbers that are announced to other threads.

import type { AdapterContext } from '../kit/adapter.js'
import { OFF } from '../kit/identity/followers.js'
import { type Identity, keyOf } from '../kit/identity/loggers.js'
import type { Library, Logger } from './library.js'

export function announceLevel(
  { levels }: AdapterContext,
  identity: Identity,
  { level, levels: { values } }: Logger,
): void {
  const value = values[level] ?? OFF
  levels.announce('pino', keyOf(identity), Number.isFinite(value) ? value : OFF)
}

/** Calls pino's own `setLevel`, because the tracker would take a call of the patched one for the application's. */
export function applyLevel({ setLevel }: Library, logger: Logger, level: number): void {
  const label = labelOf(logger, level)
  if (logger.level !== label) setLevel.call(logger, label)
}

// The root's logger may have a custom level that this logger lacks. Then the next higher level applies.
function labelOf({ levels: { labels, values } }: Logger, level: number): string {
  const exact = labels[level]
  if (exact !== undefined) return exact
  if (level >= OFF) return 'silent'
  const above = Object.entries(values)
    .filter(([, value]) => value >= level)
    .sort(([, a], [, b]) => a - b)
  return above[0]?.[0] ?? 'silent'
}
