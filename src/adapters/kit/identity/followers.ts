// Followers: loggers in a child that keep to the level of the root's of the same identity.

import type { Levels } from '../../../core/levels.js'
import { type Identity, keyOf } from './loggers.js'

/** Off, in the table of levels. */
export const OFF = 100

export class Followers<L extends object> {
  readonly #levels: Levels
  readonly #lib: string
  readonly #set: (logger: L, level: number) => void
  readonly #loggers = new Map<string, WeakRef<L>[]>()
  readonly #own = new WeakSet<L>()

  /** `set` gives a logger of the library a level. */
  constructor(levels: Levels, lib: string, set: (logger: L, level: number) => void) {
    this.#levels = levels
    this.#lib = lib
    this.#set = set
  }

  /** Starts with what the root has told by now; returns the undo. */
  install(): () => void {
    return this.#levels.watch(() => this.#update())
  }

  /** Gives a new logger the root's level, now and whenever that changes. */
  follow(identity: Identity, logger: L): void {
    const key = keyOf(identity)
    const living = (this.#loggers.get(key) ?? []).filter((each) => each.deref())
    this.#loggers.set(key, [...living, new WeakRef(logger)])
    this.#apply(key, logger)
  }

  /** The application has set its level: it is its own from now on. */
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
