// Order: finds the log with the earliest record, by time and then by the order of the logs on the command line.

import type { Log } from './log.js'

interface Head {
  readonly log: Log
  readonly rank: number
  /** Time of the log's first record. */
  time: number
}

/** A binary heap of the logs that have a record. */
export class Order {
  readonly #all: readonly Head[]
  readonly #heap: Head[] = []

  constructor(logs: readonly Log[]) {
    this.#all = logs.map((log, rank) => ({ log, rank, time: 0 }))
    this.load()
  }

  /** Builds the heap anew from the logs' first records. */
  load(): void {
    this.#heap.length = 0
    for (const head of this.#all) {
      const { first } = head.log
      if (!first) continue
      head.time = first.time
      this.#heap.push(head)
    }
    for (let i = (this.#heap.length >> 1) - 1; i >= 0; i--) this.#sink(i)
  }

  /** The log whose record is the earliest. */
  get first(): Log | undefined {
    return this.#heap[0]?.log
  }

  /** Call when the first record of the first log has changed or is gone. */
  update(): void {
    const head = this.#heap[0]
    if (!head) return
    const { first } = head.log
    if (first) {
      head.time = first.time
    } else {
      const last = this.#heap.pop()
      if (last && this.#heap.length > 0) this.#heap[0] = last
    }
    this.#sink(0)
  }

  #sink(from: number): void {
    const heap = this.#heap
    const { length } = heap
    for (let at = from; ; ) {
      const left = 2 * at + 1
      let least = at
      if (left < length && isBefore(heap[left], heap[least])) least = left
      if (left + 1 < length && isBefore(heap[left + 1], heap[least])) least = left + 1
      if (least === at) return
      const moved = heap[at] as Head
      heap[at] = heap[least] as Head
      heap[least] = moved
      at = least
    }
  }
}

function isBefore(a: Head | undefined, b: Head | undefined): boolean {
  if (!a || !b) return false
  return a.time < b.time || (a.time === b.time && a.rank < b.rank)
}
