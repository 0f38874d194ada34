// Records: splits the bytes of a log into records: a JSON line, or a text line with the lines that continue it.

import { Line, LineReader } from './line.js'

const LINE_FEED = 0x0a
/** Most bytes of a record of several lines. Lines beyond that become a record of their own, with the same time. */
const MAX_RECORD = 65_536
/** Most bytes of a line. A longer one is cut, because its beginning is kept in memory until its end is read. */
const MAX_LINE = 2 ** 26
/** Most records before the first time in a file that are kept to be given that time. */
const MAX_EARLY = 1000
const EMPTY = Buffer.alloc(0)

/** A record as a range of bytes. The byte at `end` is always a line feed. */
export interface LogEntry {
  readonly bytes: Buffer
  readonly start: number
  readonly end: number
  /** Milliseconds since the epoch. If `isTimed` is false: the time of the record before, or -Infinity without one. */
  time: number
  readonly isTimed: boolean
  /** For text: number of bytes from `start` to the end of its time. */
  readonly timeLength: number
  /** Whether it is a JSON object in one line; otherwise it is text. */
  readonly isJson: boolean
}

export class Records {
  readonly #take: (entry: LogEntry) => void
  readonly #lines: LineReader
  #bytes = EMPTY
  /** Offset of the line that is read next. */
  #at = 0
  // The text record to which lines may still be added.
  #isOpen = false
  #start = 0
  #end = 0
  #time = Number.NaN
  #isTimed = false
  #timeLength = 0
  #isFresh = false
  /** Time for records without one. */
  #last = Number.NaN
  #early: LogEntry[] | undefined = []

  /**
   * `take` is called with each record in the order of the file. `reference`: when the file was last written (ms since
   * the epoch).
   */
  constructor(reference: number, take: (entry: LogEntry) => void) {
    this.#lines = new LineReader(reference)
    this.#take = take
  }

  /** Adds bytes. They are copied, so their buffer may be reused. */
  feed(chunk: Uint8Array): void {
    const keep = this.#isOpen ? this.#start : this.#at
    const rest = this.#bytes.length - keep
    const bytes = Buffer.allocUnsafeSlow(rest + chunk.length)
    bytes.set(this.#bytes.subarray(keep), 0)
    bytes.set(chunk, rest)
    this.#bytes = bytes
    this.#at -= keep
    this.#start -= keep
    this.#end -= keep
    this.#isFresh = true
    this.#split(rest)
    if (bytes.length - this.#at > MAX_LINE) this.endLine()
  }

  /** Ends a line that has no line feed yet. */
  endLine(): void {
    if (this.#at < this.#bytes.length) this.feed(Buffer.from('\n'))
  }

  /** Completes the last record, to which lines could still be added, if nothing was added since the last call. */
  settle(): void {
    if (!this.#isFresh) this.#close()
    this.#isFresh = false
  }

  /** Call at the end of the file: completes all records. */
  finish(): void {
    this.endLine()
    this.#close()
    this.#place(Number.NEGATIVE_INFINITY)
  }

  #close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#give({
      bytes: this.#bytes,
      start: this.#start,
      end: this.#end,
      time: this.#time,
      isTimed: this.#isTimed,
      timeLength: this.#timeLength,
      isJson: false,
    })
  }

  // Bytes before `searched` contain no further line feed.
  #split(searched: number): void {
    const bytes = this.#bytes
    let from = Math.max(searched, this.#at)
    for (;;) {
      const feed = bytes.indexOf(LINE_FEED, from)
      if (feed < 0) return
      this.#line(this.#at, feed)
      from = feed + 1
      this.#at = from
    }
  }

  #line(start: number, end: number): void {
    const kind = this.#lines.read(this.#bytes, start, end)
    if (kind === Line.REST && this.#isOpen && end - this.#start <= MAX_RECORD) {
      this.#end = end
      return
    }
    this.#close()
    const isTimed = kind === Line.JSON || kind === Line.TEXT
    if (isTimed) {
      this.#last = this.#lines.time
      if (this.#early) this.#place(this.#last)
    }
    if (kind === Line.JSON || kind === Line.UNTIMED) {
      const time = this.#last
      const bytes = this.#bytes
      this.#give({ bytes, start, end, time, isTimed, timeLength: 0, isJson: true })
    } else {
      this.#isOpen = true
      this.#start = start
      this.#end = end
      this.#time = this.#last
      this.#isTimed = isTimed
      this.#timeLength = isTimed ? this.#lines.timeEnd - start : 0
    }
  }

  #give(entry: LogEntry): void {
    if (!this.#early) {
      this.#take(entry)
      return
    }
    this.#early.push(entry)
    if (this.#early.length >= MAX_EARLY) this.#place(Number.NEGATIVE_INFINITY)
  }

  // Records before the first time in a file get that time.
  #place(time: number): void {
    const early = this.#early ?? []
    this.#early = undefined
    if (Number.isNaN(this.#last)) this.#last = time
    for (const entry of early) {
      entry.time = time
      this.#take(entry)
    }
  }
}
