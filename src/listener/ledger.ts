// Ledger: records by producer and level, and bytes, since the listener began; of producers that ended long ago only the sum.

import { levelName } from '../core/level.js'
import type { Account } from './measured.js'

/** Producers that have ended and are still told apart. */
const MAX_ENDED = 100
/** The name under which all others that have ended are counted together. */
export const ENDED = 'ended'

/** The counts of one producer, added to as its records are read. */
export class Entry {
  /** Records by level number. */
  readonly levels: Float64Array = new Float64Array(256)
  bytes = 0

  count(level: number, bytes: number): void {
    this.levels[level] = (this.levels[level] ?? 0) + 1
    this.bytes += bytes
  }

  /** Counts the records `[from, to)` of a block. */
  countRun(levels: Uint8Array, from: number, to: number, bytes: number): void {
    const counts = this.levels
    for (let i = from; i < to; i++) {
      const level = levels[i] as number
      counts[level] = (counts[level] as number) + 1
    }
    this.bytes += bytes
  }

  add(other: Entry): void {
    other.levels.forEach((count, level) => {
      this.levels[level] = (this.levels[level] ?? 0) + count
    })
    this.bytes += other.bytes
  }
}

export class Ledger {
  readonly #entries = new Map<string, Entry>()

  /** The counts of a producer. `living`: names of the producers that may log. */
  open(producer: string, living: () => Iterable<string>): Entry {
    const known = this.#entries.get(producer)
    if (known) return known
    const entry = new Entry()
    this.#entries.set(producer, entry)
    if (this.#entries.size > 2 * MAX_ENDED) this.#fold(new Set(living()).add(producer))
    return entry
  }

  read(): readonly Account[] {
    return [...this.#entries].map(([producer, { levels, bytes }]) => {
      return { producer, levels: byName(levels), bytes }
    })
  }

  // Leaves the latest of those that have ended.
  #fold(living: ReadonlySet<string>): void {
    const ended = [...this.#entries.keys()].filter((name) => name !== ENDED && !living.has(name))
    const rest = this.#entries.get(ENDED) ?? new Entry()
    for (const name of ended.slice(0, -MAX_ENDED)) {
      rest.add(this.#entries.get(name) as Entry)
      this.#entries.delete(name)
    }
    this.#entries.set(ENDED, rest)
  }
}

function byName(levels: Float64Array): Record<string, number> {
  const named: Record<string, number> = {}
  levels.forEach((count, level) => {
    if (count === 0) return
    const name = levelName(level)
    named[name] = (named[name] ?? 0) + count
  })
  return named
}
