// Output: writes merged records to a stream in large pieces, unchanged or converted.

import type { Writable } from 'node:stream'
import { type Convert, createConvert, type Format } from './convert.js'
import type { Log } from './log.js'
import type { Memory } from './memory.js'
import type { Sink } from './merge.js'
import type { Order } from './order.js'
import { CUT, REST } from './page.js'

/** Bytes that are written at a time. */
export const OUTPUT_SIZE: number = 1 << 20
/** When only as many bytes are free, the output is full. */
const SPARE = 1 << 13
/** Records that are copied in one loop: a function that returns early on is compiled once. */
const BATCH = 256
const LINE_FEED = Buffer.from('\n')

export class Output implements Sink {
  readonly #stream: Writable
  readonly #convert: Convert | undefined
  readonly #flushed: () => void
  readonly #memory: Memory
  readonly #buffer: Buffer
  /** Offset of the buffer in the memory; -1 if it is elsewhere. */
  readonly #base: number
  #used = 0
  #large: Buffer[] = []
  // A range of bytes not copied to the buffer yet. Adjacent records extend it, so that they are copied together.
  #bytes: Buffer | undefined
  #start = 0
  #end = 0
  #latest = Number.NEGATIVE_INFINITY
  /** Number of records written after a later one, because they were out of order by more than the window. */
  late = 0
  /** The log whose record was written last, if its line goes on in the next record. */
  #cut: Log | undefined

  /** `flushed` is called after each flush. */
  constructor(
    stream: Writable,
    format: Format,
    options: {
      readonly colors: boolean
      readonly memory: Memory
      readonly flushed?: () => void
    },
  ) {
    this.#memory = options.memory
    this.#buffer = options.memory.allocate(OUTPUT_SIZE)
    this.#base = options.memory.offsetOf(this.#buffer)
    this.#stream = stream
    this.#convert = createConvert(format, options.colors)
    this.#flushed = options.flushed ?? (() => {})
  }

  write(log: Log): void {
    const { page } = log
    const at = page.first
    const time = page.times[at] as number
    if (time < this.#latest) this.late++
    else this.#latest = time
    const kind = page.kinds[at] as number
    if (this.#convert) this.#converted(this.#convert, log)
    else if (this.#cut || (kind & CUT) !== 0) this.#part(log, kind)
    else this.#add(page.bytes, page.starts[at] as number, (page.ends[at] as number) + 1)
    page.shift()
  }

  copy(order: Order): Log | undefined {
    this.#copy()
    if (this.#base < 0 || this.#convert || this.#cut || this.#large.length > 0) return undefined
    let copied = BATCH
    while (copied === BATCH) copied = this.#copyBatch(order)
    const { first } = order
    return first?.isCertain === false ? first : undefined
  }

  // Returns how many records were copied.
  #copyBatch(order: Order): number {
    const { bytes } = this.#memory
    const top = this.#base + OUTPUT_SIZE
    let at = this.#base + this.#used
    let from = 0
    let until = 0
    let latest = this.#latest
    let copied = 0
    for (let log = order.first; log && copied < BATCH; log = order.first) {
      const { page } = log
      const { base, first } = page
      const start = base + (page.starts[first] as number)
      const end = base + (page.ends[first] as number) + 1
      if (base < 0 || end - start > SPARE || ((page.kinds[first] as number) & CUT) !== 0) break
      if (start !== until) {
        bytes.copyWithin(at, from, until)
        at += until - from
        from = start
        until = start
      }
      if (at + end - from > top) break
      until = end
      const time = page.times[first] as number
      if (time < latest) this.late++
      else latest = time
      page.shift()
      if (!log.isCertain) break
      order.update()
      copied++
    }
    bytes.copyWithin(at, from, until)
    this.#used = at + until - from - this.#base
    this.#latest = latest
    return copied
  }

  // A record whose line goes on in the next one, or is behind such a record.
  #part(log: Log, kind: number): void {
    const { page } = log
    const at = page.first
    if (this.#cut) this.#continue(log, kind)
    this.#add(page.bytes, page.starts[at] as number, (page.ends[at] as number) + 1)
    if ((kind & CUT) !== 0) this.#cut = log
  }

  #converted(convert: Convert, log: Log): void {
    const entry = log.page.entry(log.page.first)
    const text = convert(entry, log.path)
    if (text === undefined) {
      this.#add(entry.bytes, entry.start, entry.end + 1)
      return
    }
    const bytes = Buffer.from(`${text}\n`)
    this.#add(bytes, 0, bytes.length)
  }

  // What follows a part of a line is the rest of it, or begins a line of its own.
  #continue(log: Log, kind: number): void {
    if (this.#cut !== log || (kind & REST) === 0) this.#add(LINE_FEED, 0, 1)
    this.#cut = undefined
  }

  get isFull(): boolean {
    return this.#used + this.#end - this.#start > OUTPUT_SIZE - SPARE || this.#large.length > 0
  }

  settle(): void {
    this.#copy()
  }

  /** Resolves when everything is written; never if the stream fails. */
  async flush(): Promise<void> {
    this.#copy()
    const large = this.#large
    const used = this.#used
    this.#used = 0
    if (large.length > 0) {
      this.#large = []
      for (const piece of large) if (piece.length > 0) await this.#send(piece)
    }
    if (used > 0) await this.#send(this.#buffer.subarray(0, used))
    this.#flushed()
  }

  #add(bytes: Buffer, start: number, end: number): void {
    if (this.#bytes === bytes && this.#end === start) {
      this.#end = end
      return
    }
    this.#copy()
    this.#bytes = bytes
    this.#start = start
    this.#end = end
  }

  #copy(): void {
    const length = this.#end - this.#start
    if (!this.#bytes || length === 0) return
    if (this.#large.length > 0 || this.#used + length > OUTPUT_SIZE) this.#setAside(this.#bytes)
    else {
      this.#buffer.set(this.#bytes.subarray(this.#start, this.#end), this.#used)
      this.#used += length
    }
    this.#bytes = undefined
    this.#start = 0
    this.#end = 0
  }

  #setAside(bytes: Buffer): void {
    const used = Buffer.from(this.#buffer.subarray(0, this.#used))
    this.#large.push(used, bytes.subarray(this.#start, this.#end))
    this.#used = 0
  }

  // The stream's `error` event reports a failure.
  #send(piece: Buffer): Promise<void> {
    return new Promise((resolve) => {
      this.#stream.write(piece, (error) => {
        if (!error) resolve()
      })
    })
  }
}
