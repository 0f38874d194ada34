// Source: one producer's queue as the listener sees it, and whether producers are alive.

import { basename } from 'node:path'
import { process } from '../core/originals.js'
import { isAlive, startOf } from '../core/process.js'
import type { Origin } from '../core/record.js'
import { readPrivate } from '../core/trust.js'
import type { Frame } from '../queue/frame.js'
import type { FileReader } from '../queue/reader.js'
import type { RingReader } from '../queue/ring.js'
import { endPath, listProducers, ownSpace, spaceOf } from '../queue/segment.js'
import { livesElsewhere } from './elsewhere.js'
import type { Entry } from './ledger.js'

export interface Source {
  /** The producer's name in the runtime directory, or `ring-` and a number. */
  readonly id: string
  readonly reader: RingReader | FileReader
  /** Number among the sources: decides between records of the same time. */
  readonly order: number
  /** The same as `reader`, if it reads queue files. They are removed when the source is. */
  readonly file?: FileReader
  /** Whether the producer is known to have ended. */
  hasEnded: boolean
  /** Whether the producer is connected to the doorbell. */
  isConnected?: boolean
  /** Whether the producer was dead when the listener found the queue: it was left by an earlier application. */
  readonly isLeft?: boolean
  /** Called when the source was read to its end and is removed. */
  readonly removed?: () => void
  /** Monotonic time (ms) of the last activity. */
  activeAt: number
  /** The producer, as its first record says. */
  origin?: Origin | undefined
  /** Records and bytes this listener has read from the queue. */
  records: number
  bytes: number
  /** The producer's counts by level. */
  entry?: Entry
}

/** The process id in a producer's name. */
export function pidOf(producer: string): number {
  return Number.parseInt(producer, 10)
}

/** The thread id in a producer's name. */
export function threadOf(producer: string): number {
  return Number.parseInt(producer.split('-')[1] ?? '0', 10)
}

/** Whether the producer's process is this one. */
export function isOwn(producer: string): boolean {
  return pidOf(producer) === process.pid && spaceOf(producer) === ownSpace()
}

/** Whether the producer's process lives, in whatever PID namespace. */
export function isProducerAlive(directory: string, producer: string, isConnected = false): boolean {
  if (spaceOf(producer) === ownSpace()) return isAlive(pidOf(producer))
  return livesElsewhere(directory, producer, isConnected)
}

/** Whether a frame was written before a reboot: its monotonic time is then later than `now`, with 1 s of tolerance. */
export function isOfAnotherBoot({ time }: Frame, now: number): boolean {
  return time > now + 1000
}

/** Whether a process other than this one may still write to a queue in the directory, and is not about to exit. */
export function hasLivingProducers(directory: string): boolean {
  try {
    const producers = [...listProducers(directory).keys()]
    const processOf = (producer: string): string => `${pidOf(producer)} ${spaceOf(producer)}`
    const ending = new Set(
      producers.filter((producer) => isEnding(directory, producer)).map(processOf),
    )
    return producers.some(
      (each) => !isOwn(each) && !ending.has(processOf(each)) && isProducerAlive(directory, each),
    )
  } catch {
    return false
  }
}

// A process that exits while there is no listener leaves a file with its start time, which a later process with the
// same id does not have.
function isEnding(directory: string, producer: string): boolean {
  try {
    return (
      readPrivate(directory, basename(endPath(directory, producer))) === startOf(pidOf(producer))
    )
  } catch {
    return false
  }
}
