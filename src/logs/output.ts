// Output: writes merged records to a stream in large pieces, unchanged or converted.

import type { Writable } from 'node:stream'
import { type Convert, createConvert, type Format } from './convert.js'
import type { Log } from './log.js'
import type { Memory } from './memory.js'
import type { Sink } from './merge.js'
import { CUT, REST } from './page.js'

/** Bytes that are written at a time. */
export const OUTPUT_SIZE: number = 1 << 18
/** When only as many bytes are free, the output is full. */
const SPARE = 1 << 13
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
  /** Offset of these bytes in the memory; -1 if they are elsewhere. */
  #from = -1
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
    if (this.#convert) this.#converted(this.#convert, log)
    else {
      const kind = page.kinds[at] as number
      if (this.#cut) this.#continue(log, kind)
      this.#add(page.bytes, page.starts[at] as number, (page.ends[at] as number) + 1, page.base)
      if ((kind & CUT) !== 0) this.#cut = log
    }
    page.shift()
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
    const pieces = [...this.#large, this.#buffer.subarray(0, this.#used)]
    this.#large = []
    this.#used = 0
    for (const piece of pieces) {
      if (piece.length > 0) await this.#send(piece)
    }
    this.#flushed()
  }

  #add(bytes: Buffer, start: number, end: number, base = -1): void {
    if (this.#bytes === bytes && this.#end === start) {
      this.#end = end
      return
    }
    this.#copy()
    this.#bytes = bytes
    this.#from = base
    this.#start = start
    this.#end = end
  }

  #copy(): void {
    const length = this.#end - this.#start
    if (!this.#bytes || length === 0) return
    if (this.#large.length > 0 || this.#used + length > OUTPUT_SIZE) this.#setAside(this.#bytes)
    else {
      const at = this.#used
      // Half the time of `set`, which needs an object for each piece.
      if (this.#from >= 0 && this.#base >= 0) {
        const from = this.#from + this.#start
        this.#memory.bytes.copyWithin(this.#base + at, from, from + length)
      } else this.#buffer.set(this.#bytes.subarray(this.#start, this.#end), at)
      this.#used = at + length
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
