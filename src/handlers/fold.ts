// Fold: records on a terminal that only repeat the one before become one line with a count.
//
// The first is written at once. The count follows when another record comes, after a second, and at the end.

import { monotonic } from '../core/clock.js'
import type { Delivery } from './handler.js'
import { parseRecord } from './lines.js'

/** Milliseconds after which repetitions are shown although nothing else comes. */
const PAUSE = 1000

export class Fold {
  readonly #write: (records: readonly Delivery[]) => void
  /** What tells the last record from others. */
  #key: string | undefined
  #last: Delivery | undefined
  #count = 0
  #showAt = Number.POSITIVE_INFINITY

  /** `write` gets the records that are shown. */
  constructor(write: (records: readonly Delivery[]) => void) {
    this.#write = write
  }

  write(records: readonly Delivery[]): void {
    const shown: Delivery[] = []
    for (const record of records) {
      const key = keyOf(record)
      if (key === this.#key) {
        this.#repeat(record)
        continue
      }
      shown.push(...this.#take(), record)
      this.#key = key
    }
    if (shown.length > 0) this.#write(shown)
  }

  /** Shows what has waited long enough. Returns the milliseconds until the next call; Infinity if nothing waits. */
  retry(): number {
    const wait = this.#showAt - monotonic()
    if (wait > 0) return wait
    this.end()
    return Number.POSITIVE_INFINITY
  }

  /** Shows the repetitions so far. */
  end(): void {
    const repeated = this.#take()
    if (repeated.length > 0) this.#write(repeated)
  }

  // The record's bytes are only valid now.
  #repeat(record: Delivery): void {
    const { buffer, start, end } = record
    const own = Buffer.from(buffer.subarray(start, end))
    this.#last = { ...record, buffer: own, start: 0, end: own.length }
    this.#count++
    if (this.#count === 1) this.#showAt = monotonic() + PAUSE
  }

  // The last repetition, with the count in its message. A single one is shown as it is.
  #take(): readonly Delivery[] {
    const [last, count] = [this.#last, this.#count]
    this.#last = undefined
    this.#count = 0
    this.#showAt = Number.POSITIVE_INFINITY
    if (!last) return []
    if (count === 1) return [last]
    const record = parseRecord(last)
    const buffer = Buffer.from(JSON.stringify({ ...record, msg: `${record.msg} ×${count}` }))
    return [{ ...last, buffer, start: 0, end: buffer.length }]
  }
}

const TIME = /"time":[\d.]+,/
const COUNT = /"seq":\d+,/

// All of the line but its time and number, which begin each line.
function keyOf({ buffer, start, end }: Delivery): string {
  return buffer.toString('utf8', start, end).replace(TIME, '').replace(COUNT, '')
}
