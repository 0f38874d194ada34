// Measured: what metrics are made of: counts and queues of each producer, and of the whole tree.

import type { Tally } from '../core/tally.js'

export interface Account {
  readonly producer: string
  /** Records by level name. */
  readonly levels: Readonly<Record<string, number>>
  readonly bytes: number
}

export interface QueueMetrics {
  readonly producer: string
  /** Bytes in the queue that the listener has not read, and how many may wait there. */
  readonly waiting: number
  readonly capacity: number
}

/** The part of one listener. */
export interface ListenerMetrics {
  readonly accounts: readonly Account[]
  readonly queues: readonly QueueMetrics[]
  /** Age (ms) of the oldest record that waits in a queue; 0 if there is none. */
  readonly lag: number
}

/** All of the tree. */
export interface Metrics extends ListenerMetrics {
  /** Records dropped, by producer and level name. */
  readonly drops: Tally
  /** Bytes that handlers keep. */
  readonly kept: number
  readonly failed: number
  readonly damaged: number
  /** Records for the root's loggers and added handlers that were dropped. */
  readonly undelivered: number
  /** Producers whose queues are read. */
  readonly producers: number
}
