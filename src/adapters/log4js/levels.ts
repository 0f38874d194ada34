// Levels of log4js: numbers on a scale of their own, on which an application may put further ones.

import type { AdapterContext } from '../kit/adapter.js'
import { type Categories, type Config, type Copy, chainOf, type Level } from './library.js'

const LIB = 'log4js'
/** The level a category was configured with: a child that configures the same has not set it for itself. */
const AT_FIRST = 'log4js-at-first'

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
/** Categories whose levels are remembered. */
const MAX_FOUND = 1000

/** 10 to 60, for a record. What is marked stands out in the text and is no failure. */
export function levelOf(level: Level): number {
  const number = thresholdOf(level)
  if (number >= MARK) return INFO
  return Math.max(LOWEST, Math.min(HIGHEST, Math.floor(number / 10) * 10))
}

/** The same for what a category is set to, with what lies between. */
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

/** In the root: tells what its categories are set to. */
export class Teller {
  readonly #copy: Copy
  readonly #levels: AdapterContext['levels']

  constructor(copy: Copy, { levels }: AdapterContext) {
    this.#copy = copy
    this.#levels = levels
  }

  /** After a configuration, of which `categories` has made its own. */
  configured({ categories: configured = {} }: Config, categories: Categories): void {
    for (const name of Object.keys(configured)) {
      const threshold = thresholdOf(categories.getLevelForCategory(name))
      this.#levels.announce(AT_FIRST, name, threshold)
      this.#levels.announce(LIB, name, threshold)
    }
  }

  told(category: string, level: Level): void {
    if (this.#copy.config) this.#levels.announce(LIB, category, thresholdOf(level))
  }
}

/** In a child: finds what the root has set, where the child has not set anything itself. */
export class Follower {
  readonly #copy: Copy
  readonly #levels: AdapterContext['levels']
  readonly #assigned = new Set<string>()
  #configured: Config['categories'] = {}
  // What was found, as long as all is as it was then.
  readonly #found = new Map<string, Level | undefined>()
  #changes = -1
  #levelCount = 0

  constructor(copy: Copy, { levels }: AdapterContext) {
    this.#copy = copy
    this.#levels = levels
  }

  configured(config: Config | undefined): void {
    this.#found.clear()
    this.#assigned.clear()
    this.#configured = { ...config?.categories }
  }

  assigned(category: string): void {
    this.#found.clear()
    this.#assigned.add(category)
  }

  /** Undefined if the child's own holds. */
  find(category: string): Level | undefined {
    const { changes } = this.#levels
    const { length } = this.#copy.Level.levels
    if (changes !== this.#changes || length !== this.#levelCount || this.#found.size > MAX_FOUND) {
      this.#found.clear()
      this.#changes = changes
      this.#levelCount = length
    }
    if (this.#found.has(category)) return this.#found.get(category)
    const level = this.#look(category)
    this.#found.set(category, level)
    return level
  }

  #look(category: string): Level | undefined {
    const chain = chainOf(category)
    const own = chain.find((name) => this.#assigned.has(name) || this.#configured?.[name]?.level)
    if (own !== undefined && !this.#isTheSame(own)) return undefined
    const { Level } = this.#copy
    for (const name of chain) {
      const threshold = this.#levels.find(LIB, name)
      if (threshold !== undefined) return levelAt(Level.levels, threshold)
    }
    return undefined
  }

  // Both have configured the same, so it is the root's whatever it does with it.
  #isTheSame(name: string): boolean {
    if (this.#assigned.has(name)) return false
    const level = this.#copy.Level.getLevel(this.#configured?.[name]?.level)
    return level !== undefined && this.#levels.find(AT_FIRST, name) === thresholdOf(level)
  }
}
