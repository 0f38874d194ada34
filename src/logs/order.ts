// Order: the earliest record of many logs, by time, then by the order of the logs.

import type { Log } from './log.js'

/** A heap of the logs that have a record. */
export class Order {
  readonly #ranks = new Map<Log, number>()
  readonly #heap: Log[] = []

  constructor(logs: readonly Log[]) {
    for (const [rank, log] of logs.entries()) this.#ranks.set(log, rank)
    this.load()
  }

  /** Starts over with the records that the logs have now. */
  load(): void {
    this.#heap.length = 0
    for (const log of this.#ranks.keys()) if (log.first) this.#heap.push(log)
    for (let i = (this.#heap.length >> 1) - 1; i >= 0; i--) this.#sink(i)
  }

  /** The log whose record is the earliest. */
  get first(): Log | undefined {
    return this.#heap[0]
  }

  /** To be called when the first log has another record in front, or none. */
  update(): void {
    if (this.#heap[0] && !this.#heap[0].first) {
      const last = this.#heap.pop()
      if (last && this.#heap.length > 0) this.#heap[0] = last
    }
    this.#sink(0)
  }

  #sink(from: number): void {
    const heap = this.#heap
    for (let at = from; ; ) {
      const left = 2 * at + 1
      let least = at
      if (this.#isBefore(left, least)) least = left
      if (this.#isBefore(left + 1, least)) least = left + 1
      if (least === at) return
      const moved = heap[at] as Log
      heap[at] = heap[least] as Log
      heap[least] = moved
      at = least
    }
  }

  #isBefore(a: number, b: number): boolean {
    const x = this.#heap[a]
    const y = this.#heap[b]
    if (!x?.first || !y?.first) return false
    if (x.first.time !== y.first.time) return x.first.time < y.first.time
    return (this.#ranks.get(x) as number) < (this.#ranks.get(y) as number)
  }
}
