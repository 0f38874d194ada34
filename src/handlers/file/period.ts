// Period: the stretches of time a log file is for, from midnight on, or from Monday.

const DAY = 86_400_000
/** Day 0 of the epoch was a Thursday; weeks begin on Mondays. */
const THURSDAY = 3

export class Period {
  readonly #interval: number
  readonly #utc: boolean

  /** Milliseconds; from a day on, whole days. */
  constructor(interval: number, utc: boolean) {
    this.#interval = interval
    this.#utc = utc
  }

  /** When the period that holds a time ends; both in milliseconds since the epoch. */
  endOf(time: number): number {
    if (this.#interval >= DAY) return this.#midnight(time, this.#daysLeft(time))
    const start = this.#midnight(time, 0)
    const end = start + (Math.floor((time - start) / this.#interval) + 1) * this.#interval
    return Math.min(end, this.#midnight(time, 1))
  }

  #daysLeft(time: number): number {
    const date = new Date(time)
    const local = Date.UTC(date.getFullYear(), date.getMonth(), date.getDate())
    const day = Math.floor((this.#utc ? time : local) / DAY)
    const days = this.#interval / DAY
    return days - ((day + THURSDAY) % days)
  }

  // The one before a time, or so many days later.
  #midnight(time: number, days: number): number {
    const date = new Date(time)
    if (this.#utc) date.setUTCHours(24 * days, 0, 0, 0)
    else date.setHours(24 * days, 0, 0, 0)
    return date.getTime()
  }
}
