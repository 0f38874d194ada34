// Waiting: the lines of a backlog, in order, and which of them goes first when there is no room for all.

import { Kind } from '../queue/frame.js'
import { isVital } from '../queue/queue.js'
import type { Delivery } from './handler.js'
import { sourceOf } from './handler.js'

/** Added to the rank of records for which room is kept. */
const VITAL = 100
/** Entries in front that are done with before the list is cut. */
const CUT = 4096

export interface Entry {
  readonly level: number
  /** Those of a lower rank go first. */
  readonly rank: number
  readonly source: string
  readonly size: number
  bytes: Uint8Array
  /** Bytes of it the system has taken: it stays in front, for nobody may write into the middle of a line. */
  done: number
  isGone: boolean
  /** On its way: it stays until it is known what became of it. */
  isSent?: boolean
  /** Its place among all there ever were. */
  readonly order?: number
}

export function createEntry(record: Delivery, line: Uint8Array, done: number): Entry {
  const { level } = record
  return {
    level,
    rank: rankOf(record),
    source: sourceOf(record),
    size: line.length,
    bytes: new Uint8Array(line),
    done,
    isGone: false,
  }
}

// A report explains what else is missing: it goes last.
function rankOf(record: Delivery): number {
  if (record.kind === Kind.REPORT) return 2 * VITAL
  return isVital(record) ? record.level + VITAL : record.level
}

export class Waiting {
  readonly #limit: number
  #entries: Entry[] = []
  #first = 0
  #byRank = new Map<number, Entry[]>()
  /** Bytes that wait. */
  size = 0
  /** Lines that wait. */
  count = 0

  /** `limit` in bytes, of which an eighth is kept for what is vital. */
  constructor(limit: number) {
    this.#limit = limit
  }

  get front(): Entry | undefined {
    return this.#entries[this.#first]
  }

  hasRoomFor({ rank, size, done }: Entry): boolean {
    const room = rank >= VITAL ? this.#limit : this.#limit - this.#limit / 8
    return done > 0 || this.size + size <= room
  }

  add(entry: Entry): void {
    this.size += entry.size
    this.count++
    this.#entries.push(entry)
    const peers = this.#byRank.get(entry.rank)
    if (peers) peers.push(entry)
    else this.#byRank.set(entry.rank, [entry])
  }

  /** Takes out the newest line of the lowest rank, if that is below the one given. */
  evictBelow(rank: number): Entry | undefined {
    for (const each of [...this.#byRank.keys()].sort((a, b) => a - b)) {
      if (each >= rank) return undefined
      const peers = this.#byRank.get(each)
      const newest = peers?.at(-1)
      if (!newest || newest.isGone || newest.isSent || newest.done > 0) continue
      peers?.pop()
      this.#forget(newest)
      return newest
    }
    return undefined
  }

  /** The first lines, of about as many bytes. */
  peek(bytes: number, count: number = Number.POSITIVE_INFINITY): Entry[] {
    const entries: Entry[] = []
    let size = 0
    for (let at = this.#first; at < this.#entries.length && size < bytes; at++) {
      if (entries.length >= count) break
      const entry = this.#entries[at]
      if (!entry || entry.isGone) continue
      entries.push(entry)
      size += entry.size - entry.done
    }
    return entries
  }

  /** The system has taken so many bytes of lines that were peeked at. */
  advance(entries: readonly Entry[], bytes: number): void {
    let left = bytes
    for (const entry of entries) {
      const done = Math.min(left, entry.size - entry.done)
      left -= done
      entry.done += done
      if (entry.done < entry.size) break
      this.#forget(entry)
    }
    this.#cut()
  }

  /** Takes lines out that were peeked at. */
  remove(entries: readonly Entry[]): void {
    for (const entry of entries) if (!entry.isGone) this.#forget(entry)
    this.#cut()
  }

  /** Takes all of them out. */
  clear(): Entry[] {
    const left = this.#entries.slice(this.#first).filter((entry) => !entry.isGone)
    this.#entries = []
    this.#first = 0
    this.#byRank.clear()
    this.size = 0
    this.count = 0
    return left
  }

  #forget(entry: Entry): void {
    this.size -= entry.size
    this.count--
    entry.isGone = true
    entry.bytes = NOTHING
  }

  // Drops what is done with in front, here and in the lists by rank.
  #cut(): void {
    while (this.front?.isGone) this.#first++
    if (this.#first < CUT && this.#first < this.#entries.length) return
    this.#entries = this.#entries.slice(this.#first)
    this.#first = 0
    for (const [rank, peers] of this.#byRank) {
      const left = peers.filter((entry) => !entry.isGone)
      if (left.length > 0) this.#byRank.set(rank, left)
      else this.#byRank.delete(rank)
    }
  }
}

const NOTHING = new Uint8Array(0)
