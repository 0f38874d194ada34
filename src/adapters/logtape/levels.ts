// Levels: announces the levels of the root's loggers and applies them in children, at their start and after changes.

import type { AdapterContext } from '../kit/adapter.js'
import {
  isMeta,
  isUnconfiguredChild,
  LEVELS,
  type LevelName,
  LIB,
  type Logger,
  nameOf,
  state,
} from './library.js'

/** Announced under this name: the level a category was first configured with. */
const INITIAL = 'logtape-at-first'
/** Our threshold that nothing passes. */
const OFF = 100
/** The threshold in an unconfigured child if the root has announced none. */
const DEFAULT = 30

export type Descriptors = { [K in keyof Logger]: PropertyDescriptor }

/** Receives what the application configures. */
export interface Settings {
  /** A logger was configured, or its level set. */
  changed(logger: Logger): void
  /** The configuration was reset. */
  cleared(): void
  end(): void
}

/** In the root. */
export function announceSettings({ levels }: AdapterContext): Settings {
  const known = new Set<string>()
  // Names that were configured for the first time by the current configuration.
  const fresh = new Set<string>()
  return {
    changed(logger) {
      const name = nameOf(logger.category)
      const level = thresholdOf(logger.lowestLevel)
      if (!known.has(name)) fresh.add(name)
      known.add(name)
      if (fresh.has(name)) levels.announce(INITIAL, name, level)
      levels.announce(LIB, name, level)
    },
    cleared: () => fresh.clear(),
    end() {},
  }
}

/**
 * In a child: a logger follows the root's level if it was configured with the level that the root's was first
 * configured with. Root and child then mostly run the same configuration code.
 */
export function followSettings({ lowestLevel }: Descriptors, { levels }: AdapterContext): Settings {
  const followers = new Set<Logger>()
  const follow = (logger: Logger): void => {
    const level = levels.find(LIB, nameOf(logger.category))
    if (level !== undefined) lowestLevel.set?.call(logger, LEVELS[level / 10 - 1] ?? null)
  }
  const end = levels.watch(() => {
    for (const logger of followers) follow(logger)
  })
  return {
    changed(logger) {
      const initial = levels.find(INITIAL, nameOf(logger.category))
      if (initial === thresholdOf(logger.lowestLevel)) {
        followers.add(logger)
        follow(logger)
      } else followers.delete(logger)
    },
    cleared: () => followers.clear(),
    end,
  }
}

/**
 * LogTape configures a logger by setting `parentSinks`, then `lowestLevel` if a level is given. Before that, and to end
 * a configuration, it resets all loggers, which sets both as well.
 */
export function watchSettings(prototype: Logger, before: Descriptors, settings: Settings): void {
  let isResetting = false
  for (const key of ['parentSinks', 'lowestLevel'] as const) {
    const { set } = before[key]
    if (!set) continue
    Object.defineProperty(prototype, key, {
      ...before[key],
      set(this: Logger, value: unknown) {
        set.call(this, value)
        if (isResetting) return
        state.isConfigured ||= !isMeta(this)
        settings.changed(this)
      },
    })
  }
  const { reset } = prototype
  prototype.reset = function () {
    isResetting = true
    try {
      reset.call(this)
    } finally {
      isResetting = false
    }
    if (this.parent !== null) return
    state.isConfigured = false
    settings.cleared()
  }
}

/** Makes loggers of an unconfigured child check the root's levels. */
export function patchChecks(prototype: Logger, context: AdapterContext): void {
  const { isEnabledFor, isCertainlyDropped } = prototype
  prototype.isEnabledFor = function (level) {
    if (isUnconfiguredChild(context)) return isWanted(this, level, context)
    return isEnabledFor.call(this, level)
  }
  prototype.isCertainlyDropped = function (level) {
    if (isUnconfiguredChild(context)) return !isWanted(this, level, context)
    return isCertainlyDropped.call(this, level)
  }
}

// By the level of the category, or of its nearest parent that has one.
function isWanted({ category }: Logger, level: LevelName, { levels }: AdapterContext): boolean {
  const number = (LEVELS.indexOf(level) + 1) * 10
  for (let end = category.length; end >= 0; end--) {
    const found = levels.find(LIB, nameOf(category.slice(0, end)))
    if (found !== undefined) return number >= found
  }
  return number >= DEFAULT
}

function thresholdOf(level: LevelName | null): number {
  return level === null ? OFF : (LEVELS.indexOf(level) + 1) * 10
}
