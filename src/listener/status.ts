// Status: what the listener knows about itself and each producer, for `logshare ps`.
//
// It is made on request only. `stats.ts` has the counters for `stats()`.

import { monotonic } from '../core/clock.js'
import { process } from '../core/originals.js'
import type { Origin } from '../core/record.js'
import type { Tally } from '../core/tally.js'
import type { Frame } from '../queue/frame.js'
import { FileReader } from '../queue/reader.js'
import type { ThreadData } from './channel.js'
import type { Source } from './source.js'
import { Count, Counters } from './stats.js'

/** Milliseconds after its last record during which a producer's state is `logging`. */
const RECENT = 1000

export interface ProducerStatus extends Origin {
  /** Records and bytes that this listener has read from its queue. */
  readonly records: number
  readonly bytes: number
  /** Bytes in its queue, and the queue's capacity. */
  readonly waiting: number
  readonly limit: number
  /** Records dropped by the producer because its queue was full, and by handlers. */
  readonly dropped: number
  /** `ended`: the producer has ended, but its queue still holds records. */
  readonly state: 'logging' | 'idle' | 'ended'
}

export interface ListenerStatus {
  /** Process id of the listener. */
  readonly pid: number
  /** Totals since the listener started, including producers that have ended. */
  readonly records: number
  readonly bytes: number
  readonly dropped: number
  /** How often bytes in a queue were skipped because they were no frame. */
  readonly damaged: number
  /** Bytes that handlers keep and have not passed on yet. */
  readonly waiting: number
  readonly producers: readonly ProducerStatus[]
}

/** `drops`: all records dropped so far, by producer. */
export function createStatus(
  sources: Iterable<Source>,
  { settings, counters }: Pick<ThreadData, 'settings' | 'counters'>,
  drops: Tally,
): ListenerStatus {
  const counts = new Counters(counters)
  return {
    pid: process.pid,
    records: counts.get(Count.RECORDS),
    bytes: counts.get(Count.BYTES),
    dropped: Object.keys(drops).reduce((sum, name) => sum + sumOf(drops, name), 0),
    damaged: counts.get(Count.DAMAGED),
    waiting: counts.get(Count.WAITING),
    producers: [...sources].map((source) => describe(source, settings.overflow.limit, drops)),
  }
}

function describe(source: Source, limit: number, drops: Tally): ProducerStatus {
  const { reader, records, bytes, hasEnded, activeAt } = source
  const origin = originOfSource(source)
  const isRecent = records > 0 && monotonic() - activeAt < RECENT
  return {
    ...origin,
    records,
    bytes,
    waiting: reader.pending(),
    limit: capacityOf(source, limit),
    dropped: sumOf(drops, origin.source),
    state: hasEnded ? 'ended' : isRecent ? 'logging' : 'idle',
  }
}

function originOfSource(source: Source): Origin {
  return helloOf(source) ?? source.origin ?? unknownOrigin(source)
}

/** Path of a queue's producer in the tree of children. */
export function producerOf(source: Source): string {
  return originOfSource(source).source
}

/** Bytes that may wait in a queue. `limit`: those in queue files. */
export function capacityOf({ reader }: Source, limit: number): number {
  return reader instanceof FileReader ? limit : reader.capacity
}

// Who writes a queue file. The records in it may have other sources: a collector's input writes those of its senders.
function helloOf({ file }: Source): Origin | undefined {
  if (file?.hello === undefined) return undefined
  const { pid, tid, source } = JSON.parse(file.hello) as Origin
  return { pid, tid, source }
}

// The first ring is the root's own. The producers of other rings are unknown until their first record.
function unknownOrigin({ order, file, id }: Source): Origin {
  if (file) return { pid: Number.parseInt(id, 10), tid: Number(id.split('-')[1]), source: '?' }
  return { pid: process.pid, tid: 0, source: order === 0 ? 'root' : '?' }
}

const ORIGIN = /"pid":(\d+),"tid":(\d+),"source":("(?:[^"\\]|\\.)*")/
/** Bytes at the start of a line that contain its origin, except for very long paths. */
const HEAD = 512

/** The producer of a record. */
export function originOf({ buffer, start, end }: Frame): Origin | undefined {
  const text = buffer.toString('utf8', start, Math.min(end, start + HEAD))
  const [, pid, tid, source] = ORIGIN.exec(text) ?? []
  if (source === undefined) return undefined
  return { pid: Number(pid), tid: Number(tid), source: JSON.parse(source) as string }
}

function sumOf(drops: Tally, source: string): number {
  return Object.values(drops[source] ?? {}).reduce((sum, each) => sum + each, 0)
}
