// Levels of pino's loggers as numbers that every thread and process understands.

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

/** Not as the application sets it: its own setting is to be told from ours. */
export function applyLevel({ setLevel }: Library, logger: Logger, level: number): void {
  const label = labelOf(logger, level)
  if (logger.level !== label) setLevel.call(logger, label)
}

// The root's logger may have levels of its own: then the next above.
function labelOf({ levels: { labels, values } }: Logger, level: number): string {
  const exact = labels[level]
  if (exact !== undefined) return exact
  if (level >= OFF) return 'silent'
  const above = Object.entries(values)
    .filter(([, value]) => value >= level)
    .sort(([, a], [, b]) => a - b)
  return above[0]?.[0] ?? 'silent'
}
