// Records: the lines of a log, put together to records: a text line with those that continue it, or a JSON line.

import { Line, LineReader } from './line.js'

const LINE_FEED = 0x0a
/** Bytes of a record of many lines; what follows is a record of its own, with the same time. */
const MAX_RECORD = 65_536
/** A longer line is cut: its beginning has to be kept until its end is found. */
const MAX_LINE = 2 ** 26
/** Records in front of the first time of a file, which wait for it. */
const MAX_EARLY = 1000
const EMPTY = Buffer.alloc(0)

/** A record where it lies. The byte at `end` is always a line feed. */
export interface LogEntry {
  readonly bytes: Buffer
  readonly start: number
  readonly end: number
  /** Milliseconds since the epoch; that of the record before if `isTimed` is false, -Infinity if there is none. */
  time: number
  readonly isTimed: boolean
  /** Of text: how many bytes behind `start` its time has ended. */
  readonly timeLength: number
  /** Whether it is one line, a JSON object; else it is text. */
  readonly isJson: boolean
}

export class Records {
  readonly #take: (entry: LogEntry) => void
  readonly #lines: LineReader
  #bytes = EMPTY
  /** Where the line begins that is read next. */
  #at = 0
  // The text record that lines may still be added to.
  #isOpen = false
  #start = 0
  #end = 0
  #time = Number.NaN
  #isTimed = false
  #timeLength = 0
  #isFresh = false
  /** The time of what comes without one. */
  #last = Number.NaN
  #early: LogEntry[] | undefined = []

  /** `take` is called with each record in the order of the file; `reference`: when the file was last written. */
  constructor(reference: number, take: (entry: LogEntry) => void) {
    this.#lines = new LineReader(reference)
    this.#take = take
  }

  /** Adds bytes, which may change afterwards. */
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

  /** Ends the line that has no end. */
  endLine(): void {
    if (this.#at < this.#bytes.length) this.feed(Buffer.from('\n'))
  }

  /** Gives away the last record, to which lines might still be added, if nothing came since the last call. */
  settle(): void {
    if (!this.#isFresh) this.#close()
    this.#isFresh = false
  }

  /** At the file's end: gives away all there is. */
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

  // Nothing up to `searched` has a line feed that is not known.
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
    if (kind === Line.JSON || kind === Line.BARE) {
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

  // What stands in front of the first time of a file has this time, too.
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
