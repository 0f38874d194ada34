// Delayed: an action for when there is something to do, or some time has passed.

import { monotonic } from '../core/clock.js'
import { clearTimeout, setTimeout } from '../core/originals.js'

/** Milliseconds between two looks whether there is something to do. */
const INTERVAL = 10
/** Milliseconds in which there has to be something to do: a program that ends sooner does it without the action. */
const PATIENCE = 100
/** Milliseconds until the action is taken anyway. */
const LIMIT = 250

const later = setTimeout
const cancel = clearTimeout

export class Delayed {
  readonly #act: () => void
  readonly #isDue: () => boolean
  #waiting: NodeJS.Timeout | undefined
  #isUrgent = false
  #dueSince = Number.POSITIVE_INFINITY

  constructor(act: () => void, isDue: () => boolean) {
    this.#act = act
    this.#isDue = isDue
  }

  /** `isUrgent`: as soon as the application's code has returned. */
  schedule(isUrgent = false): void {
    this.#isUrgent ||= isUrgent
    if (!this.#waiting) this.#wait(monotonic() + LIMIT)
  }

  /** Whether the action is still to be taken. */
  get isWaiting(): boolean {
    return this.#waiting !== undefined
  }

  /** Acts, if that is still to be done and there is something to do. */
  look(): void {
    if (this.#waiting && (this.#isUrgent || this.#isDue())) this.#now()
  }

  stop(): void {
    cancel(this.#waiting)
    this.#waiting = undefined
    this.#isUrgent = false
    this.#dueSince = Number.POSITIVE_INFINITY
  }

  #wait(until: number): void {
    this.#waiting = later(
      () => {
        const now = monotonic()
        if (this.#isUrgent || now >= until || this.#isDueFor(PATIENCE, now)) this.#now()
        else this.#wait(until)
      },
      this.#isUrgent ? 0 : INTERVAL,
    )
    this.#waiting.unref()
  }

  #isDueFor(time: number, now: number): boolean {
    if (this.#isDue()) this.#dueSince = Math.min(this.#dueSince, now)
    return now - this.#dueSince >= time
  }

  #now(): void {
    this.stop()
    this.#act()
  }
}
