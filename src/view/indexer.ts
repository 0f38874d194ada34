// Indexer: takes the records of the merge in their order and notes where each is, what it is of, and what has ended.

import { performance } from 'node:perf_hooks'
import { setImmediate } from '../core/originals.js'
import { readText } from '../logs/facts.js'
import type { Log } from '../logs/log.js'
import type { Sink } from '../logs/merge.js'
import type { LogEntry } from '../logs/page.js'
import { Columns } from './columns.js'
import { type Head, Heads } from './heads.js'
import { type Lane, Lanes, Names } from './lanes.js'
import type { Places } from './parts.js'

/** Longest time (ms) without a look at requests. */
const TURN = 12
const CHECKED = 256
/** Most combinations of lane and part: their number has 16 bits. */
const MOST_ORIGINS = 65_536

/** A lane, and the part of a log that its records are in. */
export interface Origin {
  readonly lane: Lane
  readonly part: number
}

/** A log as it is shown: the name of its lane, and where its bytes are. */
export interface Shown {
  readonly label: string
  readonly places: Places
}

export class Indexer implements Sink {
  readonly columns: Columns = new Columns()
  readonly lanes: Lanes = new Lanes()
  readonly names: Names = new Names()
  readonly origins: Origin[] = []
  readonly #originIds = new Map<number, number>()
  readonly #heads: Heads
  readonly #logs: ReadonlyMap<Log, Shown>
  #until = 0

  constructor(logs: ReadonlyMap<Log, Shown>) {
    this.#logs = logs
    this.#heads = new Heads(this.lanes, this.names)
  }

  write(log: Log): void {
    const { page } = log
    const { label, places } = this.#logs.get(log) as Shown
    const entry = page.entry(page.first)
    const { part, place } = places.locate(page.places[page.first] as number)
    const head = entry.isJson ? this.#heads.read(entry, label) : this.#text(entry, label)
    const { lane, pid, name, level } = head
    const { time } = entry
    this.lanes.note(lane, pid, time, level)
    if (head.isLifecycle) this.#lifecycle(entry, label)
    const origin = this.#originOf(lane, part)
    this.columns.push({ time, place, length: entry.end - entry.start, origin, name, level })
    page.shift()
  }

  settle(): void {}

  get isFull(): boolean {
    return (this.columns.count & (CHECKED - 1)) === 0 && performance.now() > this.#until
  }

  async flush(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    this.#until = performance.now() + TURN
  }

  #text(entry: LogEntry, label: string): Head {
    const { level, name } = readText(entry)
    const lane = this.lanes.find(label, '')
    const number = level > 0 ? Math.min(level, 255) : 0
    return { lane, pid: '', name: this.names.idOf(name), level: number, isLifecycle: false }
  }

  #originOf(lane: Lane, part: number): number {
    const key = part * MOST_ORIGINS + lane.id
    const known = this.#originIds.get(key)
    if (known !== undefined) return known
    if (this.origins.length >= MOST_ORIGINS) throw new Error('too many lanes')
    const id = this.origins.push({ lane, part }) - 1
    this.#originIds.set(key, id)
    return id
  }

  // What the option `lifecycle` has recorded of starts and ends.
  #lifecycle({ bytes, start, end, time }: LogEntry, label: string): void {
    try {
      const note = JSON.parse(bytes.toString('utf8', start, end)) as Record<string, unknown>
      const { event, child, pid } = note
      if (typeof child !== 'string' || (event !== 'start' && event !== 'end')) return
      const lane = this.lanes.find(label, child)
      const life = this.lanes.lifeOf(lane, String(pid), time)
      if (event === 'start') life.begin = Math.min(life.begin, time)
      else {
        life.end = time
        life.how = howOf(note)
        this.lanes.version++
      }
    } catch {
      // Cut or no JSON.
    }
  }
}

function howOf({ reason, code, signal }: Record<string, unknown>): string {
  if (typeof signal === 'string') return `${String(reason)} by ${signal}`
  return reason === 'exit' ? `code ${String(code)}` : String(reason)
}
