// Changes: whether files may have come into a directory since it was last asked. One question instead of a listing.

import { statSync } from 'node:fs'
import { process, wallNow } from '../core/originals.js'

/** Milliseconds for which a change may not be told from the next one: the times of FAT are of two seconds. */
const COARSE = 2500

export class Changes {
  #directory = ''
  /** When the directory had changed, if that was long enough before it was asked; else NaN. */
  #changedAt = Number.NaN

  /** False only if a listing that was made after the last call, and one that is made now, have the same files. */
  mayHaveCome(directory: string): boolean {
    const now = wallNow()
    const changedAt = process.platform === 'win32' ? Number.NaN : timeOf(directory)
    const isSame = directory === this.#directory && changedAt === this.#changedAt
    this.#directory = directory
    this.#changedAt = Math.abs(now - changedAt) < COARSE ? Number.NaN : changedAt
    return !isSame
  }
}

function timeOf(directory: string): number {
  try {
    return statSync(directory).mtimeMs
  } catch {
    return Number.NaN // it was removed
  }
}
