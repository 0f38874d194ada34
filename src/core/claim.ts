// Claim: the right to rotate a log file, held by one application; any other that writes to the file only appends.
//
// It is a lock in a directory that all applications of a user share, named after the log file's path. The lock never
// blocks: if its directory cannot be created, the caller may rotate.

import { createHash } from 'node:crypto'
import { rmdirSync } from 'node:fs'
import { makeShared } from './directory.js'
import { dropLock, holderOf, isOurs, takeLock } from './lock.js'
import { process } from './originals.js'

/** Files claimed in this thread: a second handler for the same file in one application must not rotate it either. */
const claimed = new Set<string>()

export class Claim {
  readonly #file: string
  #isHeld = false

  /** `file`: path of the log file, symbolic links resolved. */
  constructor(file: string) {
    this.#file = file
  }

  /** Tries to take the claim. Returns the id of the process that holds it, `undefined` if this object does now. */
  take(): number | undefined {
    if (this.#isHeld) return undefined
    if (claimed.has(this.#file)) return process.pid
    const holder = this.#lock()
    if (holder !== undefined) return holder
    this.#isHeld = true
    claimed.add(this.#file)
    return undefined
  }

  drop(): void {
    if (!this.#isHeld) return
    this.#isHeld = false
    claimed.delete(this.#file)
    try {
      const directory = this.#directory()
      dropLock(directory)
      rmdirSync(directory)
    } catch {
      // Another process has taken the lock already.
    }
  }

  // Returns the holder if another process has taken the lock. If the directory cannot be used, for instance because its last holder is
  // removing it at this moment, nobody holds the claim.
  #lock(): number | undefined {
    try {
      const directory = this.#directory()
      return takeLock(directory) || isOurs(directory) ? undefined : holderOf(directory)
    } catch {
      return undefined
    }
  }

  #directory(): string {
    return makeShared(createHash('sha256').update(this.#file).digest('hex').slice(0, 16))
  }
}
