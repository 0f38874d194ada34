// Records: splits the bytes of a log into records: a JSON line, or a text line with the lines that continue it.

import { Heads } from './heads.js'
import { Line, LineReader, skipNuls } from './line.js'
import { Memory } from './memory.js'
import { CUT, entryOf, JSON_LINE, KIND_BITS, type LogEntry, Page, REST, TIMED } from './page.js'
import { isBetween, isNext, MORE, partAt } from './parts.js'
import { isDetail } from './report.js'
import { Shapes } from './shape.js'

const LINE_FEED = 0x0a
/** Most bytes of a record of several lines. Lines beyond that become a record of their own, with the same time. */
const MAX_RECORD = 65_536
/** Most bytes of a line. A longer one is cut, because its beginning is kept in memory until its end is read. */
const MAX_LINE = 2 ** 26
/** Most records before the first time in a file that are kept to be given that time. */
const MAX_EARLY = 1000
const BOM = [0xef, 0xbb, 0xbf]

export interface RecordsOptions {
  /** When the log was last written (ms since the epoch). */
  readonly reference: number
  /** Bytes of the log that are in memory as a rule. */
  readonly capacity: number
  /** Whether a record is wanted. Default: all are. */
  readonly accepts?: ((entry: LogEntry) => boolean) | undefined
  /** Whether records are sorted by time. Default: they are. */
  readonly isSorted?: boolean
  /** Where the bytes are. Default: each log has its own. */
  readonly memory?: Memory
}

export class Records {
  readonly page: Page
  readonly #accepts: ((entry: LogEntry) => boolean) | undefined
  readonly #lines: LineReader
  readonly #shapes = new Shapes()
  readonly #heads = new Heads()
  /** Offset of the line that is read next, and of the bytes that were not searched for its end. */
  #at = 0
  #searched = 0
  // The text record to which lines may still be added.
  #isOpen = false
  #start = 0
  #end = 0
  #time = Number.NaN
  #kind = 0
  /** Which part of a container's line it ends with. */
  #part = 0
  #isFresh = false
  /** Whether the line that is read began in the record before. */
  #isRest = false
  #isAccepted: boolean | undefined
  /** Whether nothing was read yet. */
  #isHead = true
  /** Time for records without one. */
  #last = Number.NaN
  #isEarly = true
  /** The latest time so far, of unwanted records too. */
  latest: number = Number.NEGATIVE_INFINITY

  constructor({ reference, capacity, accepts, isSorted = true, memory }: RecordsOptions) {
    this.page = new Page(memory ?? new Memory(0), capacity, isSorted)
    this.#lines = new LineReader(reference)
    this.#accepts = accepts
  }

  /** Room for at least `size` bytes, to be read into. Call `added` then. */
  room(size: number): Buffer {
    const { page } = this
    const moved = page.makeRoom(size, this.#isOpen ? this.#start : this.#at)
    this.#at -= moved
    this.#searched -= moved
    this.#start -= moved
    this.#end -= moved
    return page.bytes.subarray(page.used)
  }

  /** Adds bytes that were read into the room. */
  added(length: number): void {
    this.page.used += length
    this.#isFresh = true
    if (this.#isHead) this.#skipMark()
    if (this.page.bytes[this.#at] === 0 && !this.#isRest) {
      this.#at = skipNuls(this.page.bytes, this.#at, this.page.used)
      this.#searched = Math.max(this.#searched, this.#at)
    }
    if (this.page.used - this.#at > MAX_LINE) this.#cut()
  }

  /** Adds bytes. They are copied, so their buffer may be reused. */
  feed(bytes: Uint8Array): void {
    const room = this.room(bytes.length)
    if (bytes.buffer !== room.buffer || bytes.byteOffset !== room.byteOffset) room.set(bytes)
    this.added(bytes.length)
  }

  /** Makes records of up to `most` lines. Returns whether there may be more. */
  scan(most: number): boolean {
    const { view, used } = this.page
    const bytes = this.page.bytes.subarray(0, used)
    for (let lines = this.#take(most); lines < most; lines += 1 + this.#take(most - lines - 1)) {
      const feed = bytes.indexOf(LINE_FEED, this.#searched)
      if (feed < 0) {
        this.#searched = used
        return false
      }
      const start = this.#at
      this.#at = feed + 1
      this.#searched = feed + 1
      const time = this.#shapes.read(view, start, feed)
      if (Number.isNaN(time)) this.#line(start, feed)
      else this.#timed(start, feed, time, this.#shapes.isJson, this.#shapes.end)
    }
    return true
  }

  // Adds lines that are read in one loop. Returns how many.
  #take(most: number): number {
    if (this.#isOpen || this.#isEarly || this.#accepts || this.#searched !== this.#at) return 0
    const { page } = this
    const lines = this.#heads.take(page, this.#at, most)
    if (lines > 0) {
      this.#at = (page.ends[page.count - 1] as number) + 1
      this.#searched = this.#at
      this.#last = page.times[page.count - 1] as number
      this.latest = Math.max(this.latest, this.#last)
    }
    return lines
  }

  /** Ends a line that has no line feed yet. */
  endLine(): void {
    this.scan(Number.POSITIVE_INFINITY)
    if (this.#at === this.page.used) return
    this.feed(Uint8Array.of(LINE_FEED))
    this.scan(1)
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
    this.#part = 0
    this.#give(this.#start, this.#end, this.#time, this.#kind)
  }

  // A line whose time is not where it was in the lines before.
  #line(from: number, end: number): void {
    const { bytes } = this.page
    const start = bytes[from] === 0 && !this.#isRest ? skipNuls(bytes, from, end) : from
    const kind = this.#isRest ? Line.REST : this.#lines.read(bytes, start, end)
    if (kind === Line.REST && this.#isOpen && end - this.#start <= MAX_RECORD) {
      this.#end = end
      return
    }
    if (kind === Line.JSON || kind === Line.TEXT) {
      const { time, timeStart, timeEnd } = this.#lines
      const isJson = kind === Line.JSON
      this.#timed(start, end, time, isJson, timeEnd)
      if (isJson) this.#heads.learn(this.page.view, start, timeStart)
      if (timeEnd > timeStart)
        this.#shapes.learn({ bytes, start, end, from: timeStart, to: timeEnd, isJson }, time)
      return
    }
    this.#close()
    if (kind === Line.UNTIMED) this.#give(start, end, this.#last, JSON_LINE)
    else this.#open(start, end, this.#isRest ? REST : 0)
    this.#isRest = false
  }

  #timed(start: number, end: number, time: number, isJson: boolean, timeEnd: number): void {
    const part = partAt(this.page.bytes, start, end, timeEnd)
    if (part !== 0 && this.#goesOn(part, end)) return
    if (part !== 0 && isBetween(this.#part, part)) {
      this.#between(start, end, time, isJson ? JSON_LINE : (timeEnd - start) << KIND_BITS)
      return
    }
    if (!isJson && time === this.#time && this.#isDetail(timeEnd, end)) return
    this.#close()
    this.#last = time
    if (this.#isEarly) this.#place(time)
    if (time > this.latest) this.latest = time
    const isWhole = isJson && (part & MORE) === 0
    if (isWhole) this.#give(start, end, time, TIMED | JSON_LINE)
    else if (isJson) this.#open(start, end, TIMED | JSON_LINE)
    else this.#open(start, end, TIMED | ((timeEnd - start) << KIND_BITS))
    this.#part = isWhole ? 0 : part
  }

  // Whether a line of the same time belongs to the text record that is open.
  #isDetail(timeEnd: number, end: number): boolean {
    const isText = this.#isOpen && (this.#kind & JSON_LINE) === 0 && this.#part === 0
    if (!isText || end - this.#start > MAX_RECORD) return false
    if (!isDetail(this.page.bytes, timeEnd, end)) return false
    this.#end = end
    return true
  }

  // Whether a part of a line belongs to the record that is open.
  #goesOn(part: number, end: number): boolean {
    if (!this.#isOpen || !isNext(this.#part, part) || end - this.#start > MAX_LINE) return false
    this.#end = end
    this.#part = part
    return true
  }

  // A whole line of the other stream is put in front of the record that is open, so that its parts stay together.
  #between(from: number, end: number, time: number, kind: number): void {
    const { bytes } = this.page
    const length = end + 1 - from
    const start = this.#start
    const parts = Buffer.from(bytes.subarray(start, from))
    bytes.copyWithin(start, from, end + 1)
    bytes.set(parts, start + length)
    this.#start += length
    this.#end += length
    this.#last = time
    if (time > this.latest) this.latest = time
    this.#give(start, start + length - 1, time, TIMED | kind)
  }

  #open(start: number, end: number, kind: number): void {
    this.#isOpen = true
    this.#start = start
    this.#end = end
    this.#time = this.#last
    this.#kind = kind
  }

  // Makes a record of a line that has no end yet.
  #cut(): void {
    this.scan(Number.POSITIVE_INFINITY)
    const { page } = this
    const start = this.#at
    if (page.used - start <= MAX_LINE) return
    this.#close()
    const time = this.#isRest ? Number.NaN : this.#lines.begin(page.bytes, start, page.used)
    const isTimed = !Number.isNaN(time)
    if (isTimed) this.#last = time
    if (isTimed && this.#isEarly) this.#place(time)
    const kind = CUT | (this.#isRest ? REST : 0) | (isTimed ? TIMED : 0)
    this.#give(start, page.used - 1, this.#last, kind)
    this.#isRest = true
    this.#at = page.used
    this.#searched = page.used
  }

  #give(start: number, end: number, time: number, kind: number): void {
    if (!this.#isEarly && this.#accepts && !this.#wants(start, end, time, kind)) return
    this.page.push(start, end, time, kind)
    if (this.#isEarly && this.page.count >= MAX_EARLY) this.#place(Number.NEGATIVE_INFINITY)
  }

  // Records before the first time in a file get that time.
  #place(time: number): void {
    if (!this.#isEarly) return
    this.#isEarly = false
    if (Number.isNaN(this.#last)) this.#last = time
    const { page } = this
    const early = Array.from({ length: page.count }, (_, at) => at)
    const { starts, ends, kinds, places } = page
    const columns = early.map((at) => [starts[at], ends[at], kinds[at], places[at]] as number[])
    page.clear()
    for (const [start = 0, end = 0, kind = 0, place = 0] of columns) {
      this.#give(start, end, time, kind)
      page.places[page.count - 1] = place
    }
  }

  // A text record without a time is accepted if the record before it was.
  #wants(start: number, end: number, time: number, kind: number): boolean {
    const entry = entryOf(this.page.bytes, start, end, time, kind)
    if (entry.isTimed || entry.isJson || this.#isAccepted === undefined)
      this.#isAccepted = this.#accepts?.(entry) ?? true
    return this.#isAccepted
  }

  #skipMark(): void {
    const { bytes, used } = this.page
    if (used < BOM.length) return
    this.#isHead = false
    if (BOM.every((byte, i) => bytes[i] === byte)) {
      this.#at = BOM.length
      this.#searched = BOM.length
    }
  }
}
