// Backlog: writes a handler's lines to a file or pipe and keeps, within a limit, those that cannot be written yet.
//
// Lines are written at once while the system accepts them. From the first line that it does not accept, all lines are
// kept in order and retried with backoff; if there is no room, lower levels are dropped first. For network receivers,
// which acknowledge later, see `network/courier.ts`.

import { monotonic } from '../core/clock.js'
import { notice, reasonOf } from '../core/notice.js'
import { sleep } from '../core/sleep.js'
import { Drops } from '../core/tally.js'
import type { Delivery, HandlerContext } from './handler.js'
import type { Lines } from './lines.js'
import { createReport } from './report.js'
import { createEntry, type Entry, type Fault, type Kept, RetryQueue } from './retry.js'

/** Backoff (ms): the first delay, doubled after each failure up to the last. */
const FIRST_RETRY = 20
const LAST_RETRY = 1000
/** Delay (ms) until the next try if the reader is only slow (EAGAIN). */
const SLOW_RETRY = 5
/** Bytes per write when kept lines are written. */
const CHUNK = 2 ** 20

export interface BacklogOptions {
  /** Names the handler in warnings and reports. */
  readonly label: string
  readonly lines: Lines
  /** Called before lines are written; throws if they cannot be written. */
  readonly prepare?: () => void
  /** Writes from the start of `bytes` and returns how many were written, at least one. Throws if none was. */
  readonly write: (bytes: Uint8Array) => number
  readonly context: Pick<HandlerContext, 'limit' | 'wait' | 'policy' | 'dropped' | 'progressed'>
}

export class Backlog {
  readonly #options: BacklogOptions
  readonly #queue: RetryQueue
  readonly #drops = new Drops()
  #fault: Fault | undefined
  #retryAt = 0
  #delay = FIRST_RETRY
  // A wait timed out: no further wait before the next progress.
  #isStuck = false
  #hasGivenUp = false
  // The fault was told in the thread that kept the lines before.
  #isTold = false

  constructor(options: BacklogOptions) {
    this.#options = options
    this.#queue = new RetryQueue(options.context.limit)
  }

  /** Bytes kept. */
  get size(): number {
    return this.#queue.size
  }

  /** Whether no line was dropped since the backlog was last empty. */
  get isComplete(): boolean {
    return this.#drops.isEmpty
  }

  /** Whether `drain` gave up lines although none had been dropped before: all of them are still in their queues. */
  get hasGivenUp(): boolean {
    return this.#hasGivenUp
  }

  /** Writes records, or keeps them behind those that are already kept. */
  write(records: readonly Delivery[]): void {
    if (this.size > 0) this.#keepAll(records)
    else this.#writeOrKeep(this.#options.lines.join(records), () => records)
  }

  /** The same, where the records' lines are there as bytes already: `records` is called only if they have to be kept. */
  writeLines(bytes: Uint8Array, records: () => readonly Delivery[]): void {
    if (this.size > 0) this.#keepAll(records())
    else this.#writeOrKeep(bytes, records)
  }

  /** Retries if it is due. Returns the milliseconds until the next retry; Infinity if nothing is kept. */
  retry(): number {
    if (this.size === 0) return Number.POSITIVE_INFINITY
    const now = monotonic()
    if (now < this.#retryAt) return this.#retryAt - now
    while (this.size > 0 && this.#writeChunk()) {}
    if (this.size > 0) return Math.max(1, this.#retryAt - monotonic())
    this.#recover()
    return this.size > 0 ? SLOW_RETRY : Number.POSITIVE_INFINITY
  }

  /** The destination was replaced: retries at the next call, and writes a partly written line again from its start. */
  restart(): void {
    this.#retryAt = 0
    if (this.#queue.front) this.#queue.front.done = 0
  }

  /** Gives away what is kept; undefined if nothing is. */
  handOver(): Kept | undefined {
    if (this.size === 0) return undefined
    const entries = this.#queue.clear()
    const kept = { entries, drops: this.#drops.read(), fault: this.#fault }
    this.#reset()
    return kept
  }

  /** Keeps what the handler before this one kept. */
  takeOver({ entries, drops, fault }: Kept): void {
    for (const entry of entries) this.#queue.add(entry)
    this.#drops.merge(drops)
    this.#fault = fault
    this.#isTold = fault?.isSlow === false
  }

  /** Calls `prepare` and returns whether it succeeded. A failure counts as a failed write. */
  check(): boolean {
    try {
      this.#options.prepare?.()
      return true
    } catch (error) {
      this.#fail(error)
      return false
    }
  }

  /** Writes kept lines as long as there is progress; then drops the rest, counts it and warns. */
  drain(): void {
    while (this.size > 0 && this.#waitForProgress()) {}
    if (this.size === 0) return
    this.#hasGivenUp ||= this.isComplete
    for (const entry of this.#queue.clear()) this.#drop(entry)
    const { label } = this.#options
    const lost = `${this.#drops.total} records were not written: ${this.#fault?.reason}`
    notice('LOGSHARE_WARN_DROPPED', `${label}: ${lost}`, label)
    this.#reset()
  }

  #keepAll(records: readonly Delivery[]): void {
    this.#keep(records, 0)
    this.retry()
  }

  #writeOrKeep(bytes: Uint8Array, records: () => readonly Delivery[]): void {
    const written = this.check() ? this.#write(bytes) : 0
    if (written < bytes.length) this.#keep(records(), written)
  }

  #write(bytes: Uint8Array): number {
    let written = 0
    try {
      while (written < bytes.length) written += this.#options.write(bytes.subarray(written))
      this.#delay = FIRST_RETRY
    } catch (error) {
      this.#fail(error)
    }
    if (written > 0) this.#isStuck = false
    return written
  }

  #fail(error: unknown): void {
    const now = monotonic()
    const isSlow = (error as NodeJS.ErrnoException).code === 'EAGAIN'
    if (!this.#fault || (this.#fault.isSlow && !isSlow)) {
      this.#fault = isSlow ? slowness(now) : { reason: reasonOf(error), since: now, isSlow }
    }
    this.#retryAt = now + (isSlow ? SLOW_RETRY : this.#delay)
    this.#delay = Math.min(this.#delay * 2, LAST_RETRY)
    if (isSlow || this.#isTold) return
    const { label, context } = this.#options
    const limit = Math.round(context.limit / 1024)
    const kept = `up to ${limit} KiB of records are kept until it can be written again`
    notice('LOGSHARE_WARN_HANDLER', `${label}: ${reasonOf(error)}; ${kept}`, label)
  }

  // The first `written` bytes of the records' lines are already written.
  #keep(records: readonly Delivery[], written: number): void {
    let skip = written
    for (const record of records) {
      const line = this.#options.lines.join([record])
      const done = Math.min(skip, line.length)
      skip -= done
      if (done < line.length) this.#add(createEntry(record, line, done))
    }
  }

  #add(entry: Entry): void {
    while (!this.#queue.hasRoomFor(entry)) {
      // Backpressure: waiting for a slow reader stops the listener; meanwhile producers write into their queues.
      if (this.#mayWait() && this.size > 0 && this.#waitForProgress()) continue
      const lower = this.#queue.evictBelow(entry.rank)
      this.#drop(lower ?? entry)
      if (!lower) return
    }
    this.#queue.add(entry)
  }

  #mayWait(): boolean {
    return this.#options.context.policy === 'block' && (this.#fault?.isSlow ?? true)
  }

  // False if there is no progress within `overflow.wait`.
  #waitForProgress(): boolean {
    if (this.#isStuck) return false
    const before = this.size
    const deadline = monotonic() + this.#options.context.wait
    while (this.size >= before) {
      if (monotonic() > deadline) {
        this.#isStuck = true
        return false
      }
      sleep(SLOW_RETRY)
      this.retry()
    }
    this.#options.context.progressed()
    return true
  }

  #drop({ source, level }: Entry): void {
    this.#drops.add(source, level, 1)
    this.#options.context.dropped(source, level, 1)
  }

  // False if the system did not accept all of it.
  #writeChunk(): boolean {
    if (!this.check()) return false
    const entries = this.#queue.peek(CHUNK)
    const bytes = Buffer.concat(entries.map((entry) => entry.bytes.subarray(entry.done)))
    const written = this.#write(bytes)
    this.#queue.advance(entries, written)
    return written === bytes.length
  }

  // All lines are written: a report tells what happened, unless the reader was only slow and nothing was dropped.
  #recover(): void {
    const { reason, since, isSlow } = this.#fault ?? slowness(monotonic())
    const total = this.#drops.total
    const dropped = this.#drops.read()
    this.#reset()
    if (isSlow && total === 0) return
    const seconds = ((monotonic() - since) / 1000).toFixed(1)
    const outcome = total > 0 ? `${total} records dropped` : 'nothing dropped'
    const fault = `${this.#options.label} could not be written for ${seconds} s`
    const fields = total > 0 ? { dropped } : {}
    this.write([createReport(`${fault}, ${outcome}: ${reason}`, fields)])
  }

  #reset(): void {
    this.#fault = undefined
    this.#isStuck = this.#isTold = false
    this.#drops.clear()
  }
}

function slowness(since: number): Fault {
  return { reason: 'the reader was too slow', since, isSlow: true }
}
