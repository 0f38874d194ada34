// Main: the listener on the main thread, which opens it, leaves it to the listener thread, and takes it over again.

import type { Settings } from '../config/options.js'
import { monotonic } from '../core/clock.js'
import { needsThread } from '../handlers/create.js'
import type { Mark } from '../handlers/handler.js'
import { readCheckpoint } from './checkpoint.js'
import type { RuntimeDirectory } from './directory.js'
import { Handed } from './handed.js'
import { Inline, type InlineOptions, type Pace } from './inline.js'
import { Ledger } from './ledger.js'
import type { ListenerMetrics } from './measured.js'
import type { Rings } from './rings.js'

export interface MainOptions
  extends Pick<InlineOptions, 'counters' | 'queue' | 'memory' | 'take' | 'dropped'>,
    Required<Pick<InlineOptions, 'look'>> {
  readonly rings: Rings
  readonly directory: RuntimeDirectory
  /** The thread's heartbeat. */
  readonly progress: () => number
}

export class Main {
  readonly #options: MainOptions
  readonly #handed: Handed
  /** What was read here, by whichever listener. */
  readonly #ledger = new Ledger()
  #settings: Settings
  #pace: Pace = 'immediate'
  #inline: Inline | undefined
  #isSubscribed = false

  constructor(settings: Settings, options: MainOptions) {
    this.#settings = settings
    this.#options = options
    this.#handed = new Handed(options.progress)
  }

  get settings(): Settings {
    return this.#settings
  }

  /** Whether a handler works in the listener's thread only. */
  get needsThread(): boolean {
    return this.#settings.handlers.some(needsThread)
  }

  get isSubscribed(): boolean {
    return this.#isSubscribed
  }

  /** Undefined while the listener is in its thread. */
  get inline(): Inline | undefined {
    return this.#inline
  }

  /** What handlers kept when the listener was left to the thread, until that has taken it. */
  get kept(): Handed['kept'] {
    return this.#handed.kept
  }

  /** Opens the handlers. Throws `LOGSHARE_ERR_HANDLER` if one cannot be opened. */
  open(): void {
    this.#create()
  }

  /** Opens those of other settings. If it throws, they are open with the settings they had. */
  reopen(settings: Settings, pace: Pace): void {
    if (settings === this.#settings && this.#inline) {
      this.#pace = pace
      this.#inline.pace = pace
      return
    }
    const before = { settings: this.#settings, pace: this.#pace }
    this.close()
    try {
      this.#settings = settings
      this.#pace = pace
      this.#create()
    } catch (error) {
      this.#settings = before.settings
      this.#pace = before.pace
      this.#create()
      throw error
    }
  }

  /** Takes over the queues of a previous listener. Does not throw into the application. */
  takeOver(): Inline {
    this.close()
    const { path } = this.#options.directory
    const inline = this.#create(path === undefined ? [] : readCheckpoint(path).marks)
    this.#adopt(inline)
    inline.listener.pumpUntil(monotonic())
    return inline
  }

  /** Also reads the queues of others. Returns what polls them; undefined if the listener is not here. */
  stay(): (() => void) | undefined {
    if (this.#inline) this.#adopt(this.#inline)
    return this.#inline?.pumpDue
  }

  /** What this thread has read, and reads. */
  measure(): ListenerMetrics {
    return this.#inline?.measure() ?? { accounts: this.#ledger.read(), queues: [], lag: 0 }
  }

  /** Leaves the listener to the thread, with what its handlers keep. */
  handOver(): void {
    if (this.#inline) this.#handed.put(this.#inline.handOver())
    this.#inline = undefined
  }

  /** Whether handlers on the main thread (`addHandler`) get every record. */
  subscribe(on: boolean): void {
    this.#isSubscribed = on
    this.#inline?.subscribe(on)
  }

  close(): void {
    this.#inline?.close()
    this.#inline = undefined
  }

  // In a takeover, which has `marks`, a handler that cannot be opened is left out; else it throws.
  #create(marks?: readonly Mark[]): Inline {
    const { counters, queue, memory, take, dropped, look } = this.#options
    const inline = new Inline({
      settings: this.#settings,
      pace: this.#pace,
      ...{ counters, queue, memory, take, dropped, look, ledger: this.#ledger },
      ...(marks && { marks, kept: this.#handed.kept }),
    })
    this.#inline = inline
    inline.subscribe(this.#isSubscribed)
    return inline
  }

  #adopt(inline: Inline): void {
    const { rings, directory } = this.#options
    inline.adopt(rings.values(), directory.path)
  }
}
