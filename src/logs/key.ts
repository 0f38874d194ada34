// Key: which member of a JSON line holds the time of its record, and not a time that a caller has logged.

import { RealDate } from '../core/originals.js'
import type { Members } from './members.js'
import { isDigit, type TimeReader } from './time.js'

/** Numbers outside 2000 to 2100 are durations, counts and the like. */
const EARLIEST = RealDate.UTC(2000, 0)
const LATEST = RealDate.UTC(2100, 0)
const QUOTE = 0x22
const BRACE = 0x7b
const names = (text: string): ReadonlySet<string> => new Set(text.split(' '))
/** A member whose value is not a time is skipped. */
const TIMES = names(
  'time timestamp @timestamp ts date startTime asctime datetime timeMillis eventTime',
)
/** Only a logger has these. */
const CERTAIN = names('@timestamp __REALTIME_TIMESTAMP ISODATE instant t _meta _logMeta')
/** May be in front of the time that a logger writes first. */
const HEADS = names('level severity levelname lvl pid')
const FIRST = names('time ts timestamp')
/** Members that tell who has written a line. */
const MARKS = names('v hostname message msg')
const LONGEST = 20

interface Found {
  readonly key: string
  /** Its place among the members. */
  readonly place: number
  /** Whether only what loggers write first is before it. */
  readonly isHead: boolean
  readonly time: number
  /** Offsets of the time's text; equal if it has more than one part. */
  readonly from: number
  readonly to: number
}

/** Finds the times of the lines of one log. */
export class TimeKey {
  readonly #times: TimeReader
  /** The key of the line before. A line without it is looked at anew. */
  #key = ''
  #isFirst = false
  from = 0
  to = 0

  constructor(times: TimeReader) {
    this.#times = times
  }

  /** Returns the time of a line; NaN if it has none. */
  read(bytes: Uint8Array, members: Members): number {
    const found: Found[] = []
    const marks = new Set<string>()
    let isHead = true
    let last = ''
    for (let place = 0; members.next(); place++) {
      const key = keyOf(bytes, members)
      last = key
      if (MARKS.has(key)) marks.add(key)
      const time =
        TIMES.has(key) || CERTAIN.has(key) ? this.#value(bytes, members, key) : Number.NaN
      if (!Number.isNaN(time)) {
        found.push({ key, place, isHead, time, from: this.from, to: this.to })
        if (key === this.#key && this.#isFirst) break
      }
      isHead &&= HEADS.has(key)
    }
    const chosen = found.findLast(({ key }) => key === this.#key) ?? choose(found, marks, last)
    if (!chosen) return Number.NaN
    this.#key = chosen.key
    this.#isFirst = chosen.isHead
    this.from = chosen.from
    this.to = chosen.to
    return chosen.time
  }

  #value(bytes: Uint8Array, { valueStart, valueEnd }: Members, key: string): number {
    const first = bytes[valueStart]
    if (first === BRACE) return this.#nested(bytes, valueStart, valueEnd)
    if (key === 't' || key === 'instant' || key.startsWith('_l') || key.startsWith('_m'))
      return Number.NaN
    const isText = first === QUOTE
    const from = isText ? valueStart + 1 : valueStart
    const to = isText ? valueEnd - 1 : valueEnd
    const times = this.#times
    let time = isText ? times.iso(bytes, from, to) : Number.NaN
    if (Number.isNaN(time)) {
      time = times.epoch(bytes, from, to)
      if ((isText && times.end !== to) || !(time >= EARLIEST && time < LATEST)) return Number.NaN
    }
    this.from = from
    this.to = times.end
    return time
  }

  // `{"seconds":…,"nanos":…}` of Google, `{"epochSecond":…,"nanoOfSecond":…}` of Log4j, `{"$date":…}` of MongoDB, and the
  // `date` of tslog.
  #nested(bytes: Uint8Array, start: number, end: number): number {
    const text = Buffer.from(bytes.subarray(start, Math.min(end, start + 2000))).toString('latin1')
    const [, date] = /"(?:\$date|date)":"([^"]{19,40})"/.exec(text) ?? []
    if (date !== undefined) {
      const from = start + text.indexOf(date)
      const time = this.#times.iso(bytes, from, from + date.length)
      this.from = from
      this.to = this.#times.end
      return time
    }
    const [, seconds] = /"(?:seconds|epochSecond)":"?(\d{9,11})\b/.exec(text) ?? []
    const [, nanos = 0] = /"(?:nanos|nanoOfSecond)":(\d{1,9})\b/.exec(text) ?? []
    this.from = start
    this.to = start
    return seconds === undefined ? Number.NaN : Number(seconds) * 1000 + Number(nanos) / 1e6
  }
}

// The key of the logger itself: what stands first, or what the library that has written the line calls so.
function choose(
  found: readonly Found[],
  marks: ReadonlySet<string>,
  last: string,
): Found | undefined {
  const byKey = (key: string): Found | undefined => found.findLast((each) => each.key === key)
  const certain = found.find(({ key }) => CERTAIN.has(key))
  if (certain || found.length < 2) return certain ?? found[0]
  const time = byKey('time')
  const isZerolog = last === 'message' && time !== undefined && time.place > 1
  if (isZerolog) return time
  const head = found.find(({ isHead, key }) => isHead && FIRST.has(key))
  if (head) return head
  if (marks.has('v') && marks.has('hostname') && time) return time // bunyan
  const stamp = byKey('timestamp')
  if (marks.has('message') && stamp) return stamp // winston
  return time ?? stamp ?? byKey('ts') ?? found[0]
}

function keyOf(bytes: Uint8Array, { keyStart, keyEnd }: Members): string {
  if (keyEnd - keyStart > LONGEST || isDigit(bytes[keyStart])) return ''
  return Buffer.from(bytes.buffer, bytes.byteOffset + keyStart, keyEnd - keyStart).toString(
    'latin1',
  )
}
