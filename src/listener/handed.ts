// Handed: what the handlers on the main thread kept when the listener moved into its thread, until that has begun to work.

import type { Kept } from '../handlers/retry.js'

export class Handed {
  readonly #progress: () => number
  #kept: readonly (Kept | undefined)[] = []
  #at = 0

  /** `progress` is the thread's heartbeat. */
  constructor(progress: () => number) {
    this.#progress = progress
  }

  put(kept: readonly (Kept | undefined)[]): void {
    this.#kept = kept
    this.#at = this.#progress()
  }

  /** By handler; empty once a thread has taken it. */
  get kept(): readonly (Kept | undefined)[] {
    if (this.#progress() !== this.#at) this.#kept = []
    return this.#kept
  }
}
