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

  constructor(act: () => void, isDue: () => boolean) {
    this.#act = act
    this.#isDue = isDue
  }

  schedule(): void {
    if (!this.#waiting) this.#wait(monotonic() + LIMIT)
  }

  /** Acts, if that is still to be done and there is something to do. */
  look(): void {
    if (this.#waiting && this.#isDue()) this.#now()
  }

  stop(): void {
    cancel(this.#waiting)
    this.#waiting = undefined
  }

  #wait(until: number): void {
    this.#waiting = later(() => {
      if (this.#isDue() || monotonic() >= until) this.#now()
      else this.#wait(until)
    }, INTERVAL)
    this.#waiting.unref()
  }

  #now(): void {
    this.stop()
    this.#act()
  }
}
