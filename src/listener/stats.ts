// Stats: what the listener counts, in memory that the root's main thread reads.

import type { Tally } from '../core/tally.js'

/** Slots of the counters, which the root's thread reads while the listener's writes. */
export const Count = {
  RECORDS: 0,
  BYTES: 1,
  DAMAGED: 2,
  FAILED: 3,
  SOURCES: 4,
  WAITING: 5,
  SIZE: 6,
} as const

/** What `stats()` tells of the listener. */
export interface ListenerStats {
  /** `thread` once there was a child. */
  readonly listener: 'inline' | 'thread'
  readonly records: number
  readonly bytes: number
  /** Times that bytes in a queue were skipped because they were no frames. */
  readonly damaged: number
  /** Calls of handlers that threw. */
  readonly failed: number
  /** Producers whose queues are served now. */
  readonly producers: number
  /** Bytes that handlers keep because they cannot pass them on. */
  readonly waiting: number
  /** Records dropped anywhere in the tree for want of room, by level name, by producer. */
  readonly drops: Tally
  /** Lines for the main thread that were dropped because it did not take them. */
  readonly undelivered: number
}

/** The numbers among them. */
export function readCounters(
  counters: Float64Array,
): Omit<ListenerStats, 'listener' | 'drops' | 'undelivered'> {
  const count = (slot: number): number => counters[slot] ?? 0
  return {
    records: count(Count.RECORDS),
    bytes: count(Count.BYTES),
    damaged: count(Count.DAMAGED),
    failed: count(Count.FAILED),
    producers: count(Count.SOURCES),
    waiting: count(Count.WAITING),
  }
}
