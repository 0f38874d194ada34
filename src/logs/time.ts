// Time: reads the times in logs from their bytes, and parses those of the options `--since` and `--until`.

import { parseDuration } from '../config/quantity.js'
import { expected, LogshareError } from '../core/errors.js'
import { RealDate, wallNow } from '../core/originals.js'

const DAY = 86_400_000
const HOUR = 3_600_000
const MINUTE = 60_000
const POWERS = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]
const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec'

/**
 * Reads the times of one file. Each method returns milliseconds since the epoch, or NaN if there is no time, and stores
 * the offset after the time in `end`.
 */
export class TimeReader {
  readonly #latest: number
  #minute = -1
  #minuteTime = 0
  #minuteIsLocal = false
  /** Whether the last local time was in the second of two hours with the same name. */
  #isSecond = false
  /** The local time read last. */
  #last = Number.NaN
  end = 0

  /**
   * `reference` (ms since the epoch): a time without a year gets the latest year that puts it at most a day after this.
   */
  constructor(reference: number) {
    this.#latest = reference + DAY
  }

  /** `2026-11-22T21:38:42.123Z`; also with a space, a comma, slashes or an offset. Without a zone it is local time. */
  iso(bytes: Uint8Array, at: number, limit: number): number {
    if (limit - at < 16) return Number.NaN
    const gap = bytes[at + 10]
    const isDate = isSeparator(bytes[at + 4]) && isSeparator(bytes[at + 7])
    if (!isDate || (gap !== 0x54 && gap !== 0x20) || bytes[at + 13] !== 0x3a) return Number.NaN
    const year = two(bytes, at) * 100 + two(bytes, at + 2)
    const month = two(bytes, at + 5)
    const day = two(bytes, at + 8)
    const hasSeconds = limit - at >= 19 && bytes[at + 16] === 0x3a
    const clock = hasSeconds
      ? this.#clock(bytes, at + 11, limit)
      : this.#minutesOnly(bytes, at + 11, limit)
    const minutes = ((year * 12 + month) * 31 + day) * 1440 + this.#minutes
    const offset = this.#zone(bytes, this.end, limit)
    const isLocal = Number.isNaN(offset)
    if (minutes !== this.#minute || isLocal !== this.#minuteIsLocal) {
      if (!(month >= 1 && month <= 12 && day >= 1 && day <= 31)) return Number.NaN
      this.#minuteTime = startOf(year, month - 1, day, this.#minutes, isLocal)
      this.#minute = minutes
      this.#minuteIsLocal = isLocal
    }
    if (!isLocal) return this.#minuteTime + clock - offset
    return this.#unfold(this.#minuteTime + clock)
  }

  // When summer time ends, an hour comes twice. A time that jumps back by that much is in the second one.
  #unfold(time: number): number {
    const isBack = time < this.#last && time > this.#last - 2 * HOUR
    const isJump = isBack && (this.#isSecond || time < this.#last - HOUR / 2)
    this.#isSecond = isJump && isSameClock(time, time + HOUR)
    this.#last = this.#isSecond ? time + HOUR : time
    return this.#last
  }

  #minutesOnly(bytes: Uint8Array, at: number, limit: number): number {
    this.#minutes = two(bytes, at) * 60 + two(bytes, at + 3)
    this.end = at + 5
    return this.end < limit && isDigit(bytes[this.end]) ? Number.NaN : 0
  }

  /** `Nov 22 21:38:42`, the format of syslog (RFC 3164), in local time. */
  syslog(bytes: Uint8Array, at: number, limit: number): number {
    if (limit - at < 15 || bytes[at + 3] !== 0x20 || bytes[at + 6] !== 0x20) return Number.NaN
    const name = String.fromCharCode(bytes[at] ?? 0, bytes[at + 1] ?? 0, bytes[at + 2] ?? 0)
    const month = MONTHS.indexOf(name)
    const day = bytes[at + 4] === 0x20 ? two(bytes, at + 4, 0x30) : two(bytes, at + 4)
    const clock = this.#clock(bytes, at + 7, limit)
    if (month < 0 || month % 3 !== 0 || Number.isNaN(clock + day)) return Number.NaN
    const year = new RealDate(this.#latest).getFullYear()
    const time = startOf(year, month / 3, day, this.#minutes, true)
    const isNext = time > this.#latest
    return clock + (isNext ? startOf(year - 1, month / 3, day, this.#minutes, true) : time)
  }

  /** Seconds, milliseconds, microseconds or nanoseconds since the epoch, distinguished by their magnitude. */
  epoch(bytes: Uint8Array, from: number, limit: number): number {
    let at = from
    let whole = 0
    for (; at < limit && isDigit(bytes[at]); at++) whole = whole * 10 + (bytes[at] as number) - 0x30
    if (at === from) return Number.NaN
    const isFraction = bytes[at] === 0x2e
    const fraction = isFraction ? this.#fraction(bytes, at + 1, limit) : 0
    if (!isFraction) this.end = at
    if (whole < 1e11) return whole * 1000 + fraction
    if (whole < 1e14) return whole + fraction / 1000
    return whole < 1e17 ? whole / 1000 : whole / 1e6
  }

  #minutes = 0

  // Returns the seconds and their fraction in milliseconds; stores hours and minutes in `#minutes`.
  #clock(bytes: Uint8Array, at: number, limit: number): number {
    this.#minutes = two(bytes, at) * 60 + two(bytes, at + 3)
    if (bytes[at + 2] !== 0x3a || bytes[at + 5] !== 0x3a) return Number.NaN
    const seconds = two(bytes, at + 6)
    const mark = bytes[at + 8]
    this.end = at + 8
    // log4j's HH:mm:ss:SSS has a colon there.
    const isMark = mark === 0x2e || mark === 0x2c || (mark === 0x3a && isDigit(bytes[at + 11]))
    const isFraction = isMark && at + 9 < limit && isDigit(bytes[at + 9])
    const fraction = isFraction ? this.#fraction(bytes, at + 9, limit) : 0
    return seconds * 1000 + fraction
  }

  // The fraction of a second in milliseconds. At most nine digits are used.
  #fraction(bytes: Uint8Array, from: number, limit: number): number {
    let at = from
    let digits = 0
    for (; at < limit && isDigit(bytes[at]); at++) {
      if (at - from < 9) digits = digits * 10 + (bytes[at] as number) - 0x30
    }
    this.end = at
    const length = Math.min(9, at - from)
    if (length <= 3) return digits * (POWERS[3 - length] as number)
    return digits / (POWERS[length - 3] as number)
  }

  // The zone's offset from UTC in milliseconds; NaN without a zone.
  #zone(bytes: Uint8Array, from: number, limit: number): number {
    const at = bytes[from] === 0x20 && isSign(bytes[from + 1]) ? from + 1 : from
    if (at < limit && bytes[at] === 0x5a) {
      this.end = at + 1
      return 0
    }
    if (isUtc(bytes, from, limit)) {
      this.end = from + 4
      return 0
    }
    if (at + 5 > limit || !isSign(bytes[at])) return Number.NaN
    const colon = bytes[at + 3] === 0x3a ? 1 : 0
    const offset = (two(bytes, at + 1) * 60 + two(bytes, at + 3 + colon)) * MINUTE
    if (Number.isNaN(offset)) return offset
    this.end = at + 5 + colon
    return bytes[at] === 0x2d ? -offset : offset
  }
}

/**
 * Parses the value of `--since` or `--until`: an ISO 8601 time, a time since the epoch, or a duration before `now`
 * (`10m`, `2h`, `1d`). Returns milliseconds since the epoch. Throws `LOGSHARE_ERR_OPTION`.
 */
export function parseMoment(text: string, option: string, now: number = wallNow()): number {
  if (/^\d+(\.\d+)?\s*(ms|s|m|h|d|w)$/i.test(text)) return now - parseDuration(text, option)
  if (/^\d{9,}(\.\d+)?$/.test(text)) {
    const bytes = Buffer.from(text)
    return new TimeReader(now).epoch(bytes, 0, bytes.length)
  }
  // `Date.parse` takes a date without a time as UTC; here it is local, like a date with a time.
  const whole = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00` : text
  const time = RealDate.parse(whole.replace(',', '.'))
  if (/^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(time)) return time
  throw new LogshareError(
    'LOGSHARE_ERR_OPTION',
    `${option}: ${expected("a time such as '2026-11-22T21:38:42Z', '1795383522000' or '10m'", text)}`,
  )
}

export function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39
}

// PostgreSQL and others write the name of the zone. Of names, only those of UTC are unambiguous.
function isUtc(bytes: Uint8Array, at: number, limit: number): boolean {
  if (at + 4 > limit || bytes[at] !== 0x20 || isLetter(bytes[at + 4])) return false
  const name = String.fromCharCode(bytes[at + 1] ?? 0, bytes[at + 2] ?? 0, bytes[at + 3] ?? 0)
  return name === 'UTC' || name === 'GMT'
}

function isLetter(byte: number | undefined): boolean {
  return byte !== undefined && (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a
}

function isSameClock(a: number, b: number): boolean {
  const [first, second] = [new RealDate(a), new RealDate(b)]
  return first.getHours() === second.getHours() && first.getMinutes() === second.getMinutes()
}

function isSeparator(byte: number | undefined): boolean {
  return byte === 0x2d || byte === 0x2f
}

function isSign(byte: number | undefined): boolean {
  return byte === 0x2b || byte === 0x2d
}

// A number of two digits; NaN if they are no digits. `tens` replaces the first one.
function two(bytes: Uint8Array, at: number, tens: number = bytes[at] ?? 0): number {
  const ones = bytes[at + 1]
  if (!isDigit(tens) || !isDigit(ones)) return Number.NaN
  return (tens - 0x30) * 10 + (ones as number) - 0x30
}

function startOf(year: number, month: number, day: number, minutes: number, isLocal: boolean) {
  const hour = Math.floor(minutes / 60)
  return isLocal
    ? new RealDate(year, month, day, hour, minutes % 60).getTime()
    : RealDate.UTC(year, month, day, hour, minutes % 60)
}
