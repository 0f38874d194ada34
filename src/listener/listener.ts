// QueueListener: reads records from all queues, puts them in order and passes them to the handlers. One per process
// tree.

import { monotonic } from '../core/clock.js'
import { Drops, type Tally } from '../core/tally.js'
import type { Batch } from '../handlers/batch.js'
import type { Delivery, Handler } from '../handlers/handler.js'
import type { Kept } from '../handlers/retry.js'
import { readCheckpoint } from './checkpoint.js'
import { Checkpointer } from './checkpointer.js'
import type { Children } from './children.js'
import { Fanout } from './fanout.js'
import { Horizon } from './horizon.js'
import { Intake } from './intake.js'
import type { Ledger } from './ledger.js'
import { Leftover } from './leftover.js'
import { clearReopenRequest, isReopenRequested } from './reopen.js'
import { Sources } from './sources.js'
import { Count, Counters } from './stats.js'

const BATCH_BYTES = 2 ** 20
/** Largest batch as a share of what a handler may keep. */
const BATCH_SHARE = 1 / 4
/** Longest time (ms) between two polls of the runtime directory while records come; half the order window at most. */
const POLL_INTERVAL = 10
/** Milliseconds between two polls of the queues while a handler keeps records: then no producer rings. */
const RETRY_INTERVAL = 20
/** Milliseconds after which a pump under load returns to the event loop. */
const TURN_LIMIT = 20
/** Milliseconds by which records may be late, so that those that come one by one are passed on together. */
const SLACK = 3

export interface ListenerOptions {
  /** Window (ms) within which records of different producers are ordered by time; 0: in order of arrival. */
  readonly window: number
  /** Longest time (ms) a flush waits for a handler that makes no progress. */
  readonly wait: number
  /** Bytes a handler may keep. */
  readonly limit: number
  readonly handlers: readonly Handler[]
  /** Whether the ends of children become records. */
  readonly lifecycle: boolean
  readonly counters: SharedArrayBuffer
  /** Counts by producer and level. */
  readonly ledger: Ledger
  /** Called from time to time with what producers report as dropped. */
  readonly dropped: (tally: Tally) => void
}

export class Listener {
  readonly sources: Sources = new Sources()
  readonly leftover: Leftover
  readonly #options: ListenerOptions
  readonly #counters: Counters
  readonly #window: number
  readonly #slack: number
  readonly #intake: Intake
  readonly #fanout: Fanout
  readonly #children: Children | undefined
  readonly #checkpointer: Checkpointer
  readonly #horizon: Horizon
  readonly #drops = new Drops()
  #reports: Delivery[] = []
  #directory: string | undefined
  #polledAt = Number.NEGATIVE_INFINITY

  constructor(options: ListenerOptions) {
    this.#options = options
    this.#counters = new Counters(options.counters)
    this.#window = options.window
    this.#slack = Math.min(SLACK, options.window / 4)
    const size = Math.min(BATCH_BYTES, options.limit * BATCH_SHARE)
    this.#fanout = new Fanout(options.handlers, options.wait, () =>
      this.#counters.add(Count.FAILED, 1),
    )
    this.leftover = new Leftover(this.sources, this.#fanout, size)
    this.#children = options.lifecycle ? createChildren(this.sources) : undefined
    this.#checkpointer = new Checkpointer(this.sources, this.#fanout, this.#children)
    this.#horizon = new Horizon(options.window)
    this.#intake = new Intake({
      sources: this.sources,
      leftover: this.leftover,
      children: this.#children,
      drops: this.#drops,
      ledger: options.ledger,
      size,
      noted: () => this.#checkpointer.delivered(),
      pass: (wish) => this.#fanout.pass(wish),
    })
  }

  /** Adds a handler. Returns a function that removes it. */
  addHandler(handler: Handler): () => void {
    return this.#fanout.add(handler)
  }

  /** Also reads the queue files of a runtime directory from now on, starting at its last checkpoint. */
  watch(directory: string): void {
    this.#directory = directory
    const { positions, children } = readCheckpoint(directory)
    this.sources.watch(directory, positions)
    this.#children?.restore(children ?? [])
    this.#checkpointer.watch(directory)
  }

  /**
   * Passes records that are due to the handlers. Returns the milliseconds until the next call if no producer rings
   * before; Infinity: only when a producer rings.
   */
  pump(): number {
    const start = monotonic()
    const until = start + TURN_LIMIT
    this.#horizon.resume(start)
    let isBehind = false
    do {
      isBehind = this.isFull()
      if (isBehind) break
      const due = this.#horizon.time()
      this.#pollIfDue()
      isBehind = this.#deliver(this.#intake.collect(due, this.#known())) && this.#intake.hasMore
    } while (isBehind && monotonic() < until)
    this.#removeEnded()
    const delay = this.#delay() + (isBehind ? 0 : this.#slack)
    this.#horizon.rest(delay)
    return delay
  }

  /**
   * Passes all records up to a monotonic time to the handlers, even if producers keep writing newer ones. Returns the
   * milliseconds until the next call that handlers need for a retry; Infinity: none.
   */
  pumpUntil(due: number): number {
    while (this.pumpBatch(due)) {}
    return this.#retry()
  }

  /** Does this for one batch. Returns whether there may be more. */
  pumpBatch(due: number): boolean {
    this.#pollIfDue()
    return this.#deliver(this.#intake.collect(due)) || this.#removeEnded()
  }

  /** Backpressure: whether a handler is full, so that records should stay in their queues. */
  isFull(): boolean {
    return this.#fanout.isFull()
  }

  /** Milliseconds within which producers other than the root may still write records of the current time. */
  orderingDelay(): number {
    return this.sources.hasOthers() ? this.#window : 0
  }

  /**
   * Drains the handlers: they pass on what they keep as long as there is progress, and drop the rest. What an earlier
   * application has left follows, part by part, as long as it can be passed on.
   */
  drain(): void {
    const due = monotonic()
    this.#fanout.drain()
    while (this.leftover.mayGoOn() && this.pumpBatch(due)) this.#fanout.drain()
    this.#retry()
    this.#checkpointer.save()
  }

  /** After the end: whether live producers may still write to queue files. */
  hasLivingProducers(): boolean {
    const { savedPositions } = this.#checkpointer
    return this.sources.hasLivingProducers(this.leftover.remains ? savedPositions : undefined)
  }

  /** Gives away what the first `count` handlers keep, to those that take their place in another thread. */
  handOver(count: number): readonly (Kept | undefined)[] {
    return this.#fanout.handOver(count)
  }

  /** Milliseconds until a record has to be passed on that is written now. */
  dueIn(): number {
    return this.#window + this.#slack
  }

  /** Looks for new producers that cannot ring, and for a request to reopen log files. */
  poll(): void {
    this.sources.scan()
    if (this.#directory === undefined || !isReopenRequested(this.#directory)) return
    const directory = this.#directory
    void this.flush().then(() => clearReopenRequest(directory))
  }

  /** Adds a record of the listener's own, which is written with the next batch. */
  report(report: Delivery): void {
    this.#reports.push(report)
  }

  /** Resolves when the handlers have passed on what they were given, or make no progress. */
  flush(): Promise<void> {
    return this.#fanout.flush()
  }

  async close(): Promise<void> {
    this.#endChildren(true)
    this.drain()
    await this.#fanout.close()
    this.#checkpointer.save()
    this.sources.close()
  }

  // A new producer's first records may be older than others': its queue has to be found before those are passed on.
  #pollIfDue(): void {
    const now = monotonic()
    if (now - this.#polledAt < Math.min(POLL_INTERVAL, this.#window / 2)) return
    this.#polledAt = now
    this.sources.scan()
  }

  // All queues that were begun before this time have been found: a record of a queue may answer what stands in another.
  #known(): number {
    return this.#directory === undefined ? Number.POSITIVE_INFINITY : this.#polledAt
  }

  // Records the ends of children that no parent reports.
  #endChildren(isClosing: boolean): void {
    const ended = this.#children?.findEnded(isClosing) ?? []
    if (ended.length === 0) return
    this.#fanout.write(ended)
    this.#checkpointer.delivered()
    this.#counters.add(Count.RECORDS, ended.length)
  }

  #deliver(batch: Batch): boolean {
    const { count, bytes } = batch
    if (count > 0) {
      this.#fanout.writeBatch(batch)
      this.#checkpointer.delivered(count)
      this.#counters.add(Count.RECORDS, count)
      this.#counters.add(Count.BYTES, bytes)
    }
    // Release before the checkpoint is taken: its marks must not include records that its positions do not.
    this.sources.release()
    this.#checkpointer.saveIfDue()
    return count > 0
  }

  // Returns true if an ended producer's queue has more records after a torn one.
  #removeEnded(): boolean {
    this.#endChildren(false)
    const covered = this.#fanout.acknowledgement()() ? undefined : this.#checkpointer.savedPositions
    const more = !this.#fanout.blocksCheckpoint() && this.sources.removeEnded(covered)
    this.#counters.set(Count.DAMAGED, this.sources.damaged)
    this.#counters.set(Count.SOURCES, this.sources.size)
    return more
  }

  #delay(): number {
    const delay = this.sources.delay(this.#window, this.leftover.readable())
    if (delay === Number.POSITIVE_INFINITY) this.#checkpointer.save()
    return Math.min(delay, this.#retry(), this.#fanout.waiting() > 0 ? RETRY_INTERVAL : delay)
  }

  #retry(): number {
    if (this.#reports.length > 0) this.#fanout.write(this.#reports.splice(0))
    const delay = this.#fanout.retry()
    this.#counters.set(Count.WAITING, this.#fanout.waiting())
    if (!this.#drops.isEmpty) {
      this.#options.dropped(this.#drops.read())
      this.#drops.clear()
    }
    return delay
  }
}

// Loaded only with the option `lifecycle`.
function createChildren(sources: Sources): Children {
  const { Children } = require('./children.js') as typeof import('./children.js')
  return new Children(sources)
}
