// Levels: announces the levels of the root's loggers and applies them in children, at their start and after changes.

import type { AdapterContext } from '../kit/adapter.js'
import { copies, type Logger, METHODS, nameOf } from './library.js'

/** Our threshold that nothing passes. */
const OFF = 100
/** Announced under this name: the level that the root's application first set on a logger. */
const INITIAL = 'loglevel-at-first'

export interface Watch {
  /** In a child: sets the root's level, unless the application has set one in this child. */
  readonly follow: (logger: Logger) => void
  /** In the root: announces a logger's level. */
  readonly announce: (logger: Logger) => void
  /** `setLevel` was called, by the application or by `follow`. */
  readonly set: (logger: Logger) => void
  /** `resetLevel` was called: the logger has no level of its own any more. */
  readonly reset: (logger: Logger) => void
  /** Follows changes of the root's levels from now on; returns the undo. */
  readonly start: () => () => void
}

export function createWatch({ role, levels }: AdapterContext): Watch {
  // Loggers whose level the application has set in this child.
  const explicit = new WeakSet<Logger>()
  // Loggers whose level the application has set at least once.
  const seen = new WeakSet<Logger>()
  let isFollowing = false
  const follow = (logger: Logger): void => {
    if (role !== 'take' || explicit.has(logger)) return
    const level = levels.find('loglevel', nameOf(logger))
    if (level === undefined) return
    isFollowing = true
    try {
      logger.setLevel(Math.min(Math.max(Math.ceil(level / 10) - 1, 0), METHODS.length), false)
    } finally {
      isFollowing = false
    }
  }
  // A child mostly runs the same code at its start as the root. If the first level it sets is also the first one the
  // root has set, it has none of its own and follows the root.
  const set = (logger: Logger): void => {
    if (isFollowing) return
    const name = nameOf(logger)
    const level = thresholdOf(logger.getLevel())
    const initial = levels.find(INITIAL, name)
    const isFirst = !seen.has(logger)
    seen.add(logger)
    if (role !== 'take') {
      if (initial === undefined) levels.announce(INITIAL, name, level)
    } else if (isFirst && initial === level) follow(logger)
    else explicit.add(logger)
  }
  return {
    follow,
    announce(logger) {
      if (role !== 'take')
        levels.announce('loglevel', nameOf(logger), thresholdOf(logger.getLevel()))
    },
    set,
    reset(logger) {
      explicit.delete(logger)
    },
    start() {
      return levels.watch(() => {
        if (role !== 'take') return
        for (const copy of copies) {
          for (const logger of [copy, ...Object.values(copy.getLoggers())]) follow(logger)
        }
      })
    },
  }
}

function thresholdOf(level: number): number {
  return level >= METHODS.length ? OFF : (level + 1) * 10
}
