// RuntimeDirectory: the directory whose queue files this process's listener reads, from its creation or takeover to the
// end.

import { makeDirectory, removeDirectory } from '../core/directory.js'
import { dropLock, takeLock } from '../core/lock.js'
import { hasLivingProducers } from './source.js'

export class RuntimeDirectory {
  readonly #isKept: boolean
  #path: string | undefined

  /** `isKept`: the directory and its queues are left to the next listener, as a collector's are. */
  constructor(isKept: boolean) {
    this.#isKept = isKept
  }

  /** Undefined while there is none. */
  get path(): string | undefined {
    return this.#path
  }

  /** Uses the directory that `find` returns, whose lock it has taken, or makes a new one. Throws `LOGSHARE_ERR_DIR`. */
  create(find: () => string | undefined): string {
    this.#path = find() ?? makeDirectory()
    return this.#path
  }

  /** Takes over a directory whose lock this process has taken. */
  takeOver(path: string): void {
    this.#path = path
  }

  /**
   * Leaves the directory after the listener has ended. If producers live on, the lock is dropped and one of them takes
   * it. A producer that ended while this process still held the lock could not: then this process takes the lock again,
   * `drainRest` reads what is left, and the directory is removed.
   */
  leave(hasProducers: boolean, drainRest: () => void): void {
    const path = this.#path
    if (path === undefined) return
    if (this.#isKept) {
      dropLock(path)
      this.#path = undefined
      return
    }
    if (hasProducers) {
      dropLock(path)
      if (hasLivingProducers(path) || !takeLock(path)) {
        this.#path = undefined
        return
      }
      drainRest()
    }
    removeDirectory(path)
    this.#path = undefined
  }
}
