// Sync: when what was written into a log file is forced onto the disk.

import type { FileHandlerOptions } from '../../config/options.js'
import { LEVELS } from '../../core/level.js'
import { notice, reasonOf } from '../../core/notice.js'
import type { Delivery } from '../handler.js'
import type { LogFile } from './logfile.js'

const INTERVAL = 1000

// As they are now: an application's tests put others in their place.
const later = setTimeout
const cancel = clearTimeout

export class Sync {
  readonly #policy: NonNullable<FileHandlerOptions['sync']>
  readonly #file: LogFile
  #timer: NodeJS.Timeout | undefined

  constructor(policy: FileHandlerOptions['sync'], file: LogFile) {
    this.#policy = policy ?? 'never'
    this.#file = file
  }

  /** Records were written. */
  wrote(records: readonly Delivery[]): void {
    if (this.#policy === 'error' && records.some(({ level }) => level >= LEVELS.error)) this.now()
    if (this.#policy !== 'interval' || this.#timer) return
    this.#timer = later(() => {
      this.#timer = undefined
      this.now()
    }, INTERVAL)
    this.#timer.unref()
  }

  /** Before the file is put aside. */
  now(): void {
    if (this.#policy === 'never') return
    try {
      this.#file.sync()
    } catch (error) {
      const reason = `${this.#file.path} is not forced onto the disk: ${reasonOf(error)}`
      notice('LOGSHARE_WARN_HANDLER', reason, `sync ${this.#file.path}`)
    }
  }

  close(): void {
    cancel(this.#timer)
  }
}
