// Line: tells whether one line of a log is a JSON record, a text record or a continuation, and reads its time.

import { TimeKey } from './key.js'
import { Members } from './members.js'
import { headOf, Prefixes } from './prefix.js'
import { isDigit, TimeReader } from './time.js'

/** `JSON` and `TEXT` have a time; `UNTIMED` is a JSON object without one; `REST` continues the line before. */
export const Line = { JSON: 1, TEXT: 2, UNTIMED: 3, REST: 4 } as const
export type LineKind = (typeof Line)[keyof typeof Line]

const BRACE = 0x7b
const ESCAPE = 0x1b
const BRACKET = 0x5b
const EPOCHS: ReadonlySet<number> = new Set([10, 13, 16, 19])
/** Most bytes of a syslog priority, with its brackets. */
const PRIORITY = 5

// biome-ignore lint/suspicious/noControlCharactersInRegex: they begin with one
const COLORS = /\u001b\[[\d;]*m/g

export class LineReader {
  readonly #times: TimeReader
  readonly #members = new Members()
  readonly #key: TimeKey
  readonly #prefixes: Prefixes
  /** Whether the first time of the file was found behind something else; undefined before it. */
  #isPrefixed: boolean | undefined
  // A number at the beginning of a line is a time only if the first time of the file is such a number.
  #isEpoch: boolean | undefined
  /** Time of the line read last (ms since the epoch); NaN if it has none. */
  time: number = Number.NaN
  /** Offsets of the text of that time; equal if it is in several parts, or has a form of its own. */
  timeStart = 0
  timeEnd = 0

  /**
   * `reference`: when the file was last written (ms since the epoch), for times without a year. `isLog`: whether the lines
   * are those of one log, so that all times are in the same place.
   */
  constructor(reference: number, isLog = true) {
    if (!isLog) this.#isPrefixed = false
    this.#times = new TimeReader(reference)
    this.#key = new TimeKey(this.#times)
    this.#prefixes = new Prefixes(reference)
  }

  /** Returns the kind of the line and stores its time in `time`. */
  read(bytes: Uint8Array, start: number, end: number): LineKind {
    const isObject = bytes[start] === BRACE && bytes[lastOf(bytes, end)] === 0x7d
    this.time = isObject ? this.#json(bytes, start, end) : this.text(bytes, start, end)
    if (Number.isNaN(this.time)) return isObject ? Line.UNTIMED : Line.REST
    this.#isEpoch ??= false
    return isObject ? Line.JSON : Line.TEXT
  }

  /** The time of a line that is longer than these bytes, as far as they have it; NaN otherwise. */
  begin(bytes: Uint8Array, start: number, end: number): number {
    return bytes[start] === BRACE ? this.#json(bytes, start, end) : this.text(bytes, start, end)
  }

  /** Reads the time at the beginning of a text line; NaN if there is none. */
  text(bytes: Uint8Array, start: number, end: number): number {
    let at = skipColors(bytes, start)
    if (bytes[at] === 0x3c) at = skipPriority(bytes, at)
    if (bytes[at] === BRACKET) at = skipColors(bytes, at + 1)
    this.timeStart = at
    const time = this.#leading(bytes, at, end)
    this.timeEnd = this.#times.end
    if (!Number.isNaN(time)) {
      this.#isPrefixed ??= false
      return time
    }
    if (this.#isPrefixed === false || !isStart(bytes[at])) return time
    return this.#prefixed(bytes, start, end)
  }

  #leading(bytes: Uint8Array, at: number, end: number): number {
    const first = bytes[at] ?? 0
    if (isDigit(first)) {
      const time = this.#times.iso(bytes, at, end)
      return Number.isNaN(time) && this.#isEpoch !== false ? this.#epoch(bytes, at, end) : time
    }
    return first > 0x40 && first < 0x5b ? this.#times.syslog(bytes, at, end) : Number.NaN
  }

  // Escape sequences are no part of a form.
  #prefixed(bytes: Uint8Array, start: number, end: number): number {
    const head = headOf(bytes, start, end)
    const time = this.#prefixes.read(head.replace(COLORS, ''))
    if (Number.isNaN(time)) return time
    this.#isPrefixed = true
    this.timeEnd = start + lengthWithColors(head, this.#prefixes.length)
    const isPlain = this.timeEnd === start + this.#prefixes.length
    this.timeStart = isPlain ? start + this.#prefixes.start : this.timeEnd
    return time
  }

  #json(bytes: Uint8Array, start: number, end: number): number {
    const key = this.#key
    const time = key.read(bytes, this.#members.open(bytes, start, end))
    this.timeStart = key.from
    this.timeEnd = key.to
    return time
  }

  // Ten digits are seconds; 13, 16 and 19 are milliseconds and less. Any other number is no time.
  #epoch(bytes: Uint8Array, start: number, end: number): number {
    const time = this.#times.epoch(bytes, start, end)
    let digits = start
    while (digits < end && isDigit(bytes[digits])) digits++
    const length = digits - start
    const next = bytes[this.#times.end] ?? 0
    const isAlone = this.#times.end >= end || next <= 0x20 || next === 0x5d || next === 0x2c
    if (!EPOCHS.has(length) || !isAlone) return Number.NaN
    this.#isEpoch = true
    return time
  }
}

/** Skips the zeros with which a file begins that was cut to nothing while its writer kept its place. */
export function skipNuls(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  while (at < end && bytes[at] === 0) at++
  return at
}

// Skips the priority of a syslog message (`<34>`) and the version after it, if any.
function skipPriority(bytes: Uint8Array, start: number): number {
  const close = bytes.subarray(start, start + PRIORITY).indexOf(0x3e)
  if (close < 0) return start
  const at = start + close + 1
  return isDigit(bytes[at]) && bytes[at + 1] === 0x20 ? at + 2 : at
}

// The length of a text that has `length` characters besides its escape sequences.
function lengthWithColors(text: string, length: number): number {
  let more = 0
  for (const { 0: sequence, index } of text.matchAll(COLORS)) {
    if (index - more > length) break
    more += sequence.length
  }
  return length + more
}

// Skips escape sequences for colours.
function skipColors(bytes: Uint8Array, start: number): number {
  let at = start
  while (bytes[at] === ESCAPE && bytes[at + 1] === BRACKET) {
    at += 2
    while (isDigit(bytes[at]) || bytes[at] === 0x3b) at++
    if (bytes[at] === 0x6d) at++
  }
  return at
}

// Whether a record may begin with this: a letter, a digit, a colon or an underscore, but no blank.
function isStart(byte: number | undefined): boolean {
  return (
    isDigit(byte) ||
    byte === 0x3a ||
    byte === 0x5f ||
    (byte !== undefined && (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a)
  )
}

function lastOf(bytes: Uint8Array, end: number): number {
  return bytes[end - 1] === 0x0d ? end - 2 : end - 1
}
