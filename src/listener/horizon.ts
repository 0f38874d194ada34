// Horizon: the time up to which records are due, so that records of different producers can be put in order.
//
// A record is due when it is older than the window: by then records of the same time from other producers are in their
// queues, unless the machine was too busy to let their threads run.

import { monotonic } from '../core/clock.js'

export class Horizon {
  readonly #window: number
  #expectedAt = Number.POSITIVE_INFINITY
  #stall = { from: 0, until: 0 }

  /** `window` in milliseconds (`order.window`). */
  constructor(window: number) {
    this.#window = window
  }

  /**
   * Called when the listener runs at monotonic time `now`. If it runs much later than it expected, something kept this
   * thread from running (a busy machine, a container's CPU quota) and probably producers too, between taking a record's
   * time and writing it. They get one more window.
   */
  resume(now: number): void {
    if (now - this.#expectedAt > this.#window / 2) {
      this.#stall = { from: this.#expectedAt, until: now + this.#window }
    }
  }

  /** Called before the listener rests for `delay` milliseconds. */
  rest(delay: number): void {
    this.#expectedAt = monotonic() + delay
  }

  /** Records up to this monotonic time are due. */
  time(): number {
    const now = monotonic()
    const time = now - this.#window
    return now < this.#stall.until ? Math.min(time, this.#stall.from - this.#window) : time
  }
}
