// Block: the lines of many records, one behind the other, and in columns what is known of each without reading it.
//
// The listener copies records out of the queues into a block, run by run: a run is what one queue has up to the next
// queue's first record. No object is made of a record on that way.

import { HEADER, hashOf, Kind, MAGIC, MAX_PAYLOAD, MAX_TIME } from './frame.js'

/** Records in a block, at most. */
export const MAX_RECORDS = 4096
const INITIAL_SIZE = 64 * 1024
/** A buffer that one record made larger than this is not kept. */
export const MAX_KEPT: number = 4 * 2 ** 20
/**
 * Bytes of a line up to which it is copied in words of 8 bytes: 145 bytes take 25 ns so, and 45 to 80 ns with
 * `Buffer.copy` (Node 20; from 256 bytes on that is the faster way).
 */
const MAX_WORDS = 256
const WORD = 8
const LINE_FEED = 0x0a

/** Bytes of a queue. */
export interface Bytes {
  readonly buffer: Buffer
  /** The same bytes. */
  readonly view: DataView
}

export function bytesOf(buffer: Buffer): Bytes {
  return { buffer, view: new DataView(buffer.buffer, buffer.byteOffset, buffer.length) }
}

export class Block implements Bytes {
  buffer: Buffer = Buffer.alloc(0)
  view: DataView = new DataView(new ArrayBuffer(0))
  /** Bytes and records in it. */
  size = 0
  count = 0
  /** Offset behind each record's line feed. */
  readonly ends: Uint32Array = new Uint32Array(MAX_RECORDS)
  readonly times: Float64Array = new Float64Array(MAX_RECORDS)
  readonly seqs: Uint32Array = new Uint32Array(MAX_RECORDS)
  readonly levels: Uint8Array = new Uint8Array(MAX_RECORDS)
  readonly kinds: Uint8Array = new Uint8Array(MAX_RECORDS)

  clear(): void {
    this.size = this.count = 0
    if (this.buffer.length > MAX_KEPT) this.#resize(INITIAL_SIZE)
  }

  /** Adds a record: the line `buffer[start, end)`, its line feed, and its head. */
  add(
    head: { kind: number; level: number; time: number; seq: number },
    { buffer, start, end }: { buffer: Buffer; start: number; end: number },
  ): void {
    this.#makeRoom(end - start)
    buffer.copy(this.buffer, this.size, start, end)
    this.#end(end - start, head.kind, head.level, head.time, head.seq)
  }

  /**
   * Adds the plain records of the frames in `bytes[start, end)` until a time, a number of bytes in the block, or the
   * first frame that is not one of them: incomplete, damaged, or of another kind. Returns the offset behind them.
   */
  take({ buffer, view }: Bytes, start: number, end: number, until: number, most: number): number {
    let at = start
    while (end - at >= HEADER && this.count < MAX_RECORDS && this.size < most) {
      const length = view.getUint32(at, true)
      const mark = view.getUint32(at + 4, true)
      const time = view.getFloat64(at + 8, true)
      const seq = view.getUint32(at + 16, true)
      const kind = (mark >>> 16) & 0xff
      const level = mark >>> 24
      if (!isPlain(kind) || (mark & 0xffff) !== MAGIC) break
      if (!(time >= 0 && time < MAX_TIME && time <= until) || length > MAX_PAYLOAD) break
      const size = (HEADER + length + WORD - 1) & -WORD
      if (end - at < size) break
      if (view.getUint32(at + 20, true) !== hashOf(length, kind, level, time, seq)) break
      this.#makeRoom(length)
      if (length <= MAX_WORDS) copyWords(view, at + HEADER, this.view, this.size, length)
      else buffer.copy(this.buffer, this.size, at + HEADER, at + HEADER + length)
      this.#end(length, kind, level, time, seq)
      at += size
    }
    return at
  }

  #end(length: number, kind: number, level: number, time: number, seq: number): void {
    const { count } = this
    const end = this.size + length
    this.buffer[end] = LINE_FEED
    this.size = this.ends[count] = end + 1
    this.times[count] = time
    this.seqs[count] = seq
    this.levels[count] = level
    this.kinds[count] = kind
    this.count = count + 1
  }

  // Room for a line, its line feed, and the rest of the last word.
  #makeRoom(length: number): void {
    const needed = this.size + length + WORD
    if (needed > this.buffer.length) {
      this.#resize(Math.max(needed, INITIAL_SIZE, Math.min(2 * this.buffer.length, MAX_KEPT)))
    }
  }

  #resize(size: number): void {
    const before = this.buffer
    this.buffer = Buffer.allocUnsafeSlow(size)
    this.view = bytesOf(this.buffer).view
    before.copy(this.buffer, 0, 0, this.size)
  }
}

function isPlain(kind: number): boolean {
  return kind === Kind.RECORD || kind === Kind.COPY
}

// Both have room for whole words. As numbers, the bytes of UTF-8 text stay the same: none is a NaN.
function copyWords(from: DataView, start: number, to: DataView, target: number, length: number) {
  for (let i = 0; i < length; i += WORD) {
    to.setFloat64(target + i, from.getFloat64(start + i, true), true)
  }
}
