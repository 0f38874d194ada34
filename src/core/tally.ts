// Tally: counts of dropped records, by producer and level.

import { levelName } from './level.js'

/** Counts by level name, by the producer's `source`. */
export type Tally = Readonly<Record<string, Readonly<Record<string, number>>>>

/** Called with a producer's `source`, a level number and the number of records dropped. */
export type Dropped = (source: string, level: number, count: number) => void

/** A mutable tally. */
export class Drops {
  #counts = new Map<string, Record<string, number>>()

  get isEmpty(): boolean {
    return this.#counts.size === 0
  }

  /** Sum of all counts. */
  get total(): number {
    let total = 0
    for (const levels of this.#counts.values()) {
      for (const count of Object.values(levels)) total += count
    }
    return total
  }

  add(source: string, level: number | string, count: number): void {
    const name = typeof level === 'number' ? levelName(level) : level
    const levels = this.#counts.get(source) ?? {}
    levels[name] = (levels[name] ?? 0) + count
    this.#counts.set(source, levels)
  }

  /** Adds the counts of another tally; ignores anything that is not a count. */
  merge(tally: unknown): void {
    for (const [source, levels] of entries(tally)) {
      for (const [level, count] of entries(levels)) {
        if (typeof count === 'number') this.add(source, level, count)
      }
    }
  }

  /** A copy of the counts. */
  read(): Tally {
    return Object.fromEntries([...this.#counts].map(([source, levels]) => [source, { ...levels }]))
  }

  clear(): void {
    this.#counts.clear()
  }
}

function entries(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : []
}
