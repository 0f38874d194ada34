// Stats: the listener's counters for `stats()`, in memory shared with the root's main thread.

import type { Tally } from '../core/tally.js'

/** Slots of the counters. The listener writes them, the root's main thread reads them. */
export const Count = {
  RECORDS: 0,
  BYTES: 1,
  DAMAGED: 2,
  FAILED: 3,
  SOURCES: 4,
  WAITING: 5,
  SIZE: 6,
} as const

/** The listener's part of what `stats()` returns. */
export interface ListenerStats {
  /** `thread` from the first child on. */
  readonly listener: 'inline' | 'thread'
  readonly records: number
  readonly bytes: number
  /** How often bytes in a queue were skipped because they were no frame. */
  readonly damaged: number
  /** Handler calls that threw. */
  readonly failed: number
  /** Producers whose queues the listener reads now. */
  readonly producers: number
  /** Bytes that handlers keep and have not passed on yet. */
  readonly waiting: number
  /** Records dropped anywhere in the tree because there was no room, by producer and level name. */
  readonly drops: Tally
  /** Lines for the main thread that were dropped because it did not receive them in time. */
  readonly undelivered: number
}

/** The counters, in this memory. */
export class Counters {
  readonly #slots: Float64Array

  constructor(memory: SharedArrayBuffer) {
    this.#slots = new Float64Array(memory)
  }

  set(slot: number, value: number): void {
    this.#slots[slot] = value
  }

  add(slot: number, by: number): void {
    this.#slots[slot] = this.get(slot) + by
  }

  get(slot: number): number {
    return this.#slots[slot] ?? 0
  }

  read(): Omit<ListenerStats, 'listener' | 'drops' | 'undelivered'> {
    return {
      records: this.get(Count.RECORDS),
      bytes: this.get(Count.BYTES),
      damaged: this.get(Count.DAMAGED),
      failed: this.get(Count.FAILED),
      producers: this.get(Count.SOURCES),
      waiting: this.get(Count.WAITING),
    }
  }
}
