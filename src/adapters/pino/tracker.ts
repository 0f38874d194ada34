// Tracker: detects which loggers a copy of pino creates and which levels the application sets on them.

import * as shimmer from 'shimmer'
import { notice, reasonOf } from '../../core/notice.js'
import { callersOf } from '../kit/identity/callers.js'
import type { Identity } from '../kit/identity/loggers.js'
import { nameOf } from './bindings.js'
import type { Library, Logger } from './library.js'

export interface Watcher {
  /** `hasLevel`: the logger has a level of its own, not its parent's. */
  onCreate(library: Library, logger: Logger, identity: Identity, hasLevel: boolean): void
  /** The application has set the logger's level. */
  onLevel(logger: Logger, identity: Identity): void
}

export class Tracker {
  readonly #library: Library
  readonly #placeOf: (file: string | undefined) => string
  readonly #watcher: Watcher
  readonly #identities = new WeakMap<Logger, Identity>()

  constructor(library: Library, placeOf: (file: string | undefined) => string, watcher: Watcher) {
    this.#library = library
    this.#placeOf = placeOf
    this.#watcher = watcher
  }

  /** Patches the copy; returns the undo. */
  install(): () => void {
    const { prototype, pino } = this.#library
    const guard = this.#guard.bind(this)
    const tracker = this
    const target = prototype as unknown as Record<PropertyKey, (...args: unknown[]) => unknown>
    const setLevelSym = pino.symbols.setLevelSym as unknown as string
    shimmer.wrap(target, setLevelSym, (original) => {
      return function setLevel(this: Logger, ...args) {
        original.apply(this, args)
        guard(() => tracker.#onSetLevel(this))
      }
    })
    shimmer.wrap(target, 'child', (original) => {
      return function child(this: Logger, ...args) {
        const logger = original.apply(this, args) as Logger
        const { name } = args[0] as { readonly name?: unknown }
        const options = args[1] as { readonly level?: unknown } | undefined
        const hasLevel = options?.level !== undefined
        if (typeof name === 'string') guard(() => tracker.#add(logger, '', hasLevel))
        return logger
      }
    })
    return () => {
      shimmer.massUnwrap([target], [setLevelSym, 'child'])
    }
  }

  /** The identity of the logger that `pino()` created and this one descends from: both have the same destination. */
  ownerIdentity(logger: Logger): Identity | undefined {
    let each: Logger | null = logger
    while (each) {
      if (this.#isOwner(each)) return this.#identities.get(each)
      each = Object.getPrototypeOf(each) as Logger | null
    }
    return undefined
  }

  // The first call for a logger is pino's own, while `pino()` creates it.
  #onSetLevel(logger: Logger): void {
    const identity = this.#identities.get(logger)
    if (identity) this.#watcher.onLevel(logger, identity)
    else if (this.#isOwner(logger)) {
      this.#add(logger, this.#placeOf(callersOf(this.#library.path)[0]), true)
    }
  }

  #add(logger: Logger, place: string, hasLevel: boolean): void {
    const name = nameOf(this.#library, logger)
    const identity = { name, place }
    this.#identities.set(logger, identity)
    this.#watcher.onCreate(this.#library, logger, identity, hasLevel)
  }

  #isOwner(logger: Logger): boolean {
    const parent: unknown = Object.getPrototypeOf(logger)
    return parent !== null && Object.getPrototypeOf(parent) === this.#library.prototype
  }

  #guard(act: () => void): void {
    try {
      act()
    } catch (error) {
      const reason = `cannot track a pino logger: ${reasonOf(error)}`
      notice('LOGSHARE_WARN_FAILED_OPEN', reason, 'pino')
    }
  }
}
