// Courier: delivers records to a receiver that acknowledges later: batches in order, each retried until it is
// delivered.
//
// Records are kept within a limit and retried with backoff. If there is no room, lower levels are dropped first,
// counted and reported. Nothing here blocks: while the courier is full, the listener leaves further records in their
// queues. All asynchronous handlers share it (socket, syslog, otlp, jetstream, module); `backlog.ts` is its synchronous
// counterpart.

import { monotonic } from '../../core/clock.js'
import { notice, reasonOf } from '../../core/notice.js'
import { clearTimeout, setTimeout } from '../../core/originals.js'
import { Drops } from '../../core/tally.js'
import type { Delivery, HandlerContext } from '../handler.js'
import { Lines } from '../lines.js'
import { createReport } from '../report.js'
import { createEntry, type Entry, RetryQueue } from '../retry.js'

/** Backoff (ms): the first delay, doubled after each failure up to the last. */
const FIRST_RETRY = 50
const LAST_RETRY = 5000
/** Default size of a batch. */
const BYTES = 2 ** 20
const RECORDS = 4096
/** Share of the limit from which on the courier counts as full. */
const FULL = 1 / 2

const later = setTimeout
const cancel = clearTimeout

/** Thrown by `send`: the receiver will never accept these records. The batch is dropped and not retried. */
export class Refusal extends Error {}

/** Thrown by `send`: only the first records of the batch were delivered. The rest is retried. */
export class PartialFailure extends Error {
  /** How many records of the batch were delivered. */
  readonly delivered: number

  constructor(message: string, delivered: number, options?: ErrorOptions) {
    super(message, options)
    this.delivered = delivered
  }
}

export interface CourierOptions {
  /** Names the handler in warnings and reports. */
  readonly label: string
  readonly context: HandlerContext
  /**
   * Sends lines, each a record's JSON without a line feed. Resolves when the receiver has all of them, as far as its
   * protocol tells. After a rejection it is called again with the same lines, except after a `Refusal` or for the
   * delivered records of a `PartialFailure`. Never called again before its promise settled.
   */
  readonly send: (lines: readonly Uint8Array[]) => Promise<void>
  /**
   * Bytes of earlier batches that `send` has to send again, e.g. after a lost connection. While it is above 0, `send`
   * is called even without lines. Default: always 0.
   */
  readonly unconfirmed?: () => number
  /** Bytes in one batch, at most. Default 1 MiB. */
  readonly bytes?: number
  /** Records in one batch, at most. Default 4096. */
  readonly records?: number
  /** Time (ms) that a batch which is not full waits for more records. Default 0. */
  readonly delay?: number
}

interface Fault {
  readonly reason: string
  /** Monotonic ms. */
  readonly since: number
  /** The receiver accepts records, but more slowly than they are logged. */
  readonly isSlow: boolean
}

export class Courier {
  readonly #options: CourierOptions
  readonly #queue: RetryQueue
  readonly #drops = new Drops()
  readonly #lines = new Lines()
  /** Number of records ever added. */
  #count = 0
  #sending: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #fault: Fault | undefined
  #delay = FIRST_RETRY
  #retryAt = 0
  #progressedAt = monotonic()
  #isClosed = false
  // Number of the first record that `close` gave up although none had been dropped before: it is still in its queue.
  #givenUp: number | undefined

  constructor(options: CourierOptions) {
    this.#options = options
    this.#queue = new RetryQueue(options.context.limit)
  }

  /** Bytes not delivered yet. */
  get size(): number {
    return this.#queue.size + (this.#options.unconfirmed?.() ?? 0)
  }

  /**
   * Returns a function that tells whether all records written so far were delivered. It also returns true once records
   * were dropped: waiting longer would not bring them back.
   */
  acknowledgement(): () => boolean {
    const last = this.#count
    return () => {
      if (this.#givenUp !== undefined) return this.#givenUp > last
      return (this.#queue.front?.order ?? Number.POSITIVE_INFINITY) > last || !this.#drops.isEmpty
    }
  }

  /**
   * Backpressure: whether the listener should leave records in their queues. False after `wait` ms without progress.
   */
  get isFull(): boolean {
    const { policy, limit, wait } = this.#options.context
    if (policy === 'drop' || this.#queue.size < limit * FULL) return false
    return monotonic() - this.#progressedAt < wait
  }

  write(records: readonly Delivery[]): void {
    if (this.size === 0) this.#progressedAt = monotonic()
    for (const record of records) this.#add(record)
    this.#schedule(this.#isBatch() ? 0 : (this.#options.delay ?? 0))
  }

  /** Sends the current batch without waiting for more records. */
  sendNow(): void {
    this.#schedule(0)
  }

  /** Drops the records that were not delivered, counts them and warns. */
  close(): void {
    this.#isClosed = true
    cancel(this.#timer)
    if (this.#drops.isEmpty) this.#givenUp = this.#queue.front?.order
    for (const entry of this.#queue.clear()) this.#drop(entry)
    if (this.#drops.isEmpty) return
    const { label } = this.#options
    const reason = this.#fault?.reason
    const lost = `${this.#drops.total} records were not delivered: ${reason}`
    notice('LOGSHARE_WARN_DROPPED', `${label}: ${lost}`, label)
  }

  #add(record: Delivery): void {
    const line = this.#lines.join([record])
    const entry = { ...createEntry(record, line.subarray(0, -1), 0), order: ++this.#count }
    while (!this.#queue.hasRoomFor(entry)) {
      const lower = this.#queue.evictBelow(entry.rank)
      this.#drop(lower ?? entry)
      if (!lower) return
    }
    this.#queue.add(entry)
  }

  #isBatch(): boolean {
    const { bytes = BYTES, records = RECORDS } = this.#options
    return this.#queue.size >= bytes || this.#queue.count >= records
  }

  // New records do not shorten the backoff after a failure.
  #schedule(delay: number): void {
    if (this.#sending || this.#isClosed || this.size === 0) return
    const rest = Math.max(delay, this.#retryAt - monotonic())
    if (rest <= 0) {
      cancel(this.#timer)
      this.#timer = undefined
      this.#sending = this.#send()
    } else if (!this.#timer) {
      this.#timer = later(() => {
        this.#timer = undefined
        this.#schedule(0)
      }, rest)
      if (!this.#options.context.isOwnThread) this.#timer.unref()
    }
  }

  async #send(): Promise<void> {
    const { bytes = BYTES, records = RECORDS } = this.#options
    const batch = this.#queue.peek(bytes, records)
    for (const entry of batch) entry.isSent = true
    try {
      await this.#options.send(batch.map((entry) => entry.bytes))
      this.#delivered(batch)
    } catch (error) {
      this.#failed(batch, error)
    }
    this.#sending = undefined
    this.#schedule(this.#isBatch() ? 0 : (this.#options.delay ?? 0))
  }

  #delivered(batch: readonly Entry[]): void {
    this.#queue.remove(batch)
    this.#progressed()
    // After a failure, report at once. With a slow receiver, report when the queue is empty: until then more may be
    // dropped.
    if (this.#fault && (!this.#fault.isSlow || this.size === 0)) this.#recover(this.#fault)
  }

  #failed(batch: readonly Entry[], error: unknown): void {
    for (const entry of batch) entry.isSent = false
    if (this.#isClosed) return
    if (error instanceof Refusal) {
      this.#refused(batch, error)
      return
    }
    if (error instanceof PartialFailure && error.delivered > 0) {
      this.#queue.remove(batch.slice(0, error.delivered))
      this.#progressed()
    }
    const { label, context } = this.#options
    if (!this.#fault || this.#fault.isSlow) this.#fault = faultOf(reasonOf(error), false)
    this.#retryAt = monotonic() + this.#delay
    this.#delay = Math.min(this.#delay * 2, LAST_RETRY)
    const limit = Math.round(context.limit / 1024)
    const kept = `up to ${limit} KiB of records are kept until they can be delivered`
    notice('LOGSHARE_WARN_HANDLER', `${label}: ${reasonOf(error)}; ${kept}`, label)
  }

  #refused(batch: readonly Entry[], error: Refusal): void {
    this.#queue.remove(batch)
    for (const { source, level } of batch) this.#options.context.dropped(source, level, 1)
    this.#progressed()
    const { label } = this.#options
    notice(
      'LOGSHARE_WARN_DROPPED',
      `${label}: ${batch.length} records refused: ${error.message}`,
      label,
    )
  }

  #progressed(): void {
    this.#progressedAt = monotonic()
    this.#delay = FIRST_RETRY
    this.#retryAt = 0
    this.#options.context.progressed()
  }

  #drop({ source, level }: Entry): void {
    this.#fault ??= faultOf('the receiver was too slow', true)
    this.#drops.add(source, level, 1)
    this.#options.context.dropped(source, level, 1)
  }

  #recover({ reason, since, isSlow }: Fault): void {
    const total = this.#drops.total
    const dropped = this.#drops.read()
    this.#fault = undefined
    this.#drops.clear()
    const seconds = ((monotonic() - since) / 1000).toFixed(1)
    const outcome = total > 0 ? `${total} records dropped` : 'nothing dropped'
    const accepted = isSlow ? 'did not accept all records' : 'accepted nothing'
    const text = `${this.#options.label} ${accepted} for ${seconds} s, ${outcome}: ${reason}`
    this.#add(createReport(text, total > 0 ? { dropped } : {}))
  }
}

function faultOf(reason: string, isSlow: boolean): Fault {
  return { reason, since: monotonic(), isSlow }
}

/** The `Handler` methods that a handler leaves to its courier. */
export function courierMethods(courier: Courier): {
  write(records: readonly Delivery[]): void
  waiting(): number
  acknowledgement(): () => boolean
  isFull(): boolean
  sendNow(): void
} {
  return {
    write: (records) => courier.write(records),
    waiting: () => courier.size,
    acknowledgement: () => courier.acknowledgement(),
    isFull: () => courier.isFull,
    sendNow: () => courier.sendNow(),
  }
}
