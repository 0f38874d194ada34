// Levels: announces bunyan's loggers and their levels to the children, and applies the announced levels.

import type { AdapterContext } from '../kit/adapter.js'
import { OFF } from '../kit/identity/followers.js'
import { type Identity, keyOf } from '../kit/identity/loggers.js'
import { announcePath, isPathInRoot } from '../kit/paths.js'
import type { Logger, LogStream } from './library.js'
import { fileOf, streamKey } from './streams.js'

/** Announced under this name: the level of each stream. */
const STREAMS = 'bunyan-streams'

export function announceLogger(
  context: AdapterContext,
  identity: Identity,
  { _level, streams }: Logger,
): void {
  const { levels } = context
  const key = keyOf(identity)
  for (const [i, stream] of streams.entries())
    levels.announce(STREAMS, `${key}\n${streamKey(stream, i)}`, finite(stream.level))
  for (const stream of streams) {
    const file = fileOf(stream)
    if (file !== undefined) announcePath(context, 'bunyan', key, file)
  }
  // Last: a child whose logger has the new level may log at once.
  levels.announce('bunyan', key, finite(_level))
}

/** In a child: whether the root's logger of this name writes the file. */
export function isInRoot(context: AdapterContext, name: string, path: string): boolean {
  return isPathInRoot(context, 'bunyan', path, name)
}

const configured = new WeakMap<LogStream, number>()

/**
 * In a child: gives a logger the root's level, and each stream the level of the same stream in the root. A stream that the
 * root does not have keeps its level, at least the root's.
 */
export function applyLevel({ levels }: AdapterContext, logger: Logger, level: number): void {
  const key = logger.fields.name
  logger._level = infinite(level)
  for (const [i, stream] of logger.streams.entries()) {
    const own = configured.get(stream) ?? stream.level
    configured.set(stream, own)
    const found = levels.find(STREAMS, `${key}\n${streamKey(stream, i)}`)
    stream.level = infinite(found ?? Math.max(own, level))
  }
}

function finite(level: number): number {
  return Number.isFinite(level) ? level : OFF
}

function infinite(level: number): number {
  return level >= OFF ? Number.POSITIVE_INFINITY : level
}
