// Levels: announces the levels of the root's loggers and applies them in children, at their start and after changes.

import type { AdapterContext } from '../kit/adapter.js'
import { identify, instances, type Logger, nameOf } from './library.js'

const OFF = 100
/** Announced under this name: the level a logger was created with. The same level in a child is not its own. */
const INITIAL = 'tslog-at-first'

export interface Watch {
  readonly add: (logger: Logger) => void
  readonly end: () => void
}

/** tslog's level is a plain property of the settings. An accessor replaces it, to observe changes. */
export function createWatch({ role, levels }: AdapterContext): Watch {
  // Loggers whose level the application has set in this child.
  const explicit = new WeakSet<Logger>()
  // Levels that are not a child's own: tslog's default, and those from the root, which sub-loggers inherit.
  const inherited = new Set<number>([0])
  let isFollowing = false
  const follow = (logger: Logger): void => {
    if (role !== 'take' || explicit.has(logger)) return
    const level = levels.find('tslog', nameOf(logger.settings))
    if (level === undefined) return
    const minLevel = level >= OFF ? Number.POSITIVE_INFINITY : level / 10
    inherited.add(minLevel)
    isFollowing = true
    logger.settings.minLevel = minLevel
    isFollowing = false
  }
  const changed = (logger: Logger): void => {
    if (!isFollowing) explicit.add(logger)
    if (role !== 'take') levels.announce('tslog', nameOf(logger.settings), thresholdOf(logger))
  }
  const announceInitial = (logger: Logger): void => {
    const name = nameOf(logger.settings)
    if (levels.find(INITIAL, name) === undefined) {
      levels.announce(INITIAL, name, thresholdOf(logger))
    }
  }
  const isAsInRoot = (logger: Logger): boolean =>
    levels.find(INITIAL, nameOf(logger.settings)) === thresholdOf(logger)
  const add = (logger: Logger): void => {
    const { settings } = logger
    if (instances.identify(logger) || typeof settings?.minLevel !== 'number') return
    identify(logger)
    let { minLevel } = settings
    Object.defineProperty(settings, 'minLevel', {
      configurable: true,
      enumerable: true,
      get: () => minLevel,
      set(level: number) {
        minLevel = level
        changed(logger)
      },
    })
    if (role !== 'take') {
      changed(logger)
      announceInitial(logger)
    } else if (!inherited.has(minLevel) && !isAsInRoot(logger)) explicit.add(logger)
    follow(logger)
  }
  const end = levels.watch(() => {
    for (const logger of instances) follow(logger)
  })
  return { add, end }
}

function thresholdOf({ settings: { minLevel } }: Logger): number {
  return Math.min(Math.max(minLevel * 10, 0), OFF)
}
