// Delayed: an action for when there is something to do, or some time has passed.

import { monotonic } from '../core/clock.js'
import { clearTimeout, setTimeout } from '../core/originals.js'

/** Milliseconds between two looks whether there is something to do. */
const INTERVAL = 10
/** Milliseconds until the action is taken anyway. */
const LIMIT = 250

const later = setTimeout
const cancel = clearTimeout

export class Delayed {
  readonly #act: () => void
  readonly #isDue: () => boolean
  #waiting: NodeJS.Timeout | undefined
  #isUrgent = false

  constructor(act: () => void, isDue: () => boolean) {
    this.#act = act
    this.#isDue = isDue
  }

  /** `isUrgent`: as soon as the application's code has returned. */
  schedule(isUrgent = false): void {
    this.#isUrgent ||= isUrgent
    if (!this.#waiting) this.#wait(monotonic() + LIMIT)
  }

  /** Acts, if that is still to be done and there is something to do. */
  look(): void {
    if (this.#waiting && this.#mayAct()) this.#now()
  }

  stop(): void {
    cancel(this.#waiting)
    this.#waiting = undefined
    this.#isUrgent = false
  }

  #wait(until: number): void {
    this.#waiting = later(
      () => {
        if (this.#mayAct() || monotonic() >= until) this.#now()
        else this.#wait(until)
      },
      this.#isUrgent ? 0 : INTERVAL,
    )
    this.#waiting.unref()
  }

  #mayAct(): boolean {
    return this.#isUrgent || this.#isDue()
  }

  #now(): void {
    this.stop()
    this.#act()
  }
}
