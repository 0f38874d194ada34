// Batch: records on their way to the handlers, in order: their lines in one block, and beside it what a line does not hold.

import { Block, MAX_KEPT, MAX_RECORDS } from '../queue/block.js'
import { type Frame, type FrameKind, Kind } from '../queue/frame.js'
import type { Delivery } from './handler.js'

const LINE_FEED = 0x0a

export class Batch {
  readonly block: Block = new Block()
  /** Those that are more than their line: captured records, for the root's loggers. By their index. */
  readonly #captured = new Map<number, Delivery>()
  #records: readonly Delivery[] | undefined
  #selected: Buffer = Buffer.alloc(0)
  /** Whether a record has to be completed before handlers get its line. */
  hasDeferred = false

  get count(): number {
    return this.block.count
  }

  /** Bytes of all lines, without their line feeds. */
  get bytes(): number {
    return this.block.size - this.block.count
  }

  get isFull(): boolean {
    return this.block.count >= MAX_RECORDS
  }

  /** Sequence number of the last record. */
  get lastSeq(): number {
    return Number(this.block.seqs[this.count - 1])
  }

  clear(): void {
    this.block.clear()
    this.#captured.clear()
    this.#records = undefined
    this.hasDeferred = false
  }

  add(frame: Frame): void {
    const record = splitExtra(frame)
    this.hasDeferred ||= record.kind === Kind.DEFERRED
    if (isCaptured(record)) this.#captured.set(this.count, record)
    this.block.add(record, record)
  }

  /** The records that may be for the root's loggers. */
  captured(): readonly Delivery[] {
    return [...this.#captured.values()]
  }

  /** The record at an index. */
  at(index: number): Delivery {
    const { buffer, ends, levels, kinds, times, seqs } = this.block
    return {
      kind: Number(kinds[index]) as FrameKind,
      level: Number(levels[index]),
      time: Number(times[index]),
      seq: Number(seqs[index]),
      buffer,
      start: index === 0 ? 0 : Number(ends[index - 1]),
      end: Number(ends[index]) - 1,
    }
  }

  /** All records, for handlers that look at each. Made once, when it is first asked for. */
  records(): readonly Delivery[] {
    this.#records ??= Array.from({ length: this.count }, (_, index) => {
      return this.#captured.get(index) ?? this.at(index)
    })
    return this.#records
  }

  /** The lines of the records of this level and above, each with its line feed. Valid until the next call. */
  lines(least: number): Uint8Array {
    const { buffer, size } = this.block
    return least > 0 ? this.#select(least) : buffer.subarray(0, size)
  }

  /** Whether a record has this level or a higher one. */
  reaches(level: number): boolean {
    const { levels, count } = this.block
    for (let i = 0; i < count; i++) if (Number(levels[i]) >= level) return true
    return false
  }

  // Copies the lines of records that follow each other in one piece.
  #select(least: number): Uint8Array {
    const { buffer, ends, levels, count, size } = this.block
    if (this.#selected.length < size) this.#selected = Buffer.allocUnsafe(size)
    const selected = this.#selected
    if (selected.length > MAX_KEPT) this.#selected = Buffer.alloc(0)
    let [from, start, to] = [0, 0, 0]
    for (let i = 0; i < count; i++) {
      if (Number(levels[i]) < least) {
        to += buffer.copy(selected, to, from, start)
        from = Number(ends[i])
      }
      start = Number(ends[i])
    }
    return selected.subarray(0, to + buffer.copy(selected, to, from, size))
  }
}

// Separates a frame's JSON line from the data that an adapter appended to it.
function splitExtra(frame: Frame): Delivery {
  if (!isCaptured(frame)) return frame
  const at = frame.buffer.indexOf(LINE_FEED, frame.start)
  return at < 0 || at >= frame.end ? frame : { ...frame, end: at, extraEnd: frame.end }
}

/** Whether a record may be for one of the root's loggers. */
export function isCaptured({ kind }: Delivery): boolean {
  return kind === Kind.ADAPTED || kind === Kind.DEFERRED
}
