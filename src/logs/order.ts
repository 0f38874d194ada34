// Order: finds the log with the earliest record, by time and then by the order of the logs on the command line.

import type { Log } from './log.js'

/** A binary heap of the logs that have a record. */
export class Order {
  readonly #logs: readonly Log[]
  /** Of each log in the heap: the time of its first record, and its place on the command line. */
  readonly #times: Float64Array
  readonly #ranks: Int32Array
  #length = 0
  /** The log whose record is the earliest. */
  first: Log | undefined

  constructor(logs: readonly Log[]) {
    this.#logs = logs
    this.#times = new Float64Array(logs.length)
    this.#ranks = new Int32Array(logs.length)
    this.load()
  }

  /** Builds the heap anew from the logs' first records. */
  load(): void {
    this.#length = 0
    for (const [rank, log] of this.#logs.entries()) {
      const { time } = log.page
      if (Number.isNaN(time)) continue
      this.#times[this.#length] = time
      this.#ranks[this.#length++] = rank
    }
    for (let i = (this.#length >> 1) - 1; i >= 0; i--) this.#sink(i)
    this.#look()
  }

  /** Call when the first record of the first log has changed or is gone. */
  update(): void {
    const page = this.first?.page
    if (!page) return
    const time = page.times[page.first] as number
    if (page.first === page.count) {
      const last = --this.#length
      this.#times[0] = this.#times[last] as number
      this.#ranks[0] = this.#ranks[last] as number
    } else this.#times[0] = time
    this.#sink(0)
    this.#look()
  }

  #look(): void {
    this.first = this.#length === 0 ? undefined : this.#logs[this.#ranks[0] as number]
  }

  #sink(from: number): void {
    const times = this.#times
    const ranks = this.#ranks
    const length = this.#length
    const time = times[from] as number
    const rank = ranks[from] as number
    let at = from
    for (;;) {
      let least = 2 * at + 1
      if (least >= length) break
      if (least + 1 < length && this.#isBefore(least + 1, least)) least++
      const other = times[least] as number
      if (time < other || (time === other && rank < (ranks[least] as number))) break
      times[at] = other
      ranks[at] = ranks[least] as number
      at = least
    }
    times[at] = time
    ranks[at] = rank
  }

  #isBefore(a: number, b: number): boolean {
    const times = this.#times
    const first = times[a] as number
    const second = times[b] as number
    return (
      first < second ||
      (first === second && (this.#ranks[a] as number) < (this.#ranks[b] as number))
    )
  }
}
