// Levels: announces the levels of bunyan's loggers to other threads, and applies announced levels.

import type { AdapterContext } from '../kit/adapter.js'
import { OFF } from '../kit/identity/followers.js'
import { type Identity, keyOf } from '../kit/identity/loggers.js'
import type { Logger } from './library.js'

export function announceLevel(
  { levels }: AdapterContext,
  identity: Identity,
  { _level }: Logger,
): void {
  levels.announce('bunyan', keyOf(identity), Number.isFinite(_level) ? _level : OFF)
}

/** Does not change the levels of the logger's streams: when a record is relayed, those of the root's streams apply. */
export function applyLevel(logger: Logger, level: number): void {
  logger._level = level >= OFF ? Number.POSITIVE_INFINITY : level
}
