// Stats: counts the records of each producer, and those that are missing, doubled or out of order.

import type { Tally } from '../core/tally.js'
import { Drops } from '../core/tally.js'
import { readFacts } from './facts.js'
import type { LogEntry } from './page.js'
import { Ranges } from './ranges.js'

/** Most gaps of a producer that are listed. */
const MAX_GAPS = 5

export interface ProducerStats {
  /** `source` of logshare's records; for other records the path of the log. */
  readonly producer: string
  readonly pid?: number
  readonly tid?: number
  readonly records: number
  /** Earliest and latest time (ms since the epoch). */
  readonly first?: number
  readonly last?: number
  /** First and last sequence number, for logshare's records. */
  readonly seq?: readonly [number, number]
  /** How many sequence numbers between the two are missing. */
  readonly missing?: number
  /** The first few gaps: first and last missing number of each. */
  readonly gaps?: readonly (readonly [number, number])[]
  /** How many records logshare reported as dropped. */
  readonly announced?: number
  /** How many records have a sequence number that an earlier one has. */
  readonly doubles?: number
  /** How many records have a lower time or sequence number than the record before them in their log. */
  readonly disorder: number
}

export type Totals = Readonly<
  Record<'producers' | 'records' | 'missing' | 'announced' | 'doubles' | 'disorder', number>
>

class Producer {
  readonly label: string
  readonly pid: string
  readonly tid: string
  readonly numbers = new Ranges()
  records = 0
  first = Number.POSITIVE_INFINITY
  last = Number.NEGATIVE_INFINITY
  doubles = 0
  disorder = 0
  // Log, time and sequence number of the record before.
  #log = ''
  #time = 0
  #seq = 0

  constructor(label: string, pid: string, tid: string) {
    this.label = label
    this.pid = pid
    this.tid = tid
  }

  add({ time, isTimed }: LogEntry, log: string, seq: number): void {
    this.records++
    if (seq > 0 && !this.numbers.add(seq)) this.doubles++
    if (!isTimed) return
    if (this.#log === log && (time < this.#time || seq < this.#seq)) this.disorder++
    this.#log = log
    this.#time = time
    this.#seq = seq
    if (time < this.first) this.first = time
    if (time > this.last) this.last = time
  }

  read(announced: number): ProducerStats {
    const { first, last } = this.numbers
    const gaps = [...this.numbers.gaps()]
    const isOurs = first !== undefined && last !== undefined
    return {
      producer: this.label,
      ...(isOurs && { pid: Number(this.pid), tid: Number(this.tid) }),
      records: this.records,
      ...(Number.isFinite(this.first) && { first: this.first, last: this.last }),
      ...(isOurs && {
        seq: [first, last],
        missing: gaps.reduce((sum, [from, to]) => sum + to - from + 1, 0),
        gaps: gaps.slice(0, MAX_GAPS),
        announced,
        doubles: this.doubles,
      }),
      disorder: this.disorder,
    }
  }
}

export class Stats {
  readonly #producers = new Map<string, Producer>()
  /** Drops that a producer reported itself. */
  readonly #own = new Map<Producer, Drops>()
  /** Drops that the listener or a handler reported, by the producer's path in the tree. */
  readonly #others = new Drops()

  /** Adds a record. Records of a log have to be added in the order in which they are in it. */
  add(entry: LogEntry, log: string): void {
    const facts = entry.isJson ? readFacts(entry) : undefined
    const isOurs = facts !== undefined && facts.seq > 0 && facts.source !== ''
    const { source, pid, tid, seq } = isOurs ? facts : { source: log, pid: '', tid: '', seq: 0 }
    const key = isOurs ? `${source}\n${pid}\n${tid}` : source
    let producer = this.#producers.get(key)
    if (!producer) {
      producer = new Producer(source, pid, tid)
      this.#producers.set(key, producer)
    }
    producer.add(entry, log, seq)
    if (isOurs && facts.name === 'logshare') this.#announce(producer, entry)
  }

  /** The producers in the order of their first records, and the totals. */
  read(): { readonly producers: readonly ProducerStats[]; readonly total: Totals } {
    const others = this.#others.read()
    // Several processes may have had the same path, one after the other. The drops are counted for the last one.
    const latest = new Map([...this.#producers.values()].map((each) => [each.label, each]))
    const producers = [...this.#producers.values()].map((producer) => {
      const own = this.#own.get(producer)?.total ?? 0
      const isLatest = latest.get(producer.label) === producer
      return producer.read(own + (isLatest ? sumOf(others, producer.label) : 0))
    })
    const sum = (key: 'records' | 'missing' | 'doubles' | 'disorder'): number =>
      producers.reduce((total, each) => total + (each[key] ?? 0), 0)
    let announced = this.#others.total
    for (const drops of this.#own.values()) announced += drops.total
    const total = {
      producers: producers.length,
      records: sum('records'),
      missing: sum('missing'),
      announced,
      doubles: sum('doubles'),
      disorder: sum('disorder'),
    }
    return { producers, total }
  }

  // Counts the drops in a report of logshare: a producer reports its own, the listener those of handlers.
  #announce(producer: Producer, { bytes, start, end }: LogEntry): void {
    const text = bytes.toString('utf8', start, end)
    if (!text.includes('"dropped":{')) return
    const { dropped } = parse(text)
    if (typeof dropped !== 'object' || dropped === null) return
    for (const [source, levels] of Object.entries(dropped)) {
      const drops = source === producer.label ? this.#ownOf(producer) : this.#others
      drops.merge({ [source]: levels })
    }
  }

  #ownOf(producer: Producer): Drops {
    const drops = this.#own.get(producer) ?? new Drops()
    this.#own.set(producer, drops)
    return drops
  }
}

function parse(text: string): { readonly dropped?: unknown } {
  try {
    return JSON.parse(text) as { readonly dropped?: unknown }
  } catch {
    return {}
  }
}

function sumOf(tally: Tally, source: string): number {
  return Object.values(tally[source] ?? {}).reduce((sum, count) => sum + count, 0)
}
