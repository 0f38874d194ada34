// Sync: decides when a log file is synced to disk (fdatasync), by the option `sync`.

import type { FileHandlerOptions } from '../../config/handlers.js'
import { LEVELS } from '../../core/level.js'
import { notice, reasonOf } from '../../core/notice.js'
import { clearTimeout, setTimeout } from '../../core/originals.js'
import type { LogFile } from './logfile.js'

/** Milliseconds from the first unsynced write to the sync, with policy `interval`. */
const INTERVAL = 1000

const later = setTimeout
const cancel = clearTimeout

export class Sync {
  readonly #policy: NonNullable<FileHandlerOptions['sync']>
  readonly #file: LogFile
  #timer: NodeJS.Timeout | undefined

  /** Default policy: `never`. */
  constructor(policy: FileHandlerOptions['sync'], file: LogFile) {
    this.#policy = policy ?? 'never'
    this.#file = file
  }

  /** Called after records were written; `reach` tells whether one has a level or a higher one. */
  wrote(reach: (level: number) => boolean): void {
    if (this.#policy === 'error' && reach(LEVELS.error)) this.now()
    if (this.#policy !== 'interval' || this.#timer) return
    this.#timer = later(() => {
      this.#timer = undefined
      this.now()
    }, INTERVAL)
    this.#timer.unref()
  }

  /** Syncs, unless the policy is `never`. Also called before a rotation. A failure is a warning. */
  now(): void {
    if (this.#policy === 'never') return
    try {
      this.#file.sync()
    } catch (error) {
      const reason = `cannot sync ${this.#file.path} to disk: ${reasonOf(error)}`
      notice('LOGSHARE_WARN_HANDLER', reason, `sync ${this.#file.path}`)
    }
  }

  /** Call it before the file is closed. */
  close(): void {
    cancel(this.#timer)
    this.now()
  }
}
