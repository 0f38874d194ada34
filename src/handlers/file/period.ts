// Period: when the rotation interval that contains a time ends. Intervals start at midnight, weeks on Monday.

import { RealDate } from '../../core/originals.js'

const DAY = 86_400_000
/** Day 0 of the Unix epoch was a Thursday: days since Monday. */
const THURSDAY = 3

export class Period {
  readonly #interval: number
  readonly #utc: boolean

  /** `interval` in milliseconds; from one day on, a multiple of a day. `utc`: midnight in UTC instead of local time. */
  constructor(interval: number, utc: boolean) {
    this.#interval = interval
    this.#utc = utc
  }

  /** The end of the period that contains `time`; both in milliseconds since the epoch. */
  endOf(time: number): number {
    if (this.#interval >= DAY) return this.#midnight(time, this.#daysLeft(time))
    const start = this.#midnight(time, 0)
    const end = start + (Math.floor((time - start) / this.#interval) + 1) * this.#interval
    return Math.min(end, this.#midnight(time, 1))
  }

  #daysLeft(time: number): number {
    const date = new RealDate(time)
    const local = RealDate.UTC(date.getFullYear(), date.getMonth(), date.getDate())
    const day = Math.floor((this.#utc ? time : local) / DAY)
    const days = this.#interval / DAY
    return days - ((day + THURSDAY) % days)
  }

  // The midnight before `time`, plus `days` days.
  #midnight(time: number, days: number): number {
    const date = new RealDate(time)
    if (this.#utc) date.setUTCHours(24 * days, 0, 0, 0)
    else date.setHours(24 * days, 0, 0, 0)
    return date.getTime()
  }
}
