// QueueListener: reads records from all queues, puts them in order and passes them to the handlers. One per process
// tree.

import { monotonic } from '../core/clock.js'
import { Drops, type Tally } from '../core/tally.js'
import { isWishIn } from '../core/wish.js'
import { type Delivery, type Handler, splitExtra } from '../handlers/handler.js'
import type { Kept } from '../handlers/retry.js'
import { type Frame, Kind } from '../queue/frame.js'
import { readCheckpoint } from './checkpoint.js'
import { Checkpointer } from './checkpointer.js'
import type { Children } from './children.js'
import { Fanout } from './fanout.js'
import { Horizon } from './horizon.js'
import { Leftover } from './leftover.js'
import { Merge } from './merge.js'
import { clearReopenRequest, isReopenRequested } from './reopen.js'
import { isOfAnotherBoot } from './source.js'
import { Sources } from './sources.js'
import { Count, Counters } from './stats.js'
import { countFrame } from './status.js'

const BATCH_RECORDS = 4096
const BATCH_BYTES = 2 ** 20
/** Largest batch as a share of what a handler may keep. */
const BATCH_SHARE = 1 / 4
/** Milliseconds between two polls of the runtime directory while records come. */
const POLL_INTERVAL = 5
/** Milliseconds between two polls of the queues while a handler keeps records: then no producer rings. */
const RETRY_INTERVAL = 20
/** Milliseconds after which a pump under load returns to the event loop. */
const TURN_LIMIT = 20

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
  /** Called from time to time with what producers report as dropped. */
  readonly dropped: (tally: Tally) => void
}

export class Listener {
  readonly sources: Sources = new Sources()
  readonly leftover: Leftover
  readonly #options: ListenerOptions
  readonly #counters: Counters
  readonly #window: number
  readonly #batch: number
  readonly #fanout: Fanout
  readonly #children: Children | undefined
  readonly #checkpointer: Checkpointer
  readonly #horizon: Horizon
  readonly #merge = new Merge()
  readonly #drops = new Drops()
  #reports: Delivery[] = []
  #directory: string | undefined
  #polledAt = Number.NEGATIVE_INFINITY

  constructor(options: ListenerOptions) {
    this.#options = options
    this.#counters = new Counters(options.counters)
    this.#window = options.window
    this.#batch = Math.min(BATCH_BYTES, options.limit * BATCH_SHARE)
    this.#fanout = new Fanout(options.handlers, options.wait, () =>
      this.#counters.add(Count.FAILED, 1),
    )
    this.leftover = new Leftover(this.sources, this.#fanout, this.#batch)
    this.#children = options.lifecycle ? createChildren(this.sources) : undefined
    this.#checkpointer = new Checkpointer(this.sources, this.#fanout, this.#children)
    this.#horizon = new Horizon(options.window)
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
    do {
      if (this.isFull()) break
      const due = this.#horizon.time()
      this.#pollIfDue()
      if (!this.#deliver(this.#collect(due, true))) break
    } while (monotonic() < until)
    this.#removeEnded()
    const delay = this.#delay()
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
    return this.#deliver(this.#collect(due, false)) || this.#removeEnded()
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
    this.poll()
  }

  // Frames in order: those that are due and, if `eager`, those that no other producer can precede, because every queue
  // has a frame. `due` is fixed before the queues are read: otherwise a queue read early could be passed over.
  #collect(due: number, eager: boolean): Delivery[] {
    const batch: Delivery[] = []
    const now = monotonic()
    this.#merge.load(this.leftover.readable())
    let bytes = 0
    while (batch.length < BATCH_RECORDS && bytes < this.#batch) {
      const head = this.#merge.first
      if (!head) break
      const isDue = head.frame.time <= due || isOfAnotherBoot(head.frame, now)
      const isFirst = this.#merge.ready === this.sources.size && this.#knowsAll(head.frame)
      // The note of an end must not precede the child's records: its queue may not have been found yet.
      if (!isDue && !(eager && head.frame.kind !== Kind.NOTE && isFirst)) break
      head.source.activeAt = now
      if (head.frame.kind === Kind.NOTE) {
        if (isWishIn(head.frame.buffer, head.frame.start)) {
          if (batch.length > 0) break // what stands before it comes first
          this.#fanout.pass(head.frame)
        }
        for (const record of this.#children?.take(head) ?? []) batch.push(record)
        this.#checkpointer.delivered()
        this.#merge.shift()
        continue
      }
      this.#children?.count(head)
      countFrame(head.source, head.frame)
      if (head.frame.kind === Kind.REPORT) this.#countDrops(head.frame)
      batch.push(splitExtra(head.frame))
      bytes += head.frame.end - head.frame.start
      this.#merge.shift()
    }
    return batch
  }

  // Whether a queue that was begun before a record has been found: the record may answer what stands in it.
  #knowsAll({ time }: Frame): boolean {
    return this.#directory === undefined || this.#polledAt > time
  }

  // Records the ends of children that no parent reports.
  #endChildren(isClosing: boolean): void {
    const ended = this.#children?.findEnded(isClosing) ?? []
    if (ended.length === 0) return
    this.#fanout.write(ended)
    this.#checkpointer.delivered()
    this.#counters.add(Count.RECORDS, ended.length)
  }

  // Counts what a producer reports as dropped.
  #countDrops({ buffer, start, end }: Delivery): void {
    try {
      this.#drops.merge(JSON.parse(buffer.toString('utf8', start, end)).dropped)
    } catch {
      // A damaged report is written like any other record.
    }
  }

  #deliver(batch: readonly Delivery[]): boolean {
    if (batch.length > 0) {
      this.#fanout.write(batch)
      this.#checkpointer.delivered()
      let bytes = 0
      for (const frame of batch) bytes += frame.end - frame.start
      this.#counters.add(Count.RECORDS, batch.length)
      this.#counters.add(Count.BYTES, bytes)
    }
    // Release before the checkpoint is taken: its marks must not include records that its positions do not.
    this.sources.release()
    this.#checkpointer.saveIfDue()
    return batch.length > 0
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
