// Census: what the listener knows of each producer, for `logshare ps`.

import { monotonic } from '../core/clock.js'
import type { Origin } from '../core/record.js'
import type { Tally } from '../core/tally.js'
import type { Frame } from '../queue/frame.js'
import { FileReader } from '../queue/reader.js'
import { RING_CAPACITY } from '../queue/ring.js'
import type { ThreadData } from './channel.js'
import type { Source } from './source.js'
import { Count } from './stats.js'

/** Milliseconds after its last record in which a producer is said to log. */
const RECENT = 1000

export interface Producer extends Origin {
  /** What this listener has taken off its queue. */
  readonly records: number
  readonly bytes: number
  /** Bytes that wait in its queue, and how many may. */
  readonly waiting: number
  readonly limit: number
  /** Records it has dropped for want of room, and those that handlers have. */
  readonly dropped: number
  /** `ended`: and not yet read to its end. */
  readonly state: 'logging' | 'idle' | 'ended'
}

export interface Census {
  /** Process of the listener. */
  readonly pid: number
  /** Since it started, producers that have ended included. */
  readonly records: number
  readonly bytes: number
  readonly dropped: number
  /** Times that bytes in queues were no records. */
  readonly damaged: number
  /** Bytes that handlers keep because they cannot pass them on. */
  readonly waiting: number
  readonly producers: readonly Producer[]
}

/** Notes a frame that is taken off a source's queue. */
export function count(source: Source, frame: Frame): void {
  source.records++
  source.bytes += frame.end - frame.start
  source.origin ??= originOf(frame)
}

export function takeCensus(
  sources: Iterable<Source>,
  { settings, counters }: Pick<ThreadData, 'settings' | 'counters'>,
  drops: Tally,
): Census {
  const counts = new Float64Array(counters)
  const countOf = (slot: number): number => counts[slot] ?? 0
  return {
    pid: process.pid,
    records: countOf(Count.RECORDS),
    bytes: countOf(Count.BYTES),
    dropped: Object.keys(drops).reduce((sum, name) => sum + sumOf(drops, name), 0),
    damaged: countOf(Count.DAMAGED),
    waiting: countOf(Count.WAITING),
    producers: [...sources].map((source) => describe(source, settings.overflow.limit, drops)),
  }
}

function describe(source: Source, limit: number, drops: Tally): Producer {
  const { reader, records, bytes, gone, activeAt } = source
  const origin = helloOf(source) ?? source.origin ?? unknownOrigin(source)
  const isRecent = records > 0 && monotonic() - activeAt < RECENT
  return {
    ...origin,
    records,
    bytes,
    waiting: reader.pending(),
    limit: reader instanceof FileReader ? limit : RING_CAPACITY,
    dropped: sumOf(drops, origin.source),
    state: gone ? 'ended' : isRecent ? 'logging' : 'idle',
  }
}

// What an input takes has other sources than the queue itself.
function helloOf({ file }: Source): Origin | undefined {
  if (file?.hello === undefined) return undefined
  const { pid, tid, source } = JSON.parse(file.hello) as Origin
  return { pid, tid, source }
}

// A ring's first is the root's own; whose the others are, their first record tells.
function unknownOrigin({ order, file, id }: Source): Origin {
  if (file) return { pid: Number.parseInt(id, 10), tid: Number(id.split('-')[1]), source: '?' }
  return { pid: process.pid, tid: 0, source: order === 0 ? 'root' : '?' }
}

const ORIGIN = /"pid":(\d+),"tid":(\d+),"source":("(?:[^"\\]|\\.)*")/
/** Bytes in which a line has its origin, for all but the longest paths. */
const BEGINNING = 512

function originOf({ buffer, start, end }: Frame): Origin | undefined {
  const text = buffer.toString('utf8', start, Math.min(end, start + BEGINNING))
  const [, pid, tid, source] = ORIGIN.exec(text) ?? []
  if (source === undefined) return undefined
  return { pid: Number(pid), tid: Number(tid), source: JSON.parse(source) as string }
}

function sumOf(drops: Tally, source: string): number {
  return Object.values(drops[source] ?? {}).reduce((sum, each) => sum + each, 0)
}
