// Levels: announces the levels of the root's loggers and applies them in children, at their start and after changes.

import type { AdapterContext } from '../kit/adapter.js'
import { type Logger, METHODS, nameOf } from './library.js'

const SILENT = 100
/** Name under which the root announces the level that a logger was set to first. */
const AT_FIRST = 'loglevel-at-first'

export class LevelWatch {
  readonly #context: AdapterContext
  /** Loggers whose level the application has set in this thread, to another than the root's. */
  readonly #explicit = new WeakSet<Logger>()
  /** Loggers whose level was set at least once. */
  readonly #first = new WeakSet<Logger>()
  #isFollowing = false

  constructor(context: AdapterContext) {
    this.#context = context
  }

  /** In the root: tells the children the logger's level. */
  announce(logger: Logger): void {
    const { role, levels } = this.#context
    if (role !== 'take') levels.announce('loglevel', nameOf(logger), thresholdOf(logger.getLevel()))
  }

  /** In a child: sets the root's level, unless the application has set one here. */
  follow(logger: Logger): void {
    const { role, levels } = this.#context
    if (role !== 'take' || this.#explicit.has(logger)) return
    const level = levels.find('loglevel', nameOf(logger))
    if (level === undefined) return
    this.#isFollowing = true
    try {
      logger.setLevel(levelOf(level), false)
    } finally {
      this.#isFollowing = false
    }
  }

  /**
   * The logger's `setLevel` was called. A program sets its levels when it starts, in the root and in its children: a child
   * whose first level is also the first one in the root has none of its own.
   */
  wasSet(logger: Logger): void {
    if (this.#isFollowing) return
    const { role, levels } = this.#context
    const name = nameOf(logger)
    const level = thresholdOf(logger.getLevel())
    const known = levels.find(AT_FIRST, name)
    const isFirst = !this.#first.has(logger)
    this.#first.add(logger)
    if (role !== 'take') {
      if (known === undefined) levels.announce(AT_FIRST, name, level)
    } else if (isFirst && known === level) this.follow(logger)
    else this.#explicit.add(logger)
  }

  /** The logger's `resetLevel` was called. */
  wasReset(logger: Logger): void {
    this.#explicit.delete(logger)
  }
}

function thresholdOf(level: number): number {
  return level >= METHODS.length ? SILENT : (level + 1) * 10
}

function levelOf(threshold: number): number {
  return Math.min(Math.max(Math.ceil(threshold / 10) - 1, 0), METHODS.length)
}
