// Inline: the listener while it lives on the root's main thread, and when records have their turn there.

import type { Settings } from '../config/options.js'
import { levelName } from '../core/level.js'
import type { Tally } from '../core/tally.js'
import { checkHandler, createHandler, createHandlers, needsThread } from '../handlers/create.js'
import type { Handler, Mark, Send, HandlerContext } from '../handlers/handler.js'
import { lineOf, lineWithExtra } from '../handlers/relay.js'
import type { RingWriter } from '../queue/ring.js'
import type { Parcel } from './channel.js'
import { Listener } from './listener.js'
import { readOtherMarks } from './state.js'

/** Milliseconds that records wait at most while code that makes more goes on. */
const DELAY = 10
/** Due time of everything there is. */
const ALL = Number.POSITIVE_INFINITY

// As they are now: an application's tests put others in their place.
const nextTick = process.nextTick
const later = setTimeout
const cancel = clearTimeout

/** When records are handled: within the call that makes them, or after the code that made them. */
export type Pace = 'at once' | 'batched'

export interface InlineOptions {
  readonly settings: Settings
  readonly counters: Float64Array
  /** Both ends of the root's own queue. */
  readonly queue: RingWriter
  readonly memory: SharedArrayBuffer
  readonly pace: Pace
  readonly take: (purpose: Parcel['purpose'], lines: readonly string[]) => void
  readonly dropped: (tally: Tally) => void
  /** Given in the place of a listener before: then a handler that cannot be opened is left out. */
  readonly marks?: readonly Mark[]
}

export class Inline {
  readonly listener: Listener
  readonly #options: InlineOptions
  #removeTap: (() => void) | undefined
  #scheduled = false
  #scheduledAt = 0
  #retrying: NodeJS.Timeout | undefined
  #closed = false

  /** Opens the handlers; throws `LOGSHARE_ERR_HANDLER` if one cannot be opened and nobody was there before. */
  constructor(options: InlineOptions) {
    this.#options = options
    const { settings, counters, dropped, queue } = options
    const { limit, wait } = settings.overflow
    const { window } = settings.order
    const handlers = openHandlers(options)
    this.listener = new Listener({ window, wait, limit, handlers, counters, dropped })
    this.listener.sources.addRing(options.memory)
    queue.drain = () => this.pump()
    queue.wrote = (time) => this.#schedule(time)
  }

  /** Handles all there is. */
  pump(): void {
    this.#scheduled = false
    if (this.#closed) return // a turn that was asked for before: the queue is read by another one now
    this.#retryLater(this.listener.pumpUntil(ALL))
  }

  /** Handles what living producers have written, as far as it is due. */
  pumpDue(): void {
    this.#retryLater(this.listener.pump())
  }

  async flush(): Promise<void> {
    this.pump()
    await this.listener.flush()
  }

  /** Ends it; all that was written is out when this returns. */
  close(): void {
    const { queue } = this.#options
    queue.drain = undefined
    queue.wrote = undefined
    cancel(this.#retrying)
    this.listener.sources.reap()
    this.listener.pumpUntil(ALL)
    this.listener.drain()
    this.#closed = true
    void this.listener.close()
  }

  /** Whether every line is wanted for handlers of the application's own. */
  tap(on: boolean): void {
    this.#removeTap?.()
    const write: Send = (records) => this.#options.take('tap', records.map(lineOf))
    this.#removeTap = on ? this.listener.addHandler({ label: 'tap', write }) : undefined
  }

  // Records made in one go are handled in one go, right after the code that made them. But code that goes on for long,
  // and may be killed in it, does not keep them to itself for longer than a moment.
  #schedule(time: number): void {
    const isLate = this.#scheduled && time - this.#scheduledAt > DELAY
    if (this.#options.pace === 'at once' || isLate) {
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

function openHandlers({ settings, take, dropped, marks }: InlineOptions): readonly Handler[] {
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
  if (marks) return createHandlers(settings.handlers, context)
  for (const options of settings.handlers) checkHandler(options)
  const here = settings.handlers.filter((options) => !needsThread(options))
  return here.map((options) => createHandler(options, context))
}
