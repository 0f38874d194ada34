// Follower: the root announces its loggers' levels, and a child's loggers use them unless the child has set its own.

import type { AdapterContext } from '../kit/adapter.js'
import { type Identity, type Loggers, levelKeys, MAX_ANNOUNCED } from './identity.js'
import { nameAt, thresholdOf } from './levels.js'
import type { Logger } from './library.js'

const LIB = 'winston'
/** Announced under this name: the level a logger was created with. The same level in a child is not its own. */
const INITIAL = 'winston-at-first'

interface Tracked {
  level: string
  /** In a child: whether the application has set this level there, so that the root's does not apply. */
  isOwn: boolean
}

export class LevelFollower {
  readonly #context: AdapterContext
  readonly #loggers: Loggers
  readonly #tracked = new WeakMap<Logger, Tracked>()
  readonly #unwatch: () => void
  #isConfiguring = false

  constructor(context: AdapterContext, loggers: Loggers) {
    this.#context = context
    this.#loggers = loggers
    this.#unwatch = context.role === 'take' ? context.levels.watch(() => this.#follow()) : () => {}
  }

  /** Returns whether the logger was configured before. Must be followed by `afterConfigure`. */
  beforeConfigure(logger: Logger): boolean {
    this.#isConfiguring = true
    return this.#tracked.has(logger)
  }

  /** `hasLevel`: whether the options contained a level. */
  afterConfigure(
    logger: Logger,
    identity: Identity,
    hasLevel: boolean,
    isReconfigured = false,
  ): void {
    this.#isConfiguring = false
    if (!isReconfigured) this.#track(logger)
    const tracked = this.#tracked.get(logger)
    if (!tracked) return
    if (this.#context.role !== 'take') {
      this.#announce(logger, tracked.level, INITIAL)
      this.#announce(logger, tracked.level, LIB)
      return
    }
    const initial = this.#find(identity, INITIAL)
    tracked.isOwn = hasLevel && initial !== thresholdOf(logger.levels, tracked.level)
    this.#apply(logger, tracked, identity)
  }

  /** Whether the child has set the logger's level itself. */
  isOwn(logger: Logger): boolean {
    return this.#tracked.get(logger)?.isOwn ?? false
  }

  close(): void {
    this.#unwatch()
  }

  #track(logger: Logger): void {
    const tracked: Tracked = { level: logger.level, isOwn: false }
    this.#tracked.set(logger, tracked)
    const changed = (): void => this.#changed(logger, tracked)
    Object.defineProperty(logger, 'level', {
      configurable: true,
      enumerable: true,
      get: () => tracked.level,
      set(this: Logger, level: string) {
        // A logger made by `child()` has this one as prototype. As without us, its level is its own property.
        if (this !== logger) {
          const own = { value: level, configurable: true, enumerable: true, writable: true }
          Object.defineProperty(this, 'level', own)
          return
        }
        tracked.level = level
        changed()
      },
    })
  }

  #changed(logger: Logger, tracked: Tracked): void {
    if (this.#isConfiguring) return
    if (this.#context.role === 'take') tracked.isOwn = true
    else this.#announce(logger, tracked.level, LIB)
  }

  #announce(logger: Logger, level: string, lib: string): void {
    const identity = this.#loggers.identityOf(logger)
    if (!identity || (identity.nth ?? 0) >= MAX_ANNOUNCED) return
    const threshold = thresholdOf(logger.levels, level)
    for (const key of levelKeys(identity)) this.#context.levels.announce(lib, key, threshold)
  }

  #follow(): void {
    for (const logger of this.#loggers.all()) {
      const tracked = this.#tracked.get(logger)
      const identity = this.#loggers.identityOf(logger)
      if (tracked && identity) this.#apply(logger, tracked, identity)
    }
  }

  #apply(logger: Logger, tracked: Tracked, identity: Identity): void {
    const threshold = tracked.isOwn ? undefined : this.#find(identity, LIB)
    if (threshold === undefined) return
    tracked.level = nameAt(logger.levels, threshold) ?? tracked.level
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
