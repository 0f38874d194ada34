// RuntimeDirectory: the directory whose queue files this process's listener reads, from its creation or takeover to the
// end.

import { accessSync, constants, existsSync } from 'node:fs'
import { makeDirectory, openDirectory, removeDirectory } from '../core/directory.js'
import { dropLock, isLocked, takeLock } from '../core/lock.js'
import { notice } from '../core/notice.js'
import { listProducers } from '../queue/segment.js'
import type { Ending } from './channel.js'
import { hasLivingProducers } from './source.js'

export class RuntimeDirectory {
  readonly #isKept: boolean
  #path: string | undefined
  #hasLeft = false

  /** `isKept`: the directory and its queues are left to the next listener, as a collector's are. */
  constructor(isKept: boolean) {
    this.#isKept = isKept
  }

  /** Whether it was left with records that could not be passed on. */
  get hasLeft(): boolean {
    return this.#hasLeft
  }

  /** Undefined while there is none. */
  get path(): string | undefined {
    return this.#path
  }

  /** Whether a producer has begun a queue in it. */
  get hasQueues(): boolean {
    try {
      return this.#path !== undefined && listProducers(this.#path).size > 0
    } catch {
      return true // it is gone: the listener's thread says so
    }
  }

  /** Uses the directory that `find` returns, whose lock it has taken, or makes a new one. Throws `LOGSHARE_ERR_DIR`. */
  create(find: () => string | undefined): string {
    this.#path = find() ?? makeDirectory()
    return this.#path
  }

  /** Whether it is still there, or could be made again after it was removed, and this user may still write to it. */
  isUsable(): boolean {
    const path = this.#path
    if (path === undefined) return false
    try {
      if (!existsSync(path)) openDirectory(path)
      accessSync(path, constants.W_OK | constants.X_OK)
      return isLocked(path) || takeLock(path)
    } catch {
      return false // the listener's thread says so
    }
  }

  /** Takes over a directory whose lock this process has taken. */
  takeOver(path: string): void {
    this.#path = path
  }

  /**
   * Leaves the directory after the listener has ended. If producers live on, the lock is dropped and one of them takes
   * it. A producer that ended while this process still held the lock could not: then this process takes the lock again,
   * `drainRest` reads what is left, and the directory is removed. It stays if records are left.
   */
  leave({ hasProducers, hasLeft }: Ending, drainRest: () => Ending): void {
    const path = this.#path
    if (path === undefined) return
    this.#hasLeft = hasLeft
    if (this.#isKept || hasLeft) dropLock(path)
    else if (!hasProducers) removeDirectory(path)
    else this.#leaveToProducers(path, drainRest)
    if (this.#hasLeft && !this.#isKept) {
      const kept = 'records of child processes that could not be written are kept'
      notice('LOGSHARE_WARN_HANDLER', `${kept} for \`logshare recover\` in ${path}`, path)
    }
    this.#path = undefined
  }

  #leaveToProducers(path: string, drainRest: () => Ending): void {
    dropLock(path)
    if (hasLivingProducers(path) || !takeLock(path)) return
    this.#hasLeft = drainRest().hasLeft
    if (this.#hasLeft) dropLock(path)
    else removeDirectory(path)
  }
}
