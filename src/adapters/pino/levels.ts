// Levels: announces pino's loggers and their levels to the children, and applies the announced levels.

import { errorMonitor } from 'node:events'
import type { AdapterContext } from '../kit/adapter.js'
import { OFF } from '../kit/identity/followers.js'
import { type Identity, keyOf } from '../kit/identity/loggers.js'
import { announcePath, isPathInRoot } from '../kit/paths.js'
import type { Library, Logger } from './library.js'
import type { IsLeft, sharedEnds } from './streams.js'

/** Announced under this name: loggers whose destinations are files or transports. */
const OTHERS = 'pino-others'

/** In the root: tells the children that it writes these files and transports of a logger. */
export function announceEnds(
  context: AdapterContext,
  identity: Identity,
  ends: ReturnType<typeof sharedEnds>,
): void {
  const key = keyOf(identity)
  for (const [path, end] of ends) {
    const gone = (): void => announcePath(context, 'pino', key, path, false)
    const { once } = end as { once?: (event: string | symbol, listener: () => void) => void }
    // `errorMonitor`: an error that nobody handles still ends the process.
    for (const event of ['close', errorMonitor]) once?.call(end, event, gone)
    announcePath(context, 'pino', key, path)
  }
  context.levels.announce(OTHERS, key, 1)
}

/** Whether the root has the logger, and its destinations are files or transports. */
export function isInRoot({ levels }: AdapterContext, identity: Identity): boolean {
  return levels.find(OTHERS, keyOf(identity)) !== undefined
}

/** In a child: which files and transports of the logger the root writes. */
export function leftTo(context: AdapterContext, identity: Identity): IsLeft {
  const key = keyOf(identity)
  return (path) => isPathInRoot(context, 'pino', path, key)
}

/** In a child: whether the root writes the file or transport for any of pino's loggers. */
export function isWrittenInRoot(context: AdapterContext, path: string): boolean {
  return context.role === 'take' && isPathInRoot(context, 'pino', path)
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
