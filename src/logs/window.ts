// Window: sorts the next records of one log by time; records of equal time keep their order.

import type { LogEntry } from './records.js'

/** Estimated memory (bytes) of an entry besides the bytes of its record. */
const OVERHEAD = 128
/** Number of removed entries from which the list is cut. */
const CUT = 1024

export class Window {
  readonly #span: number
  readonly #limit: number
  #entries: LogEntry[] = []
  #first = 0
  /** Bytes that the records use. */
  size = 0

  /** Sorts records within `span` ms, as long as they use less than `limit` bytes. */
  constructor(span: number, limit: number) {
    this.#span = span
    this.#limit = limit
  }

  /** The earliest record. */
  get first(): LogEntry | undefined {
    return this.#entries[this.#first]
  }

  get last(): LogEntry | undefined {
    return this.#entries[this.#entries.length - 1]
  }

  /** Whether the first record is final: a record that would come before it is too late. */
  get isFull(): boolean {
    const { first, last } = this
    if (!first || !last) return false
    return last.time - first.time > this.#span || this.size >= this.#limit
  }

  add(entry: LogEntry): void {
    const entries = this.#entries
    this.size += entry.end - entry.start + OVERHEAD
    const { last } = this
    if (!last || last.time <= entry.time) {
      entries.push(entry)
      return
    }
    let low = this.#first
    let high = entries.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if ((entries[middle] as LogEntry).time <= entry.time) low = middle + 1
      else high = middle
    }
    entries.splice(low, 0, entry)
  }

  /** Removes the first record. */
  shift(): void {
    const { first } = this
    if (!first) return
    this.size -= first.end - first.start + OVERHEAD
    this.#first++
    if (this.#first === this.#entries.length) {
      this.#entries = []
      this.#first = 0
    } else if (this.#first >= CUT && this.#first * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#first)
      this.#first = 0
    }
  }
}
