// Merge: a k-way merge of the queues' frames by time, then by producer, then by sequence number.

import type { Batch } from '../handlers/batch.js'
import type { Frame } from '../queue/frame.js'
import type { Source } from './source.js'

/** The first frame of a source. */
export interface Head {
  readonly source: Source
  frame: Frame
}

/** A binary heap with the first frame of each source. */
export class Merge {
  readonly #heads: Head[] = []

  /** Starts over with the current first frames of the sources. */
  load(sources: Iterable<Source>): void {
    this.#heads.length = 0
    for (const source of sources) {
      const frame = source.reader.peek()
      if (frame) this.#heads.push({ source, frame })
    }
    for (let i = (this.#heads.length >> 1) - 1; i >= 0; i--) this.#sink(i)
  }

  /** Number of sources that have a frame. */
  get ready(): number {
    return this.#heads.length
  }

  /** The earliest frame and its source. */
  get first(): Readonly<Head> | undefined {
    return this.#heads[0]
  }

  /**
   * Moves a run to the batch: the plain records of the earliest frame's source, up to a monotonic time and to the next
   * source's first frame, until the batch has `most` bytes. Returns how many; 0: the earliest frame is none of them.
   */
  take(batch: Batch, until: number, most: number): number {
    const head = this.#heads[0]
    if (!head) return 0
    const before = batch.count
    const next = Math.min(this.#timeOf(1), this.#timeOf(2))
    head.source.reader.take(batch.block, Math.min(until, next), most)
    if (batch.count > before) this.#refresh(head)
    return batch.count - before
  }

  /** Removes the earliest frame. */
  shift(): void {
    const head = this.#heads[0]
    if (!head) return
    head.source.reader.next()
    this.#refresh(head)
  }

  #timeOf(index: number): number {
    return this.#heads[index]?.frame.time ?? Number.POSITIVE_INFINITY
  }

  // The earliest frame's source has moved on.
  #refresh(head: Head): void {
    const frame = head.source.reader.peek()
    if (frame) {
      head.frame = frame
    } else {
      const last = this.#heads.pop()
      if (last && this.#heads.length > 0) this.#heads[0] = last
    }
    this.#sink(0)
  }

  #sink(from: number): void {
    const heads = this.#heads
    for (let at = from; ; ) {
      const left = 2 * at + 1
      let least = at
      for (const child of [left, left + 1]) if (this.#before(child, least)) least = child
      if (least === at) return
      const [moved, lesser] = [heads[at], heads[least]]
      if (!moved || !lesser) return
      heads[at] = lesser
      heads[least] = moved
      at = least
    }
  }

  #before(a: number, b: number): boolean {
    const x = this.#heads[a]
    const y = this.#heads[b]
    if (!x || !y) return false
    if (x.frame.time !== y.frame.time) return x.frame.time < y.frame.time
    if (x.source.order !== y.source.order) return x.source.order < y.source.order
    return x.frame.seq < y.frame.seq
  }
}
