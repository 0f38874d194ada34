// Source: one producer as the listener knows it.

import type { FileReader } from '../queue/file.js'
import type { RingReader } from '../queue/ring.js'

export interface Source {
  /** The producer's name in the runtime directory, or the ring's number. */
  readonly id: string
  readonly reader: RingReader | FileReader
  /** Place among the sources: breaks ties of time. */
  readonly order: number
  /** Set for a queue file: what is left of it is removed at the end. */
  readonly file?: FileReader
  /** The producer's thread has said, or its connection shows, that it has ended. */
  gone: boolean
  /** Monotonic time of the last frame seen. */
  activeAt: number
}

/** The process id in a producer's name. */
export function pidOf(producer: string): number {
  return Number.parseInt(producer, 10)
}

export function threadOf(producer: string): number {
  return Number.parseInt(producer.split('-')[1] ?? '0', 10)
}
