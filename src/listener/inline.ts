// Inline: runs the listener on the root's main thread and decides when it handles records there.

import type { Settings } from '../config/options.js'
import { clearTimeout, nextTick, setTimeout } from '../core/originals.js'
import type { Tally } from '../core/tally.js'
import { needsThread } from '../handlers/create.js'
import type { Mark, Send } from '../handlers/handler.js'
import type { Kept } from '../handlers/retry.js'
import type { RingWriter } from '../queue/ring.js'
import type { Ending, LineBatch } from './channel.js'
import type { Ledger } from './ledger.js'
import type { Listener } from './listener.js'
import type { ListenerMetrics } from './measured.js'
import { Count, Counters } from './stats.js'

/** Longest time (ms) that records wait while code that logs keeps running. */
const DELAY = 2
/** Due time that includes every record. */
const ALL = Number.POSITIVE_INFINITY

const later = setTimeout
const cancel = clearTimeout

/** When records are handled: `immediate`, within the log call; `batched`, after the code that is running now. */
export type Pace = 'immediate' | 'batched'

export interface InlineOptions {
  readonly settings: Settings
  readonly counters: SharedArrayBuffer
  /** Outlives this listener. */
  readonly ledger: Ledger
  /** The root's own queue: the writer and the memory that the listener reads. */
  readonly queue: RingWriter
  readonly memory: SharedArrayBuffer
  readonly pace: Pace
  readonly take: (purpose: LineBatch['purpose'], lines: readonly string[]) => void
  readonly dropped: (tally: Tally) => void
  /** Called before the records of this thread are handled: the listener may move to its thread. */
  readonly look?: () => void
  /** Given in a takeover: the previous listener's marks. Then a handler that cannot be opened is left out. */
  readonly marks?: readonly Mark[]
  /** What each handler of the settings kept before, if no thread has taken it. */
  readonly kept?: readonly (Kept | undefined)[]
}

export class Inline {
  #listener: Listener | undefined
  readonly #options: InlineOptions
  pace: Pace
  readonly #rings = new Set<ArrayBufferLike>()
  #directory: string | undefined
  #unsubscribe: (() => void) | undefined
  #scheduled = false
  #scheduledAt = 0
  #retrying: NodeJS.Timeout | undefined
  #closed = false
  /** Whether records of this thread are left to another listener, if there will be one. */
  #isLooking = false

  /** Opens the handlers. Throws `LOGSHARE_ERR_HANDLER` if one cannot be opened, unless it is a takeover. */
  constructor(options: InlineOptions) {
    this.#options = options
    this.pace = options.pace
    const { settings, marks, queue } = options
    if (marks || settings.handlers.length > 0) void this.listener
    new Counters(options.counters).set(Count.SOURCES, 1) // this thread's queue
    queue.drain = () => this.pump()
    queue.wrote = (time) => this.#schedule(time)
  }

  /** Made when there is something for it: a root without handlers may never log itself. */
  get listener(): Listener {
    if (!this.#listener) {
      const { createInlineListener } =
        require('./inline-listener.js') as typeof import('./inline-listener.js')
      this.#listener = createInlineListener(this.#options)
    }
    return this.#listener
  }

  /** Handles all records in the queues. */
  pump(): void {
    this.#scheduled = false
    if (this.#closed) return // scheduled before the close; another listener reads the queue now
    this.#retryLater(this.listener.pumpUntil(ALL))
  }

  /** Handles records that are due, in order with those of other producers. */
  readonly pumpDue = (): void => this.#retryLater(this.listener.pump())

  /** Also reads these rings, and the queues of this directory, from now on. */
  adopt(rings: Iterable<ArrayBufferLike>, directory: string | undefined): void {
    const { sources } = this.listener
    for (const memory of rings) {
      if (!this.#rings.has(memory)) sources.addRing(memory)
      this.#rings.add(memory)
    }
    if (directory !== undefined && directory !== this.#directory) this.listener.watch(directory)
    this.#directory = directory
    sources.scan()
  }

  async flush(): Promise<void> {
    if (!this.#listener) return
    this.pump()
    await this.listener.flush()
  }

  measure(): ListenerMetrics {
    const { ledger, settings } = this.#options
    if (!this.#listener) return { accounts: ledger.read(), queues: [], lag: 0 }
    const { measure } = require('./metrics.js') as typeof import('./metrics.js')
    return measure(this.#listener.sources, ledger, settings.overflow.limit)
  }

  /** After the end: whether producers in other processes live on, and whether records were left in their queues. */
  ending(): Ending {
    const listener = this.#listener
    if (!listener) return { hasProducers: false, hasLeft: false }
    return { hasProducers: listener.hasLivingProducers(), hasLeft: listener.leftover.remains }
  }

  /** Ends the listener, and gives away what each handler of the settings keeps. */
  handOver(): readonly (Kept | undefined)[] {
    const { handlers } = this.#options.settings
    let kept: readonly (Kept | undefined)[] = []
    if (this.#listener) {
      if (!this.#isLooking) this.listener.pumpUntil(ALL)
      if (!handlers.some(needsThread)) kept = this.listener.handOver(handlers.length)
    }
    this.close()
    // Until the next one counts it.
    new Counters(this.#options.counters).set(Count.WAITING, sizeOf(kept))
    return kept
  }

  /** Ends the listener. When it returns, all records written before are handled. */
  close(): void {
    const { queue } = this.#options
    queue.drain = undefined
    queue.wrote = undefined
    cancel(this.#retrying)
    this.#closed = true
    const listener = this.#listener
    if (!listener) return
    listener.sources.detectEnded()
    if (!this.#isLooking) listener.pumpUntil(ALL)
    listener.drain()
    void listener.close()
  }

  /** Whether handlers on the main thread (`addHandler`) get every record. */
  subscribe(on: boolean): void {
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
    if (!on) return
    const { lineOf } = require('../handlers/relay.js') as typeof import('../handlers/relay.js')
    const write: Send = (records) => this.#options.take('handlers', records.map(lineOf))
    const label = 'main-thread handlers'
    this.#unsubscribe = this.listener.addHandler({ label, write })
  }

  // Records logged by the same run of code are handled together, right after it. If the code runs for longer than
  // DELAY, they are handled within a log call: the process may be killed before it returns to the event loop.
  #schedule(time: number): void {
    const isLate = this.#scheduled && time - this.#scheduledAt > DELAY
    if (this.pace === 'immediate' || isLate) {
      this.pump()
    } else if (!this.#scheduled) {
      this.#scheduled = true
      this.#scheduledAt = time
      nextTick(() => this.#pumpNow())
    }
  }

  // A record of a child that this thread's record answers must not come behind it: then the other listener reads both.
  #pumpNow(): void {
    this.#isLooking = true
    this.#options.look?.()
    this.#isLooking = false
    this.pump()
  }

  #retryLater(delay: number): void {
    cancel(this.#retrying)
    if (delay === Number.POSITIVE_INFINITY) return
    this.#retrying = later(() => this.pump(), delay)
    this.#retrying.unref()
  }
}

function sizeOf(kept: readonly (Kept | undefined)[]): number {
  return kept.flatMap((each) => each?.entries ?? []).reduce((sum, { size }) => sum + size, 0)
}
