// Followers: loggers in a child that take the level of the root's logger with the same identity (pino, bunyan).

import type { Levels } from '../../../core/levels.js'
import { type Identity, keyOf } from './loggers.js'

/** The level of a logger that is switched off, in the announced levels. */
export const OFF = 100

export class Followers<L extends object> {
  readonly #levels: Levels
  readonly #lib: string
  readonly #set: (logger: L, level: number) => void
  readonly #loggers = new Map<string, WeakRef<L>[]>()
  readonly #own = new WeakSet<L>()

  /** `set` sets the level of one of the library's loggers. */
  constructor(levels: Levels, lib: string, set: (logger: L, level: number) => void) {
    this.#levels = levels
    this.#lib = lib
    this.#set = set
  }

  /** Follows level changes of the root from now on; returns the undo. */
  install(): () => void {
    return this.#levels.watch(() => this.#update())
  }

  /** Sets the root's level on a new logger, now and after each change. */
  follow(identity: Identity, logger: L): void {
    const key = keyOf(identity)
    const living = (this.#loggers.get(key) ?? []).filter((each) => each.deref())
    this.#loggers.set(key, [...living, new WeakRef(logger)])
    this.#apply(key, logger)
  }

  /** Leaves a logger alone from now on, because the application has set its level. */
  release(logger: L): void {
    this.#own.add(logger)
  }

  #update(): void {
    for (const [key, loggers] of this.#loggers) {
      for (const each of loggers) {
        const logger = each.deref()
        if (logger && !this.#own.has(logger)) this.#apply(key, logger)
      }
    }
  }

  #apply(key: string, logger: L): void {
    const level = this.#levels.find(this.#lib, key)
    if (level !== undefined) this.#set(logger, level)
  }
}
