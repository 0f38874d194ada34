// Alarm: the timer that wakes the listener's thread.

import { monotonic } from '../core/clock.js'
import { clearTimeout, setTimeout } from '../core/originals.js'

const later = setTimeout
const cancel = clearTimeout

export class Alarm {
  readonly #wake: () => void
  #timer: NodeJS.Timeout | undefined
  #time = 0

  constructor(wake: () => void) {
    this.#wake = () => {
      this.#timer = undefined
      wake()
    }
  }

  /** Wakes in so many milliseconds, and at no other time. */
  set(delay: number): void {
    this.clear()
    this.#timer = later(this.#wake, delay)
    this.#time = monotonic() + delay
  }

  /** Wakes in so many milliseconds at the latest. */
  setLatest(delay: number): void {
    if (!this.#timer || this.#time - monotonic() > delay) this.set(delay)
  }

  clear(): void {
    if (this.#timer) cancel(this.#timer)
    this.#timer = undefined
  }
}
