// Line: tells whether one line of a log is a JSON record, a text record or a continuation, and reads its time.

import { Members } from './members.js'
import { isDigit, TimeReader } from './time.js'

/** `JSON` and `TEXT` have a time; `UNTIMED` is a JSON object without one; `REST` continues the line before. */
export const Line = { JSON: 1, TEXT: 2, UNTIMED: 3, REST: 4 } as const
export type LineKind = (typeof Line)[keyof typeof Line]

/** Names of the member that holds the time. A member whose value is not a time is skipped. */
const TIME_KEYS = ['time', 'timestamp', '@timestamp', 'ts', 'date', 'startTime'].map((key) =>
  Buffer.from(key),
)
const BRACE = 0x7b
const QUOTE = 0x22
const BRACKET = 0x5b
/** Most bytes of a syslog priority, with its brackets. */
const PRIORITY = 5

export class LineReader {
  readonly #times: TimeReader
  readonly #members = new Members()
  // A number at the beginning of a line is a time only if the first time of the file is such a number.
  #isEpoch: boolean | undefined
  /** Time of the line read last (ms since the epoch); NaN if it has none. */
  time: number = Number.NaN
  /** Offset of the text of that time. */
  timeStart = 0

  /** `reference`: when the file was last written (ms since the epoch), for times without a year. */
  constructor(reference: number) {
    this.#times = new TimeReader(reference)
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

  /** Offset of the first byte after the time of the line read last. */
  get timeEnd(): number {
    return this.#times.end
  }

  /** Reads the time at the beginning of a text line; NaN if there is none. */
  text(bytes: Uint8Array, start: number, end: number): number {
    let at = start
    if (bytes[at] === 0x3c) at = skipPriority(bytes, at)
    if (bytes[at] === BRACKET) at++
    this.timeStart = at
    const first = bytes[at] ?? 0
    if (isDigit(first)) {
      const time = this.#times.iso(bytes, at, end)
      return Number.isNaN(time) && this.#isEpoch !== false ? this.#epoch(bytes, at, end) : time
    }
    return first > 0x40 && first < 0x5b ? this.#times.syslog(bytes, at, end) : Number.NaN
  }

  #json(bytes: Uint8Array, start: number, end: number): number {
    const members = this.#members.open(bytes, start, end)
    while (members.next()) {
      const length = members.keyEnd - members.keyStart
      if (length > 10 || length < 2) continue
      for (const key of TIME_KEYS) {
        if (key.length !== length || !members.isKey(key)) continue
        const time = this.#value(bytes, members.valueStart, members.valueEnd)
        if (!Number.isNaN(time)) return time
      }
    }
    return Number.NaN
  }

  #value(bytes: Uint8Array, start: number, end: number): number {
    this.timeStart = bytes[start] === QUOTE ? start + 1 : start
    if (bytes[start] !== QUOTE) return this.#times.epoch(bytes, start, end)
    const time = this.#times.iso(bytes, start + 1, end - 1)
    if (!Number.isNaN(time)) return time
    const number = this.#times.epoch(bytes, start + 1, end - 1)
    return this.#times.end === end - 1 ? number : Number.NaN
  }

  // Ten digits are seconds, thirteen are milliseconds; any other number is not a time.
  #epoch(bytes: Uint8Array, start: number, end: number): number {
    const time = this.#times.epoch(bytes, start, end)
    let digits = start
    while (digits < end && isDigit(bytes[digits])) digits++
    const length = digits - start
    const next = bytes[this.#times.end] ?? 0
    const isAlone = this.#times.end >= end || next <= 0x20 || next === 0x5d || next === 0x2c
    if ((length !== 10 && length !== 13) || !isAlone) return Number.NaN
    this.#isEpoch = true
    return time
  }
}

// Skips the priority of a syslog message (`<34>`) and the version after it, if any.
function skipPriority(bytes: Uint8Array, start: number): number {
  const close = bytes.subarray(start, start + PRIORITY).indexOf(0x3e)
  if (close < 0) return start
  const at = start + close + 1
  return isDigit(bytes[at]) && bytes[at + 1] === 0x20 ? at + 2 : at
}

function lastOf(bytes: Uint8Array, end: number): number {
  return bytes[end - 1] === 0x0d ? end - 2 : end - 1
}
