// Delayed: an action for when the application's code has returned, or something needs it before.

import { clearImmediate, setImmediate } from '../core/originals.js'

const soon = setImmediate
const cancel = clearImmediate

export class Delayed {
  readonly #act: () => void
  #waiting: NodeJS.Immediate | undefined

  constructor(act: () => void) {
    this.#act = act
  }

  schedule(): void {
    this.#waiting ??= soon(() => this.now())
  }

  /** Acts, if it is still to be done. */
  now(): void {
    if (!this.#waiting) return
    cancel(this.#waiting)
    this.#waiting = undefined
    this.#act()
  }
}
