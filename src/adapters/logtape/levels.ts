// Levels: announces the levels that the root configures and applies them in children, at their start and after changes.

import type { AdapterContext } from '../kit/adapter.js'
import { LEVELS, type LevelName, type Logger, nameOf, numberOf } from './library.js'

const LIB = 'logtape'
/** Name under which the root announces the level that a category was configured with first. */
const AT_FIRST = 'logtape-at-first'
const OFF = 100

export interface Settings {
  /** Whether the application has configured the library in this thread. */
  readonly isConfigured: boolean
  end(): void
}

interface Watcher {
  /** A logger was configured, or its level set. */
  changed(logger: Logger): void
  /** The configuration was removed. */
  cleared(): void
  end(): void
}

/** Configuring sets `parentSinks` of each configured logger, then its level if one is given. It starts with a reset. */
export function watchSettings(prototype: Logger, context: AdapterContext): Settings {
  const before = Object.getOwnPropertyDescriptors(prototype) as unknown as Descriptors
  const watcher = context.role === 'take' ? followRoot(before, context) : announceAll(context)
  const settings = { isConfigured: false, end: watcher.end }
  let isResetting = false
  for (const key of ['parentSinks', 'lowestLevel'] as const) {
    const { set } = before[key]
    if (!set) continue
    Object.defineProperty(prototype, key, {
      ...before[key],
      set(this: Logger, value: unknown) {
        set.call(this, value)
        if (isResetting) return
        settings.isConfigured ||= !isMeta(this)
        watcher.changed(this)
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
    settings.isConfigured = false
    watcher.cleared()
  }
  return settings
}

type Descriptors = Readonly<Record<'parentSinks' | 'lowestLevel', PropertyDescriptor>>

/** Whether the root has configured this category, or the next one above it that it has, for this level. */
export function isEnabledInRoot(
  { category }: Pick<Logger, 'category'>,
  level: LevelName,
  { levels }: AdapterContext,
): boolean {
  for (let end = category.length; end >= 0; end--) {
    const found = levels.find(LIB, nameOf(category.slice(0, end)))
    if (found !== undefined) return numberOf(level) >= found
  }
  return false
}

function announceAll({ levels }: AdapterContext): Watcher {
  const known = new Set<string>()
  const fresh = new Set<string>()
  return {
    changed(logger) {
      const name = nameOf(logger.category)
      const level = thresholdOf(logger.lowestLevel)
      if (!known.has(name)) fresh.add(name)
      known.add(name)
      if (fresh.has(name)) levels.announce(AT_FIRST, name, level)
      levels.announce(LIB, name, level)
    },
    cleared: () => fresh.clear(),
    end() {},
  }
}

// A child that configures a category with the level that the root configured first has no level of its own.
function followRoot({ lowestLevel }: Descriptors, { levels }: AdapterContext): Watcher {
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
      const first = levels.find(AT_FIRST, nameOf(logger.category))
      if (first === thresholdOf(logger.lowestLevel)) {
        followers.add(logger)
        follow(logger)
      } else followers.delete(logger)
    },
    cleared: () => followers.clear(),
    end,
  }
}

function thresholdOf(level: LevelName | null): number {
  return level === null ? OFF : numberOf(level)
}

// The library logs about itself in this category, and configures it if the application does not.
function isMeta({ category }: Logger): boolean {
  return category[0] === 'logtape' && category[1] === 'meta'
}
