// Upkeep: makes again what a cleaner of temporary files removes from a runtime directory in use.

import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isLocked, takeLock } from '../core/lock.js'
import { notice, reasonOf } from '../core/notice.js'
import { doorbellPath } from '../queue/doorbell.js'

const CONFIG = 'config.json'

export class Upkeep {
  readonly #directory: string
  #config: string | undefined
  #readAt = 0
  #hadBell = false

  constructor(directory: string) {
    this.#directory = directory
    this.#remember()
  }

  /** Returns whether the doorbell has to be opened again. Never throws. */
  check(): boolean {
    try {
      return this.#check(doorbellPath(this.#directory))
    } catch (error) {
      const reason = `the runtime directory ${this.#directory} cannot be used any more: ${reasonOf(error)}`
      notice('LOGSHARE_WARN_FAILED_OPEN', reason, this.#directory)
      return false
    }
  }

  // Each file is asked for by its name: a listing may lack files while others are added and removed. There may be no
  // doorbell at all, if its path would be too long. The lock is found in a listing, hence twice.
  #check(doorbell: string): boolean {
    const hasConfig = existsSync(join(this.#directory, CONFIG))
    const hasBell = existsSync(doorbell)
    const isBellGone = this.#hadBell && !hasBell
    this.#hadBell ||= hasBell
    if (hasConfig) this.#remember()
    const isConfigGone = !hasConfig && this.#config !== undefined
    const isHeld = isLocked(this.#directory) || isLocked(this.#directory)
    if (!isConfigGone && !isBellGone && isHeld) return false
    mkdirSync(this.#directory, { mode: 0o700, recursive: true })
    if (!isHeld) takeLock(this.#directory)
    if (isConfigGone) this.#restore()
    const what = `files of the runtime directory ${this.#directory} were removed and are made again`
    notice('LOGSHARE_WARN_FAILED_OPEN', what, this.#directory)
    return isBellGone
  }

  #restore(): void {
    const path = join(this.#directory, CONFIG)
    if (this.#config === undefined || existsSync(path)) return
    writeFileSync(`${path}.again`, this.#config, { mode: 0o600 })
    renameSync(`${path}.again`, path)
  }

  #remember(): void {
    try {
      const path = join(this.#directory, CONFIG)
      const { mtimeMs } = statSync(path)
      if (mtimeMs === this.#readAt) return
      this.#config = readFileSync(path, 'utf8')
      this.#readAt = mtimeMs
    } catch {
      // Not written yet.
    }
  }
}
