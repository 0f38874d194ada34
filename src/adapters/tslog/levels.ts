// Levels: those of the root's loggers hold in children, at their start and when they change.

import type { AdapterContext } from '../kit/adapter.js'
import { identify, instances, type Logger, nameOf } from './library.js'

const OFF = 100
/** The level a logger was made with: a child's that is made with the same has not got its own. */
const AT_FIRST = 'tslog-at-first'

export interface Watch {
  readonly add: (logger: Logger) => void
  readonly end: () => void
}

/** A level is a plain property of the settings: an accessor in its place tells when it changes. */
export function createWatch({ role, levels }: AdapterContext): Watch {
  const explicit = new WeakSet<Logger>()
  const given = new Set<number>([0])
  let following = false
  const follow = (logger: Logger): void => {
    if (role !== 'take' || explicit.has(logger)) return
    const level = levels.find('tslog', nameOf(logger.settings))
    if (level === undefined) return
    const minLevel = level >= OFF ? Number.POSITIVE_INFINITY : level / 10
    given.add(minLevel)
    following = true
    logger.settings.minLevel = minLevel
    following = false
  }
  const changed = (logger: Logger): void => {
    if (!following) explicit.add(logger)
    if (role !== 'take') levels.announce('tslog', nameOf(logger.settings), thresholdOf(logger))
  }
  const announceFirst = (logger: Logger): void => {
    const name = nameOf(logger.settings)
    if (levels.find(AT_FIRST, name) === undefined) {
      levels.announce(AT_FIRST, name, thresholdOf(logger))
    }
  }
  const isAsInRoot = (logger: Logger): boolean =>
    levels.find(AT_FIRST, nameOf(logger.settings)) === thresholdOf(logger)
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
      announceFirst(logger)
    } else if (!given.has(minLevel) && !isAsInRoot(logger)) explicit.add(logger)
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
