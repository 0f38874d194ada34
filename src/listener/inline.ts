// Inline: runs the listener on the root's main thread and decides when it handles records there.

import type { Settings } from '../config/options.js'
import { levelName } from '../core/level.js'
import type { Tally } from '../core/tally.js'
import {
  checkHandler,
  createHandler,
  createHandlers,
  createRelay,
  needsThread,
} from '../handlers/create.js'
import type { Handler, HandlerContext, Mark, Send } from '../handlers/handler.js'
import { lineOf, lineWithExtra } from '../handlers/relay.js'
import type { Kept } from '../handlers/retry.js'
import type { RingWriter } from '../queue/ring.js'
import type { LineBatch } from './channel.js'
import { readOtherMarks } from './checkpoint.js'
import { Listener } from './listener.js'

/** Longest time (ms) that records wait while code that logs keeps running. */
const DELAY = 10
/** Due time that includes every record. */
const ALL = Number.POSITIVE_INFINITY

// Captured at load: test frameworks replace these with fake timers.
const nextTick = process.nextTick
const later = setTimeout
const cancel = clearTimeout

/** When records are handled: `immediate`, within the log call; `batched`, after the code that is running now. */
export type Pace = 'immediate' | 'batched'

export interface InlineOptions {
  readonly settings: Settings
  readonly counters: Float64Array
  /** The root's own queue: the writer and the memory that the listener reads. */
  readonly queue: RingWriter
  readonly memory: SharedArrayBuffer
  readonly pace: Pace
  readonly take: (purpose: LineBatch['purpose'], lines: readonly string[]) => void
  readonly dropped: (tally: Tally) => void
  /** Given in a takeover: the previous listener's marks. Then a handler that cannot be opened is left out. */
  readonly marks?: readonly Mark[]
  /** What each handler of the settings kept before, if no thread has taken it. */
  readonly kept?: readonly (Kept | undefined)[]
}

export class Inline {
  readonly listener: Listener
  readonly #options: InlineOptions
  #unsubscribe: (() => void) | undefined
  #scheduled = false
  #scheduledAt = 0
  #retrying: NodeJS.Timeout | undefined
  #closed = false

  /** Opens the handlers. Throws `LOGSHARE_ERR_HANDLER` if one cannot be opened, unless it is a takeover. */
  constructor(options: InlineOptions) {
    this.#options = options
    const { settings, counters, dropped, queue } = options
    const { limit, wait } = settings.overflow
    const { window } = settings.order
    const { lifecycle } = settings
    const handlers = openHandlers(options)
    this.listener = new Listener({ window, wait, limit, handlers, lifecycle, counters, dropped })
    this.listener.sources.addRing(options.memory)
    queue.drain = () => this.pump()
    queue.wrote = (time) => this.#schedule(time)
  }

  /** Handles all records in the queues. */
  pump(): void {
    this.#scheduled = false
    if (this.#closed) return // scheduled before the close; another listener reads the queue now
    this.#retryLater(this.listener.pumpUntil(ALL))
  }

  /** Handles records that are due, in order with those of other producers. */
  pumpDue(): void {
    this.#retryLater(this.listener.pump())
  }

  async flush(): Promise<void> {
    this.pump()
    await this.listener.flush()
  }

  /** Ends the listener, and gives away what each handler of the settings keeps. */
  handOver(): readonly (Kept | undefined)[] {
    this.listener.pumpUntil(ALL)
    const { handlers } = this.#options.settings
    const kept = handlers.some(needsThread) ? [] : this.listener.handOver(handlers.length)
    this.close()
    return kept
  }

  /** Ends the listener. When it returns, all records written before are handled. */
  close(): void {
    const { queue } = this.#options
    queue.drain = undefined
    queue.wrote = undefined
    cancel(this.#retrying)
    this.listener.sources.detectEnded()
    this.listener.pumpUntil(ALL)
    this.listener.drain()
    this.#closed = true
    void this.listener.close()
  }

  /** Whether handlers on the main thread (`addHandler`) get every record. */
  subscribe(on: boolean): void {
    this.#unsubscribe?.()
    const write: Send = (records) => this.#options.take('handlers', records.map(lineOf))
    const label = 'main-thread handlers'
    this.#unsubscribe = on ? this.listener.addHandler({ label, write }) : undefined
  }

  // Records logged by the same run of code are handled together, right after it. If the code runs for longer than
  // DELAY, they are handled within a log call: the process may be killed before it returns to the event loop.
  #schedule(time: number): void {
    const isLate = this.#scheduled && time - this.#scheduledAt > DELAY
    if (this.#options.pace === 'immediate' || isLate) {
      this.pump()
    } else if (!this.#scheduled) {
      this.#scheduled = true
      this.#scheduledAt = time
      nextTick(() => this.pump())
    }
  }

  #retryLater(delay: number): void {
    cancel(this.#retrying)
    if (delay === Number.POSITIVE_INFINITY) return
    this.#retrying = later(() => this.pump(), delay)
    this.#retrying.unref()
  }
}

function openHandlers({ settings, take, dropped, marks, kept }: InlineOptions): readonly Handler[] {
  const { limit, policy, wait } = settings.overflow
  const context: HandlerContext = {
    send: (records) => take('relay', records.map(lineWithExtra)),
    marks: marks ?? [],
    otherMarks: () => readOtherMarks(undefined),
    isSuccessor: marks !== undefined,
    limit,
    policy,
    wait,
    isOwnThread: false,
    dropped: (source, level, count) => dropped({ [source]: { [levelName(level)]: count } }),
    progressed() {},
  }
  if (marks) return createHandlers(settings, context, kept)
  for (const options of settings.handlers) checkHandler(options)
  const here = settings.handlers.filter((options) => !needsThread(options))
  return [...here.map((options) => createHandler(options, context)), createRelay(settings, context)]
}
