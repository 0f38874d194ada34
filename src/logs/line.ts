// Line: what one line of a log is, told by its first bytes: a record in JSON or in text, or the continuation of one.

import { Members } from './members.js'
import { isDigit, TimeReader } from './time.js'

/** `TEXT` and `JSON` have a time; `BARE` is a JSON object without one; `REST` belongs to the line before. */
export const Line = { JSON: 1, TEXT: 2, BARE: 3, REST: 4 } as const
export type LineKind = (typeof Line)[keyof typeof Line]

/** Names of the member that is the time, the likelier first. What has no readable time is passed over. */
const TIME_KEYS = ['time', 'timestamp', '@timestamp', 'ts', 'date', 'startTime'].map((key) =>
  Buffer.from(key),
)
const BRACE = 0x7b
const QUOTE = 0x22
const BRACKET = 0x5b
/** Digits of a syslog priority, with its brackets. */
const PRIORITY = 5

export class LineReader {
  readonly #times: TimeReader
  readonly #members = new Members()
  // Numbers at a line's beginning are times only in files that begin with them.
  #isEpoch: boolean | undefined
  /** The time of the line last read; NaN without one. */
  time: number = Number.NaN

  /** `reference`: when the file was last written, for times without a year. */
  constructor(reference: number) {
    this.#times = new TimeReader(reference)
  }

  /** What the line is, and into `time` its time. */
  read(bytes: Uint8Array, start: number, end: number): LineKind {
    const isObject = bytes[start] === BRACE && bytes[lastOf(bytes, end)] === 0x7d
    this.time = isObject ? this.#json(bytes, start, end) : this.text(bytes, start, end)
    if (Number.isNaN(this.time)) return isObject ? Line.BARE : Line.REST
    this.#isEpoch ??= false
    return isObject ? Line.JSON : Line.TEXT
  }

  /** Where the time of the text line that was read last ended. */
  get timeEnd(): number {
    return this.#times.end
  }

  /** The time at the beginning of a line that is no JSON. */
  text(bytes: Uint8Array, start: number, end: number): number {
    let at = start
    if (bytes[at] === 0x3c) at = skipPriority(bytes, at)
    if (bytes[at] === BRACKET) at++
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
    if (bytes[start] !== QUOTE) return this.#times.epoch(bytes, start, end)
    const time = this.#times.iso(bytes, start + 1, end - 1)
    if (!Number.isNaN(time)) return time
    const number = this.#times.epoch(bytes, start + 1, end - 1)
    return this.#times.end === end - 1 ? number : Number.NaN
  }

  // Ten digits are seconds, thirteen milliseconds; anything else is some other number.
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

// `<34>` of syslog, and the version behind it.
function skipPriority(bytes: Uint8Array, start: number): number {
  const close = bytes.subarray(start, start + PRIORITY).indexOf(0x3e)
  if (close < 0) return start
  const at = start + close + 1
  return isDigit(bytes[at]) && bytes[at + 1] === 0x20 ? at + 2 : at
}

function lastOf(bytes: Uint8Array, end: number): number {
  return bytes[end - 1] === 0x0d ? end - 2 : end - 1
}
