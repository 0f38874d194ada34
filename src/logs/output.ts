// Output: writes merged records to a stream in large pieces, unchanged or converted.

import type { Writable } from 'node:stream'
import { type Convert, createConvert, type Format } from './convert.js'
import type { Log } from './log.js'
import type { Sink } from './merge.js'
import type { LogEntry } from './records.js'

const SIZE = 1 << 18

export class Output implements Sink {
  readonly #stream: Writable
  readonly #convert: Convert | undefined
  readonly #flushed: () => void
  readonly #buffer = Buffer.allocUnsafeSlow(SIZE)
  #used = 0
  #large: Buffer[] = []
  // A range of bytes not copied to the buffer yet. Adjacent records extend it, so that they are copied together.
  #bytes: Buffer | undefined
  #start = 0
  #end = 0
  #latest = Number.NEGATIVE_INFINITY
  /** Number of records written after a later one, because they were out of order by more than the window. */
  late = 0
  records = 0

  /** `flushed` is called after each flush. */
  constructor(
    stream: Writable,
    format: Format,
    options: { readonly colors: boolean; readonly flushed?: () => void },
  ) {
    this.#stream = stream
    this.#convert = createConvert(format, options.colors)
    this.#flushed = options.flushed ?? (() => {})
  }

  write(entry: LogEntry, log: Log): void {
    if (entry.time < this.#latest) this.late++
    else this.#latest = entry.time
    this.records++
    const text = this.#convert?.(entry, log.path)
    if (text !== undefined) {
      const bytes = Buffer.from(`${text}\n`)
      this.#add(bytes, 0, bytes.length)
    } else this.#add(entry.bytes, entry.start, entry.end + 1)
  }

  get isFull(): boolean {
    return this.#used + this.#end - this.#start >= SIZE || this.#large.length > 0
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
    if (!this.#bytes) return
    const piece = this.#bytes.subarray(this.#start, this.#end)
    if (this.#large.length > 0 || this.#used + piece.length > SIZE) {
      this.#large.push(Buffer.from(this.#buffer.subarray(0, this.#used)), piece)
      this.#used = 0
    } else {
      this.#buffer.set(piece, this.#used)
      this.#used += piece.length
    }
    this.#bytes = undefined
    this.#start = 0
    this.#end = 0
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
