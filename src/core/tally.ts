// Tally: how many records were dropped, by producer and level.

import { levelName } from './level.js'

/** Counts by level name, by producer's path. */
export type Tally = Readonly<Record<string, Readonly<Record<string, number>>>>

/** Called for records that were dropped. */
export type Dropped = (source: string, level: number, count: number) => void

export class Drops {
  #counts = new Map<string, Record<string, number>>()

  get isEmpty(): boolean {
    return this.#counts.size === 0
  }

  /** All of them. */
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

  /** Adds what another one has counted; anything that is no tally is left out. */
  merge(tally: unknown): void {
    for (const [source, levels] of entries(tally)) {
      for (const [level, count] of entries(levels)) {
        if (typeof count === 'number') this.add(source, level, count)
      }
    }
  }

  /** What was counted, by producer and level. */
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
