// Shape: where lines of a log have their time, learnt from one line, so that it need not be searched in others like it.

import { DIGITS, Epoch, number } from './epoch.js'
import { isDigit } from './time.js'

/** Most bytes before a time, or behind it, that are compared. */
const MOST_AROUND = 80
const MOST_SHAPES = 6
const MOST_MISSES = 32
/** Bytes of a time up to its hours, its minutes and its seconds: `2026-11-22T` `21:38` `:42`. */
const DAY = 11
const MINUTES = 16
const SECONDS = 19
const QUOTE = 0x22
const BLANK = 0x20
const BRACE = 0x7d

/** A line whose time was found. `from` and `to` are the offsets of the time's text. */
export interface Sample {
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
  readonly from: number
  readonly to: number
  readonly isJson: boolean
}

/** Bytes that all lines of a shape have in the same place, compared in words of four. */
class Text {
  readonly length: number
  readonly #bytes: Uint8Array
  readonly #words: Int32Array
  /** The last four bytes, which may overlap the word before. */
  readonly #last: number

  constructor(bytes: Uint8Array) {
    this.length = bytes.length
    this.#bytes = Uint8Array.from(bytes)
    const view = new DataView(this.#bytes.buffer)
    this.#words = Int32Array.from({ length: bytes.length >> 2 }, (_, i) => view.getInt32(4 * i))
    this.#last = bytes.length < 4 ? 0 : view.getInt32(bytes.length - 4)
  }

  equals(other: Text): boolean {
    return Buffer.from(this.#bytes).equals(other.#bytes)
  }

  isAt(view: DataView, at: number): boolean {
    const { length } = this
    if (length < 4) {
      for (let i = 0; i < length; i++) if (view.getUint8(at + i) !== this.#bytes[i]) return false
      return true
    }
    const words = this.#words
    for (let i = 0; i < words.length; i++) if (view.getInt32(at + 4 * i) !== words[i]) return false
    return view.getInt32(at + length - 4) === this.#last
  }
}

/** The time is at the same distance from the line's start, or from its end if it is among the last members of a line. */
export class Shape {
  readonly isJson: boolean
  readonly #isTail: boolean
  readonly #before: Text
  readonly #after: Text
  readonly #form: Form
  readonly #isOpen: boolean
  /** Offset behind the time that was read last. */
  end = 0

  constructor(sample: Sample, form: Form, isTail: boolean) {
    const { bytes, start, end, from, to } = sample
    this.isJson = sample.isJson
    this.#isTail = isTail
    this.#before = new Text(bytes.subarray(isTail ? keyOf(bytes, start, from) : start, from))
    // In front, the byte behind the time is that of the sample, too.
    this.#after = new Text(bytes.subarray(to, isTail ? end : Math.min(end, to + 1)))
    this.#form = form
    this.#isOpen = !sample.isJson && bytes[to] === BLANK
  }

  /** Whether the other has all but the day or minute of its times in common with this. */
  replaces(other: Shape): boolean {
    return (
      this.#isTail === other.#isTail &&
      this.#form.length === other.#form.length &&
      this.#before.equals(other.#before) &&
      this.#after.equals(other.#after)
    )
  }

  /** The time of a line; NaN if it has another shape. */
  read(view: DataView, start: number, end: number): number {
    const form = this.#form
    const before = this.#before.length
    const after = this.#after.length
    const at = this.#isTail ? end - after - form.length : start + before
    if (at - before < start || at + form.length + after > end) return Number.NaN
    if (!this.#before.isAt(view, at - before)) return Number.NaN
    if (this.isJson && view.getUint8(end - 1) !== BRACE) return Number.NaN
    const time = form.read(view, at)
    if (Number.isNaN(time) || form.end + after > end || !this.#after.isAt(view, form.end))
      return Number.NaN
    if (this.#isOpen && isZone(view.getUint8(form.end + 1))) return Number.NaN
    this.end = form.end
    return time
  }
}

// Whether what follows a time and a blank may be a zone: `+02:00`, `UTC`.
function isZone(byte: number): boolean {
  return byte === 0x2b || byte === 0x2d || (byte > 0x40 && byte < 0x5b)
}

/** The shapes that were seen last, the latest first. */
export class Shapes {
  #shapes: Shape[] = []
  /** Lines in a row that had none of the shapes. */
  #misses = 0
  isJson = false
  /** Offset behind the time that was read last. */
  end = 0

  /** The time of a line; NaN if it has none of the shapes. */
  read(view: DataView, start: number, end: number): number {
    const shapes = this.#shapes
    for (let i = 0; i < shapes.length; i++) {
      const shape = shapes[i] as Shape
      const time = shape.read(view, start, end)
      if (Number.isNaN(time)) continue
      if (i > 0) {
        shapes.splice(i, 1)
        shapes.unshift(shape)
      }
      this.isJson = shape.isJson
      this.end = shape.end
      this.#misses = 0
      return time
    }
    return Number.NaN
  }

  /** Learns the shape of a line that has none of those before. Lines that are all different are soon not looked at. */
  learn(sample: Sample, time: number): void {
    if (this.#misses++ >= MOST_MISSES && this.#misses % MOST_MISSES !== 0) return
    const learnt = shapesOf(sample, time)
    const others = this.#shapes.filter((shape) => !learnt.some((each) => each.replaces(shape)))
    this.#shapes = [...learnt, ...others].slice(0, MOST_SHAPES)
  }
}

/** Returns the shapes that a line may have in common with others: its time at its head, at its tail, neither or both. */
export function shapesOf(sample: Sample, time: number): Shape[] {
  const { bytes, start, end, from, to, isJson } = sample
  const isFixed = !isDigit(bytes[from + 10])
  const form = isFixed ? isoForm(bytes, from, to, time) : epochForm(bytes, from, to)
  if (!form || bytes[end - 1] === 0x0d) return []
  const shapes: Shape[] = []
  if (from - start <= MOST_AROUND) shapes.push(new Shape(sample, form, false))
  const isLast = isJson && end - to <= MOST_AROUND && from - start > MOST_AROUND / 4
  if (isLast && isFixed) shapes.push(new Shape(sample, form, true))
  return shapes
}

// The start of the member whose value is at `from`, with the comma before it.
function keyOf(bytes: Uint8Array, start: number, from: number): number {
  const quote = bytes[from - 1] === QUOTE ? from - 1 : from
  let at = bytes.lastIndexOf(QUOTE, quote - 1)
  at = bytes.lastIndexOf(QUOTE, at - 1)
  return Math.max(start, at - 1)
}

interface Form {
  /** The least number of bytes. */
  readonly length: number
  /** Offset behind the time that was read last. */
  readonly end: number
  /** Reads a time in milliseconds; NaN if the text has another form. */
  read(view: DataView, at: number): number
}

// Milliseconds in 13 digits, which may have a fraction.
function epochForm(bytes: Uint8Array, from: number, to: number): Form | undefined {
  let digits = from
  while (digits < to && isDigit(bytes[digits])) digits++
  if (digits - from !== DIGITS || (digits < to && bytes[digits] !== 0x2e)) return undefined
  return new Epoch()
}

// `2026-11-22T21:38:42.123Z`. The day is read once, and then only compared; without a zone the minute, because the offset
// of local time changes.
function isoForm(bytes: Uint8Array, from: number, to: number, time: number): Form | undefined {
  const isClock = bytes[from + DAY + 2] === 0x3a && bytes[from + MINUTES] === 0x3a
  if (to - from < SECONDS || isDigit(bytes[from + 4]) || !isClock) return undefined
  const text = Uint8Array.from(bytes.subarray(from, to))
  const mark = text[SECONDS]
  let digits = 0
  if (mark === 0x2e || mark === 0x2c) while (isDigit(text[SECONDS + 1 + digits])) digits++
  return digits === 0 || digits === 3 || digits === 6 ? new Iso(text, digits, time) : undefined
}

class Iso implements Form {
  readonly length: number
  readonly #same: Text
  readonly #zone: Text
  readonly #mark: number
  readonly #digits: number
  readonly #start: number
  end = 0

  constructor(text: Uint8Array, digits: number, time: number) {
    this.length = text.length
    this.#digits = digits
    this.#mark = text[SECONDS] ?? 0
    this.#zone = new Text(text.subarray(SECONDS + (digits && digits + 1)))
    this.#same = new Text(text.subarray(0, this.#zone.length > 0 ? DAY : MINUTES))
    this.#start = Math.round(time - this.#rest(new DataView(text.buffer), 0))
  }

  read(view: DataView, at: number): number {
    this.end = at + this.length
    if (!this.#same.isAt(view, at)) return Number.NaN
    const zone = this.#zone
    if (zone.length > 0 && !zone.isAt(view, this.end - zone.length)) return Number.NaN
    return this.#start + this.#rest(view, at)
  }

  // What has passed of the day or of the minute; NaN if it is no time.
  #rest(view: DataView, at: number): number {
    const seconds = number(view, at + MINUTES + 1, 2)
    if (seconds < 0 || seconds > 59) return Number.NaN
    const clock = this.#zone.length > 0 ? this.#clock(view, at) + seconds * 1000 : seconds * 1000
    if (this.#digits === 0) return clock
    const fraction = number(view, at + SECONDS + 1, this.#digits)
    if (fraction < 0 || view.getUint8(at + SECONDS) !== this.#mark) return Number.NaN
    return clock + (this.#digits === 3 ? fraction : fraction / 1000)
  }

  #clock(view: DataView, at: number): number {
    const hours = number(view, at + DAY, 2)
    const minutes = number(view, at + DAY + 3, 2)
    const isClock = view.getUint8(at + DAY + 2) === 0x3a && view.getUint8(at + MINUTES) === 0x3a
    if (!isClock || hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return Number.NaN
    return (hours * 60 + minutes) * 60_000
  }
}
