// Retry queue: lines kept for another try, in order and within a limit; lower levels are evicted first.
//
// `backlog.ts` uses it for local files and pipes, `network/courier.ts` for receivers that acknowledge.

import type { Tally } from '../core/tally.js'
import { Kind } from '../queue/frame.js'
import { isVital } from '../queue/queue.js'
import type { Delivery } from './handler.js'
import { sourceOf } from './handler.js'

/** Added to the rank of records for which room is reserved. */
const VITAL = 100
/** Finished entries at the front before the list is compacted. */
const COMPACT_AFTER = 4096

export interface Entry {
  readonly level: number
  /** Entries of a lower rank are evicted first. */
  readonly rank: number
  readonly source: string
  readonly size: number
  bytes: Uint8Array
  /** Bytes already written. A partly written line is never evicted: its rest has to follow. */
  done: number
  isGone: boolean
  /** Whether it is in a batch that is being sent: not evicted until the outcome is known. */
  isSent?: boolean
  /** Its number among all records ever added. */
  readonly order?: number
}

/** What a handler keeps, for the one that takes its place in another thread. */
export interface Kept {
  readonly entries: readonly Entry[]
  /** Records dropped since the handler could last write. */
  readonly drops: Tally
  /** Why it could not write. */
  readonly fault: Fault | undefined
  /** Of a log file: the inode number that the rest of a partly written line belongs to. */
  readonly inode?: string
}

/** Why a handler cannot write. */
export interface Fault {
  readonly reason: string
  /** Monotonic ms. */
  readonly since: number
  /** The reader exists but its pipe is full (EAGAIN). */
  readonly isSlow: boolean
}

/** Copies `line`. `done`: how many of its bytes are already written. */
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

// A report explains which records are missing: it is evicted last.
function rankOf(record: Delivery): number {
  if (record.kind === Kind.REPORT) return 2 * VITAL
  return isVital(record) ? record.level + VITAL : record.level
}

export class RetryQueue {
  readonly #limit: number
  #entries: Entry[] = []
  #first = 0
  #byRank = new Map<number, Entry[]>()
  /** Bytes in the queue. */
  size = 0
  /** Lines in the queue. */
  count = 0

  /** `limit` in bytes, of which an eighth is reserved for vital records (`queue/queue.ts`). */
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

  /** Removes and returns the newest entry of the lowest rank below `rank`; undefined if there is none. */
  evictBelow(rank: number): Entry | undefined {
    for (const each of [...this.#byRank.keys()].sort((a, b) => a - b)) {
      if (each >= rank) return undefined
      const peers = this.#byRank.get(each)
      const newest = peers?.at(-1)
      if (!newest || newest.isGone || newest.isSent || newest.done > 0) continue
      peers?.pop()
      this.#release(newest)
      return newest
    }
    return undefined
  }

  /** The first entries, up to the one that reaches `bytes`, and at most `count`. */
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

  /** Marks the first `bytes` bytes of peeked entries as written and removes those that are complete. */
  advance(entries: readonly Entry[], bytes: number): void {
    let left = bytes
    for (const entry of entries) {
      const done = Math.min(left, entry.size - entry.done)
      left -= done
      entry.done += done
      if (entry.done < entry.size) break
      this.#release(entry)
    }
    this.#compact()
  }

  /** Removes peeked entries. */
  remove(entries: readonly Entry[]): void {
    for (const entry of entries) if (!entry.isGone) this.#release(entry)
    this.#compact()
  }

  /** Removes and returns all entries. */
  clear(): Entry[] {
    const left = this.#entries.slice(this.#first).filter((entry) => !entry.isGone)
    this.#entries = []
    this.#first = 0
    this.#byRank.clear()
    this.size = 0
    this.count = 0
    return left
  }

  #release(entry: Entry): void {
    this.size -= entry.size
    this.count--
    entry.isGone = true
    entry.bytes = NOTHING
  }

  // Removes finished entries at the front, here and in the lists by rank.
  #compact(): void {
    while (this.front?.isGone) this.#first++
    if (this.#first < COMPACT_AFTER && this.#first < this.#entries.length) return
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
