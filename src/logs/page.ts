// Page: the bytes of a log that are in memory, and the records found in them, as columns sorted by time.

import type { Memory } from './memory.js'

/** A record as a range of bytes. The byte at `end` is a line feed, unless the line was cut. */
export interface LogEntry {
  readonly bytes: Buffer
  readonly start: number
  readonly end: number
  /** Milliseconds since the epoch. If `isTimed` is false: the time of the record before, or -Infinity without one. */
  readonly time: number
  readonly isTimed: boolean
  /** For text: number of bytes from `start` to the end of its time. */
  readonly timeLength: number
  /** Whether it is a JSON object in one line; otherwise it is text. */
  readonly isJson: boolean
}

/** Bits of a record's kind. The length of its time is above them. */
export const TIMED = 1
export const JSON_LINE = 2
/** The record's line goes on in the next record. */
export const CUT = 4
/** The record's line began in the record before. */
export const REST = 8
export const KIND_BITS = 4

/** Estimated memory (bytes) of a record besides its bytes. */
export const OVERHEAD = 128
const COLUMN = 4096
const GROWTH = 1.6
/** Bytes are moved if at least this many times as many can be given up. */
const MOST_MOVED = 4

/** Records are in the columns from `first` to below `count`. One object for all, so that a record costs no memory. */
export class Page {
  readonly #memory: Memory
  readonly #capacity: number
  readonly #isSorted: boolean
  #spare: Buffer | undefined
  bytes: Buffer
  view: DataView
  /** Offset of the bytes in the memory; -1 if they are elsewhere. */
  base: number
  /** Number of bytes that were read. */
  used = 0
  starts: Int32Array = new Int32Array(COLUMN)
  ends: Int32Array = new Int32Array(COLUMN)
  kinds: Int32Array = new Int32Array(COLUMN)
  times: Float64Array = new Float64Array(COLUMN)
  /** Where each record begins in the log: its number of bytes before it. */
  places: Float64Array = new Float64Array(COLUMN)
  /** Where the bytes that are read begin in the log. */
  origin = 0
  first = 0
  count = 0
  /** Index of the first record that is not final: one that is read later may come before it. */
  sure = 0
  /** Memory that the records use. */
  size = 0

  /** `isSorted`: whether records are sorted by time; those of equal time keep their order. */
  constructor(memory: Memory, capacity: number, isSorted = true) {
    this.#memory = memory
    this.#capacity = capacity
    this.#isSorted = isSorted
    this.bytes = memory.allocate(capacity)
    this.base = memory.offsetOf(this.bytes)
    this.view = viewOf(this.bytes)
  }

  /** The time of the first record; NaN without one, and as long as it is not known. */
  get time(): number {
    return this.first === this.count ? Number.NaN : (this.times[this.first] as number)
  }

  /** Adds a record. `end` is the offset of its line feed; of its last byte if its line is cut. */
  push(start: number, end: number, time: number, kind: number): void {
    if (this.count === this.times.length) this.#extend()
    let at = this.count++
    if (this.#isSorted && at > this.first && (this.times[at - 1] as number) > time)
      at = this.#insert(time)
    this.starts[at] = start
    this.ends[at] = end
    this.times[at] = time
    this.kinds[at] = kind
    this.places[at] = this.origin + start
    this.size += end - start + OVERHEAD
  }

  /** Removes the first record. */
  shift(): void {
    const at = this.first++
    this.size -= (this.ends[at] as number) - (this.starts[at] as number) + OVERHEAD
    if (this.first === this.count) this.clear()
  }

  clear(): void {
    this.first = 0
    this.count = 0
    this.sure = 0
    this.size = 0
  }

  /** The record at `at` of the columns. */
  entry(at: number): LogEntry {
    const { starts, ends, times, kinds } = this
    return entryOf(
      this.bytes,
      starts[at] as number,
      ends[at] as number,
      times[at] as number,
      kinds[at] as number,
    )
  }

  /** Index of the first record whose time is not before `time`. */
  indexOf(time: number): number {
    let low = this.first
    let high = this.count
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.times[middle] as number) < time) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Index from which on the records use at most `size`. */
  indexWithin(size: number): number {
    let at = this.first
    for (let rest = this.size; rest > size && at < this.count; at++)
      rest -= (this.ends[at] as number) - (this.starts[at] as number) + OVERHEAD
    return at
  }

  /**
   * Makes room for `room` bytes behind those from `tail` on, which stay together. Bytes before them that belong to no
   * record are given up. Returns by how much those from `tail` on were moved to the front.
   */
  makeRoom(room: number, tail: number): number {
    if (this.used === 0 && room <= this.bytes.length) return 0
    const kept = this.used - tail + this.size - (this.count - this.first) * (OVERHEAD - 1)
    const isRoom = this.bytes.length - this.used >= room
    // What is little is moved to the front at once: memory that was used just before is fast.
    if (isRoom && kept > this.used / MOST_MOVED) return 0
    const old = this.bytes
    const bytes = this.#obtain(kept + room)
    const end = this.#move(bytes)
    bytes.set(old.subarray(tail, this.used), end)
    this.used += end - tail
    this.origin += tail - end
    this.bytes = bytes
    this.base = this.#memory.offsetOf(bytes)
    this.view = viewOf(bytes)
    this.#spare = old.length === this.#capacity ? old : undefined
    return tail - end
  }

  // A buffer other than the present one. A large one is larger than it needs to be, so that a long line is copied a few
  // times only.
  #obtain(size: number): Buffer {
    if (this.#spare && this.#spare.length >= size) return this.#spare
    const isLarge = size > this.#capacity
    return this.#memory.allocate(isLarge ? Math.ceil(size * GROWTH) : this.#capacity)
  }

  // Copies the records, adjacent ones together. Returns the end of the copy.
  #move(to: Buffer): number {
    const { starts, ends, bytes } = this
    let end = 0
    for (let at = this.first; at < this.count; ) {
      const from = starts[at] as number
      let until = from
      for (; at < this.count && starts[at] === until; at++) {
        until = (ends[at] as number) + 1
        starts[at] = end + (starts[at] as number) - from
        ends[at] = end + until - 1 - from
      }
      to.set(bytes.subarray(from, until), end)
      end += until - from
    }
    return end
  }

  // Makes room in the columns for a record before those that are later, which are moved. Returns its index.
  #insert(time: number): number {
    let low = this.first
    let high = this.count - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.times[middle] as number) <= time) low = middle + 1
      else high = middle
    }
    for (const column of [this.starts, this.ends, this.kinds, this.times, this.places])
      column.copyWithin(low + 1, low, this.count - 1)
    return low
  }

  // Makes room at the end of the columns.
  #extend(): void {
    const { first, count } = this
    if (first < count / 2) this.#grow()
    else
      for (const column of [this.starts, this.ends, this.kinds, this.times, this.places])
        column.copyWithin(0, first, count)
    this.first = 0
    this.count = count - first
    this.sure = Math.max(0, this.sure - first)
  }

  #grow(): void {
    const { first, count } = this
    const grown = <T extends Int32Array | Float64Array>(column: T, larger: T): T => {
      larger.set(column.subarray(first, count))
      return larger
    }
    const length = 2 * this.times.length
    this.starts = grown(this.starts, new Int32Array(length))
    this.ends = grown(this.ends, new Int32Array(length))
    this.kinds = grown(this.kinds, new Int32Array(length))
    this.times = grown(this.times, new Float64Array(length))
    this.places = grown(this.places, new Float64Array(length))
  }
}

/** `end` and `kind` are those of the columns. */
export function entryOf(
  bytes: Buffer,
  start: number,
  end: number,
  time: number,
  kind: number,
): LogEntry {
  return {
    bytes,
    start,
    end: (kind & CUT) === 0 ? end : end + 1,
    time,
    isTimed: (kind & TIMED) !== 0,
    timeLength: kind >> KIND_BITS,
    isJson: (kind & JSON_LINE) !== 0,
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}
