// Fanout: passes each batch to every handler and isolates their failures from each other.

import { monotonic } from '../core/clock.js'
import { notice, reasonOf } from '../core/notice.js'
import { setTimeout } from '../core/originals.js'
import type { Batch } from '../handlers/batch.js'
import { completeAll } from '../handlers/deferred.js'
import type { Delivery, Handler, Mark } from '../handlers/handler.js'
import type { Kept } from '../handlers/retry.js'

/** Milliseconds between two retries during a flush. */
const PAUSE = 10

export class Fanout {
  readonly #handlers: Handler[]
  readonly #wait: number
  readonly #failed: () => void

  /** `wait`: longest time (ms) a flush waits without progress. `failed` is called when a handler has thrown. */
  constructor(handlers: readonly Handler[], wait: number, failed: () => void) {
    this.#handlers = [...handlers]
    this.#wait = wait
    this.#failed = failed
  }

  /** Adds a handler. Returns a function that removes it. */
  add(handler: Handler): () => void {
    this.#handlers.push(handler)
    return () => {
      const index = this.#handlers.indexOf(handler)
      if (index >= 0) this.#handlers.splice(index, 1)
    }
  }

  /** Passes on a batch. Objects are made of its records only if a handler looks at each. */
  writeBatch(batch: Batch): void {
    if (batch.hasDeferred && !this.#mayDefer()) {
      this.write(batch.records())
      return
    }
    for (const handler of this.#handlers) {
      if (handler.writeBatch) this.#guard(handler, () => handler.writeBatch?.(batch))
      else this.#writeTo(handler, batch.records())
    }
  }

  /** Deferred records are completed for all handlers unless every handler accepts them. */
  write(records: readonly Delivery[]): void {
    const completed = this.#mayDefer() ? records : completeAll(records)
    for (const handler of this.#handlers) this.#writeTo(handler, completed)
  }

  /** Passes on what a child asks the root's loggers for. */
  pass(wish: Delivery): void {
    for (const handler of this.#handlers) this.#guard(handler, () => handler.pass?.(wish))
  }

  /** Lets handlers retry. Returns the milliseconds until the next call; Infinity if nothing waits for a retry. */
  retry(): number {
    let rest = Number.POSITIVE_INFINITY
    for (const handler of this.#handlers) {
      const each = this.#guard(handler, () => handler.retry?.())
      if (each !== undefined) rest = Math.min(rest, each)
    }
    return rest
  }

  /** Bytes that handlers keep and have not passed on yet. */
  waiting(): number {
    let waiting = 0
    for (const handler of this.#handlers) waiting += handler.waiting?.() ?? 0
    return waiting
  }

  /** Backpressure: whether a handler is full. */
  isFull(): boolean {
    return this.#handlers.some((handler) => handler.isFull?.())
  }

  /** Whether a handler keeps records in memory that a takeover can still read from their queues. */
  blocksCheckpoint(): boolean {
    return this.#handlers.some((handler) => handler.blocksCheckpoint?.())
  }

  /** Whether a handler gave up records at the end that a takeover can still read from their queues. */
  hasGivenUp(): boolean {
    return this.#handlers.some((handler) => handler.blocksCheckpoint?.() && !handler.waiting?.())
  }

  /** Returns a function that tells whether everything written so far is acknowledged. */
  acknowledgement(): () => boolean {
    const acknowledgements = this.#handlers.flatMap((handler) => handler.acknowledgement?.() ?? [])
    return () => acknowledgements.every((isAcknowledged) => isAcknowledged())
  }

  /** The handlers' current marks, for a checkpoint. */
  marks(): Mark[] {
    return this.#handlers.flatMap((handler) => (handler.mark ? [handler.mark()] : []))
  }

  /** Tells the handlers that their latest marks are saved. */
  checkpointSaved(): void {
    for (const handler of this.#handlers) this.#guard(handler, () => handler.checkpointSaved?.())
  }

  /** Gives away what the first `count` handlers keep. */
  handOver(count: number): (Kept | undefined)[] {
    return this.#handlers.slice(0, count).map((handler) => {
      return this.#guard(handler, () => handler.handOver?.())
    })
  }

  /** Handlers pass on what they keep as long as there is progress, and drop the rest. */
  drain(): void {
    for (const handler of this.#handlers) this.#guard(handler, () => handler.drain?.())
  }

  /** Resolves when the handlers have passed on what they were given, or make no progress for `wait` ms. */
  async flush(): Promise<void> {
    let waiting = this.waiting()
    let progressedAt = monotonic()
    while (waiting > 0 && monotonic() - progressedAt < this.#wait) {
      for (const handler of this.#handlers) this.#guard(handler, () => handler.sendNow?.())
      await new Promise((resolve) => later(resolve, PAUSE))
      this.retry()
      const before = waiting
      waiting = this.waiting()
      if (waiting < before) progressedAt = monotonic()
    }
    for (const handler of this.#handlers) await this.#guardAsync(handler, () => handler.flush?.())
  }

  /** Handlers without asynchronous work are closed when this returns: the next listener may then open their files. */
  async close(): Promise<void> {
    this.drain()
    if (this.waiting() > 0) await this.flush()
    await Promise.all(this.#handlers.map((handler) => this.#closeHandler(handler)))
  }

  #mayDefer(): boolean {
    return this.#handlers.every(({ acceptsDeferred }) => acceptsDeferred)
  }

  #writeTo(handler: Handler, records: readonly Delivery[]): void {
    const wanted = handler.accepts ? records.filter((each) => handler.accepts?.(each)) : records
    if (wanted.length > 0) this.#guard(handler, () => handler.write(wanted))
  }

  async #closeHandler(handler: Handler): Promise<void> {
    const flushed = this.#guard(handler, () => handler.flush?.())
    if (flushed) await this.#guardAsync(handler, () => flushed)
    await this.#guardAsync(handler, () => handler.close?.())
  }

  #guard<T>(handler: Handler, act: () => T): T | undefined {
    try {
      return act()
    } catch (error) {
      this.#warn(handler, error)
      return undefined
    }
  }

  async #guardAsync(handler: Handler, act: () => unknown): Promise<void> {
    try {
      await act()
    } catch (error) {
      this.#warn(handler, error)
    }
  }

  #warn({ label }: Handler, error: unknown): void {
    this.#failed()
    notice('LOGSHARE_WARN_HANDLER', `handler ${label} failed: ${reasonOf(error)}`, label)
  }
}

const later = setTimeout
