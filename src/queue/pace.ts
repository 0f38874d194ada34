// Pace: whether a busy writer should let its reader catch up before it begins a further segment.
//
// Without that, 64 busy processes on two cores leave the listener so little of the machine that one of them finds no room
// for longer than a log call may wait. A reader that stands still is another matter: for that there is the whole limit.

import { statSync } from 'node:fs'
import { join } from 'node:path'
import { monotonic } from '../core/clock.js'

/** The file of the listener's checkpoints, which it writes while it delivers. */
export const CHECKPOINT_FILE = 'state.json'

/** Milliseconds, beyond the order window, within which a reader that keeps up has read a full segment. */
const LAG = 50
/** Milliseconds without a checkpoint after which the reader stands still: it may be one of a hundred threads that want to run. */
const SILENCE = 500

export class Pace {
  readonly #checkpoint: string
  readonly #lag: number
  #savedAt = 0
  #movedAt = 0

  /** `window`: the order window in milliseconds, within which no record is read. */
  constructor(directory: string, window: number) {
    this.#checkpoint = join(directory, CHECKPOINT_FILE)
    this.#lag = window + LAG
  }

  /** Whether the reader should have read what was full at this monotonic time. */
  isLate(filledAt: number): boolean {
    return monotonic() - filledAt > this.#lag
  }

  /** Whether the reader has delivered something since the last call, or was seen to do so a short time ago. */
  isMoving(): boolean {
    const savedAt = statSync(this.#checkpoint, { throwIfNoEntry: false })?.mtimeMs ?? 0
    if (savedAt !== this.#savedAt) this.#movedAt = monotonic()
    this.#savedAt = savedAt
    return monotonic() - this.#movedAt < SILENCE
  }
}
