// Drafts: those of a producer, one for each level and opening.

import type { Beginning } from '../core/beginning.js'
import type { Draft } from '../core/draft.js'

/** Openings are the names of loggers, and the prefixes of their children, of which there can be any number. */
const MAX_OPENINGS = 100

export class Drafts {
  readonly #beginning: Beginning
  /** By opening and level number. */
  readonly #drafts = new Map<string, (Draft | undefined)[]>()
  #opening: string | undefined
  #levels: (Draft | undefined)[] = []

  constructor(beginning: Beginning) {
    this.#beginning = beginning
  }

  /** Undefined if an opening is new: many are used once. */
  find(level: number, opening: string): Draft | undefined {
    if (opening !== this.#opening && !this.#turnTo(opening)) return undefined
    const draft = this.#levels[level]
    if (draft) return draft
    const made = this.#beginning.draft(level, opening)
    this.#levels[level] = made
    return made
  }

  clear(): void {
    this.#drafts.clear()
    this.#opening = undefined
  }

  #turnTo(opening: string): boolean {
    const levels = this.#drafts.get(opening)
    if (levels) {
      this.#opening = opening
      this.#levels = levels
      return true
    }
    if (this.#drafts.size >= MAX_OPENINGS) this.clear()
    this.#drafts.set(opening, [])
    return false
  }
}
