// Levels: maps log4js levels to our numbers, announces the root's categories and their levels, and applies them in children.

import { queueMicrotask } from '../../core/originals.js'
import type { AdapterContext } from '../kit/adapter.js'
import { Leads } from '../kit/leads.js'
import { announcePath, isPathInRoot } from '../kit/paths.js'
import { categoriesOf, filesOf, leads } from './appenders.js'
import { type Categories, type Config, type Copy, chainOf, type Level } from './library.js'

const LIB = 'log4js'
/** Announced under this name: the level a category was configured with. The same level in a child is not its own. */
const CONFIGURED = 'log4js-at-first'
/** Announced under this name: 1 for categories with appenders to files, 0 without. */
const OTHERS = 'log4js-others'

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
  readonly #context: AdapterContext
  readonly #levels: AdapterContext['levels']
  #others: readonly (readonly [category: string, files: readonly string[]])[] = []

  constructor(copy: Copy, context: AdapterContext) {
    this.#copy = copy
    this.#context = context
    this.#levels = context.levels
  }

  /** Called after log4js has applied the configuration. */
  configured(config: Config, categories: Categories): void {
    const { categories: configured = {} } = config
    const names = Object.keys(configured)
    const files = (name: string): readonly string[] =>
      configured[name]?.appenders?.flatMap((appender) => filesOf(config, appender)) ?? []
    this.#endFiles()
    this.#others = names.map((name) => [name, files(name)] as const).filter(([, all]) => all[0])
    for (const [name, all] of this.#others) {
      for (const file of all) announcePath(this.#context, LIB, name, file)
      this.#levels.announce(OTHERS, name, 1)
    }
    for (const name of names) {
      const threshold = thresholdOf(categories.getLevelForCategory(name))
      this.#levels.announce(CONFIGURED, name, threshold)
      this.#levels.announce(LIB, name, threshold)
    }
  }

  /** Called after `shutdown`, with which also `configure` begins. */
  ended(): void {
    queueMicrotask(() => {
      if (this.#copy.isConfigured) return
      this.#endFiles()
    })
  }

  #endFiles(): void {
    for (const [name, all] of this.#others) {
      for (const file of all) announcePath(this.#context, LIB, name, file, false)
      this.#levels.announce(OTHERS, name, 0)
    }
    this.#others = []
  }

  announce(category: string, level: Level): void {
    if (this.#copy.config) this.#levels.announce(LIB, category, thresholdOf(level))
  }
}

interface Found {
  /** Undefined if the child's own level applies. */
  readonly level: Level | undefined
  /** The category of the root that writes its events to files. */
  readonly inRoot: string | undefined
  lead: number | undefined
}

/** In a child: finds the root's categories, and their level for those whose level the child has not set itself. */
export class LevelFollower {
  readonly #copy: Copy
  readonly #context: AdapterContext
  readonly #levels: AdapterContext['levels']
  readonly #assigned = new Set<string>()
  #configured: Config['categories'] = {}
  // Valid until a level changes here or in the root, or a level is defined.
  readonly #cache = new Map<string, Found>()
  #changes = -1
  #levelCount = 0

  constructor(copy: Copy, context: AdapterContext) {
    this.#copy = copy
    this.#context = context
    this.#levels = context.levels
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
    return this.#find(category).level
  }

  /** Whether the root's appenders write the category to files. */
  isInRoot(category: string): boolean {
    return this.#find(category).inRoot !== undefined
  }

  /** Whether the root writes the events of this category to the file. */
  isLeft(category: string, path: string): boolean {
    const { inRoot } = this.#find(category)
    return inRoot !== undefined && isPathInRoot(this.#context, LIB, path, inRoot)
  }

  /** Where the appenders of the category lead. */
  leadOf(category: string): number {
    const found = this.#find(category)
    if (found.lead !== undefined) return found.lead
    let all = 0
    const isLeft = (path: string): boolean => this.isLeft(category, path)
    for (const appender of this.#copy.categories?.appendersForCategory(category) ?? [])
      all |= leads.get(appender)?.with(isLeft) ?? Leads.OWN
    found.lead = all
    return all
  }

  /** Whether an appender would get no event: the root's write those of all its categories. */
  isUnneeded(appender: string): boolean {
    const { config } = this.#copy
    if (!config || !this.isRootConfigured) return false
    const files = filesOf(config, appender)
    return categoriesOf(config, appender).every((category) =>
      files.every((file) => this.isLeft(category, file)),
    )
  }

  /** Whether the root has configured log4js. */
  get isRootConfigured(): boolean {
    return this.#levels.find(CONFIGURED, 'default') !== undefined
  }

  /** Whether log4js alone would log nothing of the category: the application has not configured it nor set a level. */
  isSilent(category: string): boolean {
    if (this.#copy.config) return false
    return !chainOf(category).some((name) => this.#assigned.has(name))
  }

  #find(category: string): Found {
    const { changes } = this.#levels
    const { length } = this.#copy.Level.levels
    if (changes !== this.#changes || length !== this.#levelCount || this.#cache.size > MAX_CACHED) {
      this.#cache.clear()
      this.#changes = changes
      this.#levelCount = length
    }
    const known = this.#cache.get(category)
    if (known) return known
    const inRoot = this.#findInRoot(category)
    const found = { level: this.#findLevel(category), inRoot, lead: undefined }
    this.#cache.set(category, found)
    return found
  }

  // The category that configures this one must be in the root, too.
  #findInRoot(category: string): string | undefined {
    const { config } = this.#copy
    const name = chainOf(category).find((each) =>
      config ? config.categories?.[each] : this.#levels.find(CONFIGURED, each) !== undefined,
    )
    return name !== undefined && this.#levels.find(OTHERS, name) === 1 ? name : undefined
  }

  #findLevel(category: string): Level | undefined {
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
