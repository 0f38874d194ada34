// Fanout: gives each batch to every handler that wants it; one handler's failure is its own.

import { monotonic } from '../core/clock.js'
import { notice, reasonOf } from '../core/notice.js'
import { completeAll } from '../handlers/deferred.js'
import type { Delivery, Handler, Mark } from '../handlers/handler.js'

const PAUSE = 10

export class Fanout {
  readonly #handlers: Handler[]
  /** Milliseconds a flush waits at most for something that waits to move. */
  readonly #wait: number
  readonly #failed: () => void

  /** `failed` is called when a handler has thrown. */
  constructor(handlers: readonly Handler[], wait: number, failed: () => void) {
    this.#handlers = [...handlers]
    this.#wait = wait
    this.#failed = failed
  }

  /** Adds a handler; returns what removes it. */
  add(handler: Handler): () => void {
    this.#handlers.push(handler)
    return () => {
      const index = this.#handlers.indexOf(handler)
      if (index >= 0) this.#handlers.splice(index, 1)
    }
  }

  write(given: readonly Delivery[]): void {
    const isEnough = this.#handlers.every(({ acceptsDeferred }) => acceptsDeferred)
    const batch = isEnough ? given : completeAll(given)
    for (const handler of this.#handlers) {
      const wanted = handler.accepts ? batch.filter((frame) => handler.accepts?.(frame)) : batch
      if (wanted.length > 0) this.#guard(handler, () => handler.write(wanted))
    }
  }

  /** Lets handlers pass on what waits; returns the milliseconds after which to call again, Infinity: nothing waits. */
  retry(): number {
    let rest = Number.POSITIVE_INFINITY
    for (const handler of this.#handlers) {
      const each = this.#guard(handler, () => handler.retry?.())
      if (each !== undefined) rest = Math.min(rest, each)
    }
    return rest
  }

  /** Bytes that wait in handlers. */
  waiting(): number {
    let waiting = 0
    for (const handler of this.#handlers) waiting += handler.waiting?.() ?? 0
    return waiting
  }

  /** Whether a handler has all it may keep for now. */
  isFull(): boolean {
    return this.#handlers.some((handler) => handler.isFull?.())
  }

  /** Whether a handler keeps records in memory that can still be read again from their queues. */
  blocksCheckpoint(): boolean {
    return this.#handlers.some((handler) => handler.blocksCheckpoint?.())
  }

  /** What tells, later, whether all that was written so far has arrived. */
  acknowledgement(): () => boolean {
    const acknowledgements = this.#handlers.flatMap((handler) => handler.acknowledgement?.() ?? [])
    return () => acknowledgements.every((hasArrived) => hasArrived())
  }

  marks(): Mark[] {
    return this.#handlers.flatMap((handler) => (handler.mark ? [handler.mark()] : []))
  }

  /** The marks that were asked for last are noted. */
  checkpointSaved(): void {
    for (const handler of this.#handlers) this.#guard(handler, () => handler.checkpointSaved?.())
  }

  /** Passes on what waits for as long as it gets on; the rest is given up. */
  drain(): void {
    for (const handler of this.#handlers) this.#guard(handler, () => handler.drain?.())
  }

  /** Resolves when the handlers have passed on what they were given, or nothing moves any more. */
  async flush(): Promise<void> {
    let waiting = this.waiting()
    let movedAt = monotonic()
    while (waiting > 0 && monotonic() - movedAt < this.#wait) {
      for (const handler of this.#handlers) this.#guard(handler, () => handler.sendNow?.())
      await new Promise((resolve) => later(resolve, PAUSE))
      this.retry()
      const before = waiting
      waiting = this.waiting()
      if (waiting < before) movedAt = monotonic()
    }
    for (const handler of this.#handlers) await this.#guardAsync(handler, () => handler.flush?.())
  }

  /** Those that need not wait for anything are closed when this returns: another listener may open their files. */
  async close(): Promise<void> {
    this.drain()
    if (this.waiting() > 0) await this.flush()
    await Promise.all(this.#handlers.map((handler) => this.#end(handler)))
  }

  async #end(handler: Handler): Promise<void> {
    const flushed = this.#guard(handler, () => handler.flush?.())
    if (flushed) await this.#guardAsync(handler, () => flushed)
    await this.#guardAsync(handler, () => handler.close?.())
  }

  #guard<T>(handler: Handler, act: () => T): T | undefined {
    try {
      return act()
    } catch (error) {
      this.#tell(handler, error)
      return undefined
    }
  }

  async #guardAsync(handler: Handler, act: () => unknown): Promise<void> {
    try {
      await act()
    } catch (error) {
      this.#tell(handler, error)
    }
  }

  #tell({ label }: Handler, error: unknown): void {
    this.#failed()
    notice('LOGSHARE_WARN_HANDLER', `handler ${label} failed: ${reasonOf(error)}`, label)
  }
}

// As it is now: an application's tests put another in its place.
const later = setTimeout
