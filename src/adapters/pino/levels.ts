// Levels: announces pino's loggers and their levels to the children, and applies the announced levels.

import type { AdapterContext } from '../kit/adapter.js'
import { OFF } from '../kit/identity/followers.js'
import { type Identity, keyOf } from '../kit/identity/loggers.js'
import type { Library, Logger } from './library.js'

/** Announced under this name: loggers with destinations that lead elsewhere than to the terminal. */
const OTHERS = 'pino-others'
/** Announced among them if there is any. */
const ANY = '\n'

/** In the root: tells the children that it writes what their loggers write elsewhere than to the terminal. */
export function announceOthers({ levels }: AdapterContext, identity: Identity): void {
  levels.announce(OTHERS, ANY, 1)
  levels.announce(OTHERS, keyOf(identity), 1)
}

/** Whether the root has the logger, and its destinations lead elsewhere than to the terminal. */
export function isInRoot({ levels }: AdapterContext, identity: Identity): boolean {
  return levels.find(OTHERS, keyOf(identity)) !== undefined
}

/** In a child: whether the root writes for any of pino's loggers. */
export function hasLoggers({ role, levels }: AdapterContext): boolean {
  return role === 'take' && levels.find(OTHERS, ANY) !== undefined
}

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
