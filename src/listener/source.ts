// Source: one producer as the listener knows it.

import { readFileSync } from 'node:fs'
import { isAlive, startOf } from '../core/process.js'
import type { Origin } from '../core/record.js'
import type { Frame } from '../queue/frame.js'
import type { FileReader } from '../queue/reader.js'
import type { RingReader } from '../queue/ring.js'
import { endPath, listProducers } from '../queue/segment.js'

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
  /** Called when nothing is left of it. */
  readonly dismissed?: () => void
  /** Monotonic time of the last frame seen. */
  activeAt: number
  /** Who it is, as its first record says. */
  origin?: Origin | undefined
  /** What was taken off the queue by this listener. */
  records: number
  bytes: number
}

/** The process id in a producer's name. */
export function pidOf(producer: string): number {
  return Number.parseInt(producer, 10)
}

export function threadOf(producer: string): number {
  return Number.parseInt(producer.split('-')[1] ?? '0', 10)
}

/** Whether a frame was written before the machine was started again, when the clock had another start. */
export function isOfAnotherBoot({ time }: Frame, now: number): boolean {
  return time > now + 1000
}

/** Whether a process other than this one, and not at its end, may still write to a queue in the directory. */
export function hasLivingProducers(directory: string): boolean {
  try {
    const producers = [...listProducers(directory).keys()]
    const ending = new Set(producers.filter((producer) => hasEnded(directory, producer)).map(pidOf))
    const pids = producers.map(pidOf)
    return pids.some((pid) => pid !== process.pid && !ending.has(pid) && isAlive(pid))
  } catch {
    return false
  }
}

// The file names its process by the time it started, lest it speak for another that has the same id now.
function hasEnded(directory: string, producer: string): boolean {
  try {
    return readFileSync(endPath(directory, producer), 'latin1') === startOf(pidOf(producer))
  } catch {
    return false
  }
}
