// Levels of winston's loggers: told by the root, and kept to in children that have not set their own.

import type { AdapterContext } from '../kit/adapter.js'
import { type Identity, type Loggers, levelKeys } from './identity.js'
import { nameAt, thresholdOf } from './levels.js'
import type { Logger } from './library.js'

const LIB = 'winston'
/** What a logger's level was when it was created: a child that gives the same one has not set it for itself. */
const AT_FIRST = 'winston-at-first'
/** Loggers created at one place whose levels are told. */
const MAX_TOLD = 20

interface Kept {
  level: string
  /** Whether the application here wants this level, whatever the root has. */
  isOwn: boolean
}

export class LevelFollower {
  readonly #context: AdapterContext
  readonly #loggers: Loggers
  readonly #kept = new WeakMap<Logger, Kept>()
  readonly #unwatch: () => void
  #isQuiet = false

  constructor(context: AdapterContext, loggers: Loggers) {
    this.#context = context
    this.#loggers = loggers
    this.#unwatch = context.role === 'take' ? context.levels.watch(() => this.#follow()) : () => {}
  }

  /** To be called before a logger is configured. */
  begin(logger: Logger): boolean {
    this.#isQuiet = true
    return this.#kept.has(logger)
  }

  /** A logger was created or configured; `isGiven`: with a level. */
  configured(logger: Logger, identity: Identity, isGiven: boolean, isAgain = false): void {
    this.#isQuiet = false
    if (!isAgain) this.#observe(logger)
    const kept = this.#kept.get(logger)
    if (!kept) return
    if (this.#context.role !== 'take') {
      this.#tell(logger, kept.level, AT_FIRST)
      this.#tell(logger, kept.level, LIB)
      return
    }
    const first = this.#find(identity, AT_FIRST)
    kept.isOwn = isGiven && first !== thresholdOf(logger.levels, kept.level)
    this.#apply(logger, kept, identity)
  }

  isOwn(logger: Logger): boolean {
    return this.#kept.get(logger)?.isOwn ?? false
  }

  close(): void {
    this.#unwatch()
  }

  // A child made by `child()` that is set to a level has it for itself, as without us.
  #observe(logger: Logger): void {
    const kept: Kept = { level: logger.level, isOwn: false }
    this.#kept.set(logger, kept)
    const changed = (): void => this.#changed(logger, kept)
    Object.defineProperty(logger, 'level', {
      configurable: true,
      enumerable: true,
      get: () => kept.level,
      set(this: Logger, level: string) {
        if (this !== logger) {
          const own = { value: level, configurable: true, enumerable: true, writable: true }
          Object.defineProperty(this, 'level', own)
          return
        }
        kept.level = level
        changed()
      },
    })
  }

  #changed(logger: Logger, kept: Kept): void {
    if (this.#isQuiet) return
    if (this.#context.role === 'take') kept.isOwn = true
    else this.#tell(logger, kept.level, LIB)
  }

  #tell(logger: Logger, level: string, lib: string): void {
    const identity = this.#loggers.identityOf(logger)
    if (!identity || (identity.nth ?? 0) >= MAX_TOLD) return
    const threshold = thresholdOf(logger.levels, level)
    for (const key of levelKeys(identity)) this.#context.levels.announce(lib, key, threshold)
  }

  #follow(): void {
    for (const logger of this.#loggers.all()) {
      const kept = this.#kept.get(logger)
      const identity = this.#loggers.identityOf(logger)
      if (kept && identity) this.#apply(logger, kept, identity)
    }
  }

  #apply(logger: Logger, kept: Kept, identity: Identity): void {
    const threshold = kept.isOwn ? undefined : this.#find(identity, LIB)
    if (threshold === undefined) return
    kept.level = nameAt(logger.levels, threshold) ?? kept.level
  }

  #find(identity: Identity, lib: string): number | undefined {
    const { levels } = this.#context
    for (const key of levelKeys(identity)) {
      const found = levels.find(lib, key)
      if (found !== undefined) return found
    }
    return undefined
  }
}
