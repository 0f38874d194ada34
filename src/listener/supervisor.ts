// Supervisor: replaces a listener thread that died; after too many deaths it has the main thread do the work.

import { basename } from 'node:path'
import { notice, reasonOf } from '../core/notice.js'
import { clearInterval, process, setInterval } from '../core/originals.js'

/** Deaths up to which a new thread is started. */
const MAX_DEATHS = 3
/** Milliseconds between two polls of other producers' queues when the main thread reads them. */
const POLL_INTERVAL = 20

const startInterval = setInterval
const stopInterval = clearInterval

/**
 * Where no thread can run: a process that runs from a snapshot of its user aborts when it starts one
 * ("shutdown_wrap_template_.IsEmpty()"), Deno takes its file for an ES module, and a bundle has no such file.
 */
const IS_ALONE =
  process.execArgv.some((flag) => /^--(?:snapshot-blob|build-snapshot)/.test(flag)) ||
  process.versions.deno !== undefined ||
  basename(__filename) !== 'supervisor.js'

export interface SupervisorOptions {
  readonly startThread: () => void
  /** Starts the listener on the main thread. Returns what polls the queues. */
  readonly startInline: () => () => void
}

export class Supervisor {
  readonly #options: SupervisorOptions
  #deaths = 0
  #polling: NodeJS.Timeout | undefined

  constructor(options: SupervisorOptions) {
    this.#options = options
  }

  /** Whether a thread has died: the next one takes over its queues. */
  get hasDeaths(): boolean {
    return this.#deaths > 0
  }

  get allowsThread(): boolean {
    return this.#deaths <= MAX_DEATHS
  }

  /** Whether no thread can be started here at all. */
  get isAlone(): boolean {
    return IS_ALONE
  }

  /** Forgets earlier deaths. */
  reset(): void {
    this.#deaths = 0
  }

  /**
   * The listener thread died, but its queues still hold records. The new thread resumes after what the old one
   * released.
   */
  replace(reason: unknown): void {
    this.#deaths++
    notice('LOGSHARE_WARN_LISTENER', `the listener thread died: ${reasonOf(reason)}`)
    if (this.allowsThread) {
      this.#options.startThread()
      return
    }
    this.poll(this.#options.startInline())
  }

  /** Has the main thread read other producers' queues. */
  poll(act: () => void): void {
    stopInterval(this.#polling)
    this.#polling = startInterval(act, POLL_INTERVAL)
    this.#polling.unref()
  }

  stop(): void {
    stopInterval(this.#polling)
  }
}
