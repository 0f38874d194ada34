// Intake: takes records out of the queues, in the order of time, and makes one batch of them.

import { monotonic } from '../core/clock.js'
import type { Drops } from '../core/tally.js'
import { isWishIn } from '../core/wish.js'
import { Batch } from '../handlers/batch.js'
import type { Delivery } from '../handlers/handler.js'
import { type Frame, Kind } from '../queue/frame.js'
import type { Children } from './children.js'
import type { Entry, Ledger } from './ledger.js'
import type { Leftover } from './leftover.js'
import { type Head, Merge } from './merge.js'
import { isOfAnotherBoot, type Source } from './source.js'
import type { Sources } from './sources.js'
import { originOf, producerOf } from './status.js'

export interface IntakeOptions {
  readonly sources: Sources
  readonly leftover: Leftover
  readonly children: Children | undefined
  /** What producers report as dropped is added here. */
  readonly drops: Drops
  readonly ledger: Ledger
  /** Bytes of a batch, from which on it is full. */
  readonly size: number
  /** Called for each note. */
  readonly noted: () => void
  /** Called for each note that is for the root's loggers, when everything before it has been delivered. */
  readonly pass: (wish: Delivery) => void
}

export class Intake {
  readonly #options: IntakeOptions
  readonly #merge = new Merge()
  readonly #batch = new Batch()
  /** Whether the last batch ended before a record that is due. */
  hasMore = false

  constructor(options: IntakeOptions) {
    this.#options = options
  }

  /**
   * The records up to a monotonic time and, if `known` is given, those before it that no other producer can precede,
   * because every queue has a frame. `due` must be fixed before the queues are read: otherwise a queue read early could be
   * passed over. The batch is valid until the next call.
   */
  collect(due: number, known: number = Number.NEGATIVE_INFINITY): Batch {
    const { sources, leftover, size } = this.#options
    const merge = this.#merge
    const batch = this.#batch
    const now = monotonic()
    batch.clear()
    merge.load(leftover.readable())
    this.hasMore = false
    for (let head = merge.first; head; head = merge.first) {
      const { frame, source } = head
      const until = merge.ready === sources.size ? Math.max(due, known) : due
      const isDue = frame.time <= (mayPrecede(frame) ? until : due)
      if (!isDue && !isOfAnotherBoot(frame, now)) break
      this.hasMore = isFull(batch, size) || (batch.count > 0 && isWish(frame))
      if (this.hasMore) break
      if (isWish(frame)) this.#options.pass(frame)
      source.activeAt = now
      source.origin ??= originOf(frame)
      const before = batch.bytes
      const count = merge.take(batch, until, size)
      if (count > 0) this.#countRun(head, count, batch.bytes - before)
      else this.#takeOne(head)
    }
    return batch
  }

  #countRun({ source }: Head, count: number, bytes: number): void {
    source.records += count
    source.bytes += bytes
    const { block } = this.#batch
    this.#entryOf(source).countRun(block.levels, block.count - count, block.count, bytes)
    this.#options.children?.count(source, this.#batch.lastSeq)
  }

  // A record that is more than its line, or a note.
  #takeOne({ source, frame }: Head): void {
    const { children, noted } = this.#options
    const batch = this.#batch
    if (frame.kind === Kind.NOTE) {
      for (const record of children?.take({ source, frame }) ?? []) batch.add(record)
      noted()
    } else {
      source.records++
      source.bytes += frame.end - frame.start
      this.#entryOf(source).count(frame.level, frame.end - frame.start)
      children?.count(source, frame.seq)
      if (frame.kind === Kind.REPORT) this.#countDrops({ source, frame })
      batch.add(frame)
    }
    this.#merge.shift()
  }

  #entryOf(source: Source): Entry {
    const { sources, ledger } = this.#options
    source.entry ??= ledger.open(producerOf(source), () => [...sources.values()].map(producerOf))
    return source.entry
  }

  // Counts what a producer reports as dropped.
  #countDrops({ source, frame }: Head): void {
    this.#options.children?.countReport(source, frame)
    try {
      const { buffer, start, end } = frame
      this.#options.drops.merge(JSON.parse(buffer.toString('utf8', start, end)).dropped)
    } catch {
      // A damaged report is written like any other record.
    }
  }
}

function isFull(batch: Batch, size: number): boolean {
  return batch.isFull || batch.bytes >= size
}

// What a child asks the root's loggers for comes behind what was logged before.
function isWish({ kind, buffer, start }: Frame): boolean {
  return kind === Kind.NOTE && isWishIn(buffer, start)
}

// The note of an end must not precede the child's records: its queue may not have been found yet.
function mayPrecede({ kind }: Frame): boolean {
  return kind !== Kind.NOTE
}
