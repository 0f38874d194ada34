// Upkeep: makes again what a cleaner of temporary files removes from a runtime directory in use.

import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { takeLock } from '../core/lock.js'
import { notice, reasonOf } from '../core/notice.js'
import { doorbellPath } from '../queue/doorbell.js'

const CONFIG = 'config.json'

export class Upkeep {
  readonly #directory: string
  #config: string | undefined
  #readAt = 0

  constructor(directory: string) {
    this.#directory = directory
    this.#remember()
  }

  /** Returns whether the doorbell has to be opened again. Never throws. */
  check(): boolean {
    try {
      return this.#check(basename(doorbellPath(this.#directory)))
    } catch (error) {
      const reason = `the runtime directory ${this.#directory} cannot be used any more: ${reasonOf(error)}`
      notice('LOGSHARE_WARN_FAILED_OPEN', reason, this.#directory)
      return false
    }
  }

  #check(doorbell: string): boolean {
    const names = namesIn(this.#directory)
    const hasConfig = names?.includes(CONFIG) ?? false
    const hasLock = names?.some((name) => name.endsWith('.lock')) ?? false
    const hasBell = names?.includes(doorbell) ?? false
    if (hasConfig) this.#remember()
    if (hasConfig && hasLock && hasBell) return false
    if (!names) mkdirSync(this.#directory, { mode: 0o700, recursive: true })
    if (!hasLock) takeLock(this.#directory)
    if (!hasConfig) this.#restore()
    const what = `files of the runtime directory ${this.#directory} were removed and are made again`
    notice('LOGSHARE_WARN_FAILED_OPEN', what, this.#directory)
    return !hasBell
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

function namesIn(directory: string): string[] | undefined {
  try {
    return readdirSync(directory)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
