// Levels: maps log4js levels to our numbers, announces the root's category levels and applies them in children.

import type { AdapterContext } from '../kit/adapter.js'
import { type Categories, type Config, type Copy, chainOf, type Level } from './library.js'

const LIB = 'log4js'
/** Announced under this name: the level a category was configured with. The same level in a child is not its own. */
const CONFIGURED = 'log4js-at-first'

// An application can define further levels between these.
const SCALE: readonly (readonly [theirs: number, ours: number])[] = [
  [0, 0],
  [5000, 10],
  [10000, 20],
  [20000, 30],
  [30000, 40],
  [40000, 50],
  [50000, 60],
  [2 ** 53 - 1, 90],
]
const MARK = 99
const OFF = 100
const HIGHEST = 60
const LOWEST = 10
const INFO = 30
/** Limit for the cached levels. */
const MAX_CACHED = 1000

/** The level of a record: a multiple of 10 from 10 to 60. MARK ranks above FATAL but is no failure: it is INFO. */
export function levelOf(level: Level): number {
  const number = thresholdOf(level)
  if (number >= MARK) return INFO
  return Math.max(LOWEST, Math.min(HIGHEST, Math.floor(number / 10) * 10))
}

/** The level of a category: from 0 to 100, interpolated between the standard levels. */
export function thresholdOf({ level }: Level): number {
  if (level > 2 ** 53) return OFF
  if (level === 2 ** 53) return MARK
  const above = SCALE.findIndex(([theirs]) => theirs >= level)
  const [theirs, ours] = SCALE[above] ?? [0, 0]
  const [theirsBelow, oursBelow] = SCALE[above - 1] ?? [0, 0]
  if (theirs === theirsBelow) return ours
  return oursBelow + ((level - theirsBelow) / (theirs - theirsBelow)) * (ours - oursBelow)
}

function levelAt(levels: readonly Level[], threshold: number): Level | undefined {
  const ascending = [...levels].sort((a, b) => a.level - b.level)
  return ascending.find((level) => thresholdOf(level) >= threshold)
}

/** In the root: announces the levels of its categories. */
export class LevelAnnouncer {
  readonly #copy: Copy
  readonly #levels: AdapterContext['levels']

  constructor(copy: Copy, { levels }: AdapterContext) {
    this.#copy = copy
    this.#levels = levels
  }

  /** Called after log4js has applied the configuration. */
  configured({ categories: configured = {} }: Config, categories: Categories): void {
    for (const name of Object.keys(configured)) {
      const threshold = thresholdOf(categories.getLevelForCategory(name))
      this.#levels.announce(CONFIGURED, name, threshold)
      this.#levels.announce(LIB, name, threshold)
    }
  }

  announce(category: string, level: Level): void {
    if (this.#copy.config) this.#levels.announce(LIB, category, thresholdOf(level))
  }
}

/** In a child: finds the root's level for categories whose level the child has not set itself. */
export class LevelFollower {
  readonly #copy: Copy
  readonly #levels: AdapterContext['levels']
  readonly #assigned = new Set<string>()
  #configured: Config['categories'] = {}
  // Valid until a level changes here or in the root, or a level is defined.
  readonly #cache = new Map<string, Level | undefined>()
  #changes = -1
  #levelCount = 0

  constructor(copy: Copy, { levels }: AdapterContext) {
    this.#copy = copy
    this.#levels = levels
  }

  /** Called before log4js applies a configuration; undefined if it is the library's own default. */
  configured(config: Config | undefined): void {
    this.#cache.clear()
    this.#assigned.clear()
    this.#configured = { ...config?.categories }
  }

  /** Called after the application has set a category's level. */
  assigned(category: string): void {
    this.#cache.clear()
    this.#assigned.add(category)
  }

  /** Undefined if the child's own level applies. */
  find(category: string): Level | undefined {
    const { changes } = this.#levels
    const { length } = this.#copy.Level.levels
    if (changes !== this.#changes || length !== this.#levelCount || this.#cache.size > MAX_CACHED) {
      this.#cache.clear()
      this.#changes = changes
      this.#levelCount = length
    }
    if (this.#cache.has(category)) return this.#cache.get(category)
    const level = this.#findInRoot(category)
    this.#cache.set(category, level)
    return level
  }

  #findInRoot(category: string): Level | undefined {
    const chain = chainOf(category)
    const own = chain.find((name) => this.#assigned.has(name) || this.#configured?.[name]?.level)
    if (own !== undefined && !this.#isAsInRoot(own)) return undefined
    const { Level } = this.#copy
    for (const name of chain) {
      const threshold = this.#levels.find(LIB, name)
      if (threshold !== undefined) return levelAt(Level.levels, threshold)
    }
    return undefined
  }

  // Child and root configured the same level, so the child follows later changes in the root.
  #isAsInRoot(name: string): boolean {
    if (this.#assigned.has(name)) return false
    const level = this.#copy.Level.getLevel(this.#configured?.[name]?.level)
    return level !== undefined && this.#levels.find(CONFIGURED, name) === thresholdOf(level)
  }
}
