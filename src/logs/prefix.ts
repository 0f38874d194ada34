// Prefix: the times of text lines that begin with something else, or whose time has a form of its own.

import { RealDate } from '../core/originals.js'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** Bytes in which a time is looked for. */
const LENGTH = 300
const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec'

interface Parts {
  readonly [name: string]: string | undefined
}

const TIME = String.raw`(?<hour>\d{1,2}):(?<minute>\d\d):(?<second>\d\d)(?:[.,:](?<fraction>\d{1,9}))?`
const DATE = String.raw`(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)`
/** Newer versions of ICU put a narrow space in front. Lines are read as latin1. */
const HALF = String.raw`(?: |\xe2\x80\xaf)(?<half>[AP]M)`
const ZONE = String.raw`(?: ?(?<zone>Z|UTC|GMT|[+-]\d\d:?\d\d))?`

const ISO = /\d{4}([-/])\d\d\1\d\d[T ]\d\d:\d\d:/

/** In the order in which they are tried. The time is what stands before an empty group. */
const FORMS: readonly RegExp[] = [
  // Rails and Ruby's Logger
  String.raw`^[DIWEFA], \[${DATE}T${TIME}`,
  // klog
  String.raw`^[IWEF](?<month>\d\d)(?<day>\d\d) ${TIME}(?= +\d+ \S+:\d+\])`,
  // redis
  String.raw`^\d+:[XCSM] (?<day>\d\d) (?<word>[A-Z][a-z]{2}) (?<year>\d{4}) ${TIME}`,
  // nats-server
  String.raw`^\[\d+\] (?<year>\d{4})/(?<month>\d\d)/(?<day>\d\d) ${TIME}`,
  // Apache's error log, ctime
  String.raw`^\[?[A-Z][a-z]{2} (?<word>[A-Z][a-z]{2}) +(?<day>\d{1,2}) ${TIME} (?<year>\d{4})`,
  // Access logs of nginx, Apache and many more
  String.raw`^[\w.:-]+ [^ [\]]+ [^[\]]{0,200}\[(?<day>\d\d)/(?<word>[A-Z][a-z]{2})/(?<year>\d{4}):${TIME} (?<zone>[+-]\d{4})`,
  // logfmt
  String.raw`^(?:[a-z]+=[\w.-]+ )?(?:time|ts|t|timestamp)="?${DATE}[T ]${TIME}${ZONE}`,
  // journalctl -o short-full
  `^[A-Z][a-z]{2} ${DATE} ${TIME}${ZONE}`,
  // java.util.logging
  String.raw`^(?<word>[A-Z][a-z]{2}) (?<day>\d{1,2}), (?<year>\d{4}),? ${TIME}${HALF}`,
  // Nest
  String.raw`^\[[^\]]+\] \d+ {2}- (?<month>\d\d)/(?<day>\d\d)/(?<year>\d{4}), ${TIME}${HALF}`,
  // journalctl -o export
  '^__CURSOR=\\S*;t=(?<cursor>[0-9a-f]+);',
  // The time of the day alone: pino-pretty, signale, consola
  String.raw`^\[?${TIME}(?:${HALF})?(?=[\] ])`,
  // zerolog's console
  String.raw`^(?<hour>\d{1,2}):(?<minute>\d\d)(?<half>[AP]M)(?= (?:TRC|DBG|INF|WRN|ERR|FTL|PNC|\?\?\?) )`,
].map((form) => new RegExp(form))

/** Reads the times of one log, whose lines all have the form of the first. */
export class Prefixes {
  readonly #latest: number
  #form: RegExp | undefined
  /** The time read last; a time of the day goes on from it. */
  #last = Number.NaN
  /** Length of the text up to the end of the time, and up to its start if it is written as ISO 8601. */
  length = 0
  start = 0

  /** `reference` (ms since the epoch): when the log was last written. */
  constructor(reference: number) {
    this.#latest = reference
  }

  /** The time of a line; NaN if it has none. */
  read(line: string): number {
    const forms = this.#form ? [this.#form] : FORMS
    for (const form of forms) {
      const found = form.exec(line)
      if (!found) continue
      const time = this.#timeOf(found.groups as Parts)
      if (Number.isNaN(time)) continue
      this.#form = form
      this.#last = time
      this.length = found[0].length
      const iso = found[0].search(ISO)
      this.start = iso < 0 ? this.length : iso
      return time
    }
    return Number.NaN
  }

  #timeOf(parts: Parts): number {
    const { year, month, day, word, half, zone, fraction = '', hour, minute, second = 0 } = parts
    if (parts.cursor !== undefined) return Number.parseInt(parts.cursor, 16) / 1000
    const isAfternoon = half === 'PM' ? 12 : 0
    const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + isAfternoon
    const clock = [hours, Number(minute), Number(second), Number(`0.${fraction}`) * 1000] as const
    if (hours > 23 || clock[1] > 59 || clock[2] > 60) return Number.NaN
    const index = word === undefined ? Number(month) - 1 : MONTHS.indexOf(word) / 3
    if (day === undefined) return this.#ofDay(clock)
    const rest = clock[2] * 1000 + clock[3]
    const at = (of: number): number =>
      zone === undefined
        ? new RealDate(of, index, Number(day), hours, clock[1]).getTime() + rest
        : RealDate.UTC(of, index, Number(day), hours, clock[1]) + rest - offsetOf(zone)
    if (year !== undefined) return at(Number(year))
    const latest = new RealDate(this.#latest + DAY).getFullYear()
    return at(latest) > this.#latest + DAY ? at(latest - 1) : at(latest)
  }

  // A time of the day belongs to the day of the line before or to the next one; that of the first line to the day on
  // which the log was last written, or to the day before.
  #ofDay([hours, minutes, seconds, rest]: readonly [number, number, number, number]): number {
    const isFirst = Number.isNaN(this.#last)
    const date = new RealDate(isFirst ? this.#latest : this.#last)
    const on = (days: number): number =>
      new RealDate(
        date.getFullYear(),
        date.getMonth(),
        date.getDate() + days,
        hours,
        minutes,
        seconds,
      ).getTime() + rest
    const time = on(0)
    if (isFirst) return time > this.#latest + HOUR ? on(-1) : time
    if (time < this.#last - DAY / 2) return on(1)
    return time > this.#last + DAY / 2 ? on(-1) : time
  }
}

/** The part of a line in which its time is. */
export function headOf(bytes: Uint8Array, start: number, end: number): string {
  const length = Math.min(LENGTH, end - start)
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, length).toString('latin1')
}

function offsetOf(zone: string): number {
  if (!/\d/.test(zone)) return 0
  const digits = zone.replace(':', '')
  const minutes = Number(digits.slice(1, 3)) * 60 + Number(digits.slice(3))
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000
}
