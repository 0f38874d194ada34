// Claim: which application may rotate a log file. Another one that writes into it by mistake is told, and only appends.
//
// It is a lock in a place that all applications of a user share, named after the file. It holds nobody up: where it
// cannot be taken for want of a place, whoever asks may rotate.

import { createHash } from 'node:crypto'
import { rmdirSync } from 'node:fs'
import { makeCommon } from './directory.js'
import { dropLock, holderOf, takeLock } from './lock.js'

/** Those of this thread: a second handler for the same file in one application is a stranger, too. */
const mine = new Set<string>()

export class Claim {
  readonly #file: string
  #isMine = false

  /** `file`: its path without links. */
  constructor(file: string) {
    this.#file = file
  }

  /** Tries to make it ours; returns the process that has it instead. */
  take(): number | undefined {
    if (this.#isMine) return undefined
    if (mine.has(this.#file)) return process.pid
    const holder = this.#lock()
    if (holder !== undefined && holder !== process.pid) return holder
    this.#isMine = true
    mine.add(this.#file)
    return undefined
  }

  drop(): void {
    if (!this.#isMine) return
    this.#isMine = false
    mine.delete(this.#file)
    try {
      const directory = this.#directory()
      dropLock(directory)
      rmdirSync(directory)
    } catch {
      // Another one is at it already.
    }
  }

  // Another try where a directory is taken away, by the one that had it, as we come.
  #lock(): number | undefined {
    try {
      const directory = this.#directory()
      return takeLock(directory) ? undefined : holderOf(directory)
    } catch {
      return undefined
    }
  }

  #directory(): string {
    return makeCommon(createHash('sha256').update(this.#file).digest('hex').slice(0, 16))
  }
}
