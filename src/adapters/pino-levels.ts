// Levels: the root announces its loggers' levels, and those of the same identity in children follow.

import type { AdapterContext } from './adapter.js'
import { type Identity, keyOf } from './loggers.js'
import type { Library, Logger } from './pino-library.js'

/** Off, in the table of levels. */
const OFF = 100

export function announceLevel(
  { levels }: AdapterContext,
  identity: Identity,
  { level, levels: { values } }: Logger,
): void {
  const value = values[level] ?? OFF
  levels.announce('pino', keyOf(identity), Number.isFinite(value) ? value : OFF)
}

/** Loggers that were made to follow the root's, until the application sets their level itself. */
export class Followers {
  readonly #context: AdapterContext
  readonly #loggers = new Map<string, WeakRef<Logger>[]>()
  readonly #own = new WeakSet<Logger>()

  constructor(context: AdapterContext) {
    this.#context = context
  }

  /** Sets the root's level and keeps to it. `library` is the logger's. */
  follow(library: Library, identity: Identity, logger: Logger): void {
    const key = keyOf(identity)
    const known = (this.#loggers.get(key) ?? []).filter((each) => each.deref())
    known.push(new WeakRef(logger))
    this.#loggers.set(key, known)
    this.#libraries.set(logger, library)
    this.#apply(key, logger)
  }

  readonly #libraries = new WeakMap<Logger, Library>()

  /** Its level is the application's own from now on. */
  release(logger: Logger): void {
    this.#own.add(logger)
  }

  /** The root's levels have changed. */
  update(): void {
    for (const [key, loggers] of this.#loggers) {
      for (const each of loggers) {
        const logger = each.deref()
        if (logger && !this.#own.has(logger)) this.#apply(key, logger)
      }
    }
  }

  #apply(key: string, logger: Logger): void {
    const level = this.#context.levels.find('pino', key)
    const library = this.#libraries.get(logger)
    if (level === undefined || !library) return
    const label = labelOf(logger, level)
    if (logger.level !== label) library.setLevel.call(logger, label)
  }
}

// The root's logger may have levels of its own: then the next above.
function labelOf({ levels: { labels, values } }: Logger, level: number): string {
  const exact = labels[level]
  if (exact !== undefined) return exact
  const above = Object.entries(values)
    .filter(([, value]) => value >= level)
    .sort(([, a], [, b]) => a - b)
  return level >= OFF ? 'silent' : (above[0]?.[0] ?? 'silent')
}
