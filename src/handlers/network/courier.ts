// Courier: takes records to a receiver that answers later: in order, one batch after the other, each until it has arrived.
//
// What a receiver does not take is kept within a limit and tried again; of lower levels first it is dropped, counted and
// told of. Nothing here waits: while it has all it may keep, the listener leaves records in their queues.

import { monotonic } from '../../core/clock.js'
import { notice, reasonOf } from '../../core/notice.js'
import { Drops } from '../../core/tally.js'
import type { Delivery, Surroundings } from '../handler.js'
import { Lines } from '../lines.js'
import { createReport } from '../report.js'
import { createEntry, type Entry, Waiting } from '../waiting.js'

/** Milliseconds until the next try, twice as many after each, up to the last. */
const FIRST_RETRY = 50
const LAST_RETRY = 5000
/** What one call gets at most, if nothing else is asked for. */
const BYTES = 2 ** 20
const RECORDS = 4096
/** Share of the limit above which records are better left in their queues. */
const FULL = 1 / 2

// As they are now: an application's tests put others in their place.
const later = setTimeout
const cancel = clearTimeout

/** Thrown by `send`: the receiver will never take these records, there is no use in trying again. */
export class Refusal extends Error {}

/** Thrown by `send`: it got no further than this, and what comes behind has to be sent again. */
export class Interruption extends Error {
  /** Records of the batch that arrived, from its first on. */
  readonly arrived: number

  constructor(message: string, arrived: number, options?: ErrorOptions) {
    super(message, options)
    this.arrived = arrived
  }
}

export interface CourierOptions {
  /** Names the handler in notices and reports. */
  readonly label: string
  readonly place: Surroundings
  /**
   * Sends lines, each a record's JSON without its line feed, and resolves when the receiver has them all, as far as its
   * protocol can tell. Rejects with anything but a `Refusal` to be called with them again.
   */
  readonly send: (lines: readonly Uint8Array[]) => Promise<void>
  /** Bytes that arrived, it seemed, and have to be sent again: `send` is called for them, without lines if there are none. */
  readonly owed?: () => number
  /** What one call gets at most. Default 1 MiB. */
  readonly bytes?: number
  /** Default 4096. */
  readonly records?: number
  /** Milliseconds records are collected while there are fewer. Default 0. */
  readonly delay?: number
}

interface Fault {
  readonly reason: string
  /** Monotonic time. */
  readonly since: number
  /** It takes records, but not as fast as they come. */
  readonly isSlow: boolean
}

export class Courier {
  readonly #options: CourierOptions
  readonly #waiting: Waiting
  readonly #drops = new Drops()
  readonly #lines = new Lines()
  /** Records there ever were. */
  #count = 0
  #sending: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #fault: Fault | undefined
  #delay = FIRST_RETRY
  #retryAt = 0
  #movedAt = monotonic()
  #isClosed = false

  constructor(options: CourierOptions) {
    this.#options = options
    this.#waiting = new Waiting(options.place.limit)
  }

  /** Bytes that have not arrived. */
  get size(): number {
    return this.#waiting.size + (this.#options.owed?.() ?? 0)
  }

  /** What tells whether all that was written so far has arrived, or something was given up and there is no sense in waiting. */
  arrival(): () => boolean {
    const last = this.#count
    return () =>
      (this.#waiting.front?.order ?? Number.POSITIVE_INFINITY) > last || !this.#drops.isEmpty
  }

  /** Whether records are better left in their queues for now: not for longer than the wait that is configured. */
  get isFull(): boolean {
    const { policy, limit, wait } = this.#options.place
    if (policy === 'drop' || this.#waiting.size < limit * FULL) return false
    return monotonic() - this.#movedAt < wait
  }

  write(records: readonly Delivery[]): void {
    if (this.size === 0) this.#movedAt = monotonic()
    for (const record of records) this.#add(record)
    this.#plan(this.#isBatch() ? 0 : (this.#options.delay ?? 0))
  }

  /** Sends what has been collected so far. */
  hurry(): void {
    this.#plan(0)
  }

  /** Gives up what has not arrived, counts it and says so. */
  close(): void {
    this.#isClosed = true
    cancel(this.#timer)
    for (const entry of this.#waiting.clear()) this.#drop(entry)
    if (this.#drops.isEmpty) return
    const { label } = this.#options
    const reason = this.#fault?.reason
    const lost = `${this.#drops.total} records did not arrive: ${reason}`
    notice('LOGSHARE_WARN_DROPPED', `${label}: ${lost}`, label)
  }

  #add(record: Delivery): void {
    const line = this.#lines.join([record])
    const entry = { ...createEntry(record, line.subarray(0, -1), 0), order: ++this.#count }
    while (!this.#waiting.hasRoomFor(entry)) {
      const lower = this.#waiting.evictBelow(entry.rank)
      this.#drop(lower ?? entry)
      if (!lower) return
    }
    this.#waiting.add(entry)
  }

  #isBatch(): boolean {
    const { bytes = BYTES, records = RECORDS } = this.#options
    return this.#waiting.size >= bytes || this.#waiting.count >= records
  }

  // A fault's own time to the next try is not made shorter by what comes meanwhile.
  #plan(delay: number): void {
    if (this.#sending || this.#isClosed || this.size === 0) return
    const rest = Math.max(delay, this.#retryAt - monotonic())
    if (rest <= 0) {
      cancel(this.#timer)
      this.#timer = undefined
      this.#sending = this.#send()
    } else if (!this.#timer) {
      this.#timer = later(() => {
        this.#timer = undefined
        this.#plan(0)
      }, rest)
      if (!this.#options.place.isOwnThread) this.#timer.unref()
    }
  }

  async #send(): Promise<void> {
    const { bytes = BYTES, records = RECORDS } = this.#options
    const batch = this.#waiting.peek(bytes, records)
    for (const entry of batch) entry.isSent = true
    try {
      await this.#options.send(batch.map((entry) => entry.bytes))
      this.#arrived(batch)
    } catch (error) {
      this.#failed(batch, error)
    }
    this.#sending = undefined
    this.#plan(this.#isBatch() ? 0 : (this.#options.delay ?? 0))
  }

  #arrived(batch: readonly Entry[]): void {
    this.#waiting.remove(batch)
    this.#moved()
    // After a fault at once; one that is only slow has dropped for as long as something waits.
    if (this.#fault && (!this.#fault.isSlow || this.size === 0)) this.#recover(this.#fault)
  }

  #failed(batch: readonly Entry[], error: unknown): void {
    for (const entry of batch) entry.isSent = false
    if (this.#isClosed) return
    if (error instanceof Refusal) {
      this.#refused(batch, error)
      return
    }
    if (error instanceof Interruption && error.arrived > 0) {
      this.#waiting.remove(batch.slice(0, error.arrived))
      this.#moved()
    }
    const { label, place } = this.#options
    if (!this.#fault || this.#fault.isSlow) this.#fault = faultOf(reasonOf(error), false)
    this.#retryAt = monotonic() + this.#delay
    this.#delay = Math.min(this.#delay * 2, LAST_RETRY)
    const limit = Math.round(place.limit / 1024)
    const kept = `records are kept, up to ${limit} KiB, until they are taken`
    notice('LOGSHARE_WARN_HANDLER', `${label}: ${reasonOf(error)}; ${kept}`, label)
  }

  #refused(batch: readonly Entry[], error: Refusal): void {
    this.#waiting.remove(batch)
    for (const { source, level } of batch) this.#options.place.dropped(source, level, 1)
    this.#moved()
    const { label } = this.#options
    notice(
      'LOGSHARE_WARN_DROPPED',
      `${label}: ${batch.length} records refused: ${error.message}`,
      label,
    )
  }

  #moved(): void {
    this.#movedAt = monotonic()
    this.#delay = FIRST_RETRY
    this.#retryAt = 0
    this.#options.place.moved()
  }

  #drop({ source, level }: Entry): void {
    this.#fault ??= faultOf('it was too slow', true)
    this.#drops.add(source, level, 1)
    this.#options.place.dropped(source, level, 1)
  }

  #recover({ reason, since, isSlow }: Fault): void {
    const total = this.#drops.total
    const dropped = this.#drops.read()
    this.#fault = undefined
    this.#drops.clear()
    const seconds = ((monotonic() - since) / 1000).toFixed(1)
    const outcome = total > 0 ? `${total} records dropped` : 'nothing dropped'
    const taken = isSlow ? 'did not take all' : 'took nothing'
    const text = `${this.#options.label} ${taken} for ${seconds} s, ${outcome}: ${reason}`
    this.#add(createReport(text, total > 0 ? { dropped } : {}))
  }
}

function faultOf(reason: string, isSlow: boolean): Fault {
  return { reason, since: monotonic(), isSlow }
}

/** The part of a handler that its courier does. */
export function courierPart(courier: Courier): {
  write(records: readonly Delivery[]): void
  waiting(): number
  arrival(): () => boolean
  isFull(): boolean
  hurry(): void
} {
  return {
    write: (records) => courier.write(records),
    waiting: () => courier.size,
    arrival: () => courier.arrival(),
    isFull: () => courier.isFull,
    hurry: () => courier.hurry(),
  }
}
