// Backlog: lines a handler could not pass on, kept within a limit until it can; lower levels go first.
//
// What the system takes at once never waits. Behind the first line it does not take, all are kept, in order.

import { monotonic } from '../core/clock.js'
import { notice, reasonOf } from '../core/notice.js'
import { sleep } from '../core/sleep.js'
import { Drops } from '../core/tally.js'
import type { Delivery, Surroundings } from './handler.js'
import type { Lines } from './lines.js'
import { createReport } from './report.js'
import { createEntry, type Entry, Waiting } from './waiting.js'

/** Milliseconds until the next try, twice as many after each, up to the last. */
const FIRST_RETRY = 20
const LAST_RETRY = 1000
/** Milliseconds until the next try of one that is only slow. */
const SLOW_RETRY = 5
const CHUNK = 2 ** 20

interface Fault {
  readonly reason: string
  /** Monotonic time. */
  readonly since: number
  /** The reader is there and will go on: it is waited for. */
  readonly isSlow: boolean
}

export interface BacklogOptions {
  /** Names the handler in notices and reports. */
  readonly label: string
  readonly lines: Lines
  /** Called before lines are written; throws if they cannot be. */
  readonly prepare?: () => void
  /** Writes from the start of the bytes and returns how many the system took, at least one; throws if it takes none. */
  readonly write: (bytes: Uint8Array) => number
  readonly place: Pick<Surroundings, 'limit' | 'wait' | 'policy' | 'dropped' | 'moved'>
}

export class Backlog {
  readonly #options: BacklogOptions
  readonly #waiting: Waiting
  readonly #drops = new Drops()
  #fault: Fault | undefined
  #retryAt = 0
  #delay = FIRST_RETRY
  // It was waited for in vain: not again before something moves.
  #isStuck = false

  constructor(options: BacklogOptions) {
    this.#options = options
    this.#waiting = new Waiting(options.place.limit)
  }

  /** Bytes kept. */
  get size(): number {
    return this.#waiting.size
  }

  /** Whether nothing was dropped since it was empty. */
  get isComplete(): boolean {
    return this.#drops.isEmpty
  }

  /** Passes records on, behind what waits. */
  write(records: readonly Delivery[]): void {
    if (this.size > 0) {
      this.#keep(records, 0)
      this.retry()
      return
    }
    const bytes = this.#options.lines.join(records)
    const passed = this.check() ? this.#pass(bytes) : 0
    if (passed < bytes.length) this.#keep(records, passed)
  }

  /** Tries again if it is time; returns the milliseconds after which to call again, Infinity if nothing waits. */
  retry(): number {
    if (this.size === 0) return Number.POSITIVE_INFINITY
    const now = monotonic()
    if (now < this.#retryAt) return this.#retryAt - now
    while (this.size > 0 && this.#passChunk()) {}
    if (this.size > 0) return Math.max(1, this.#retryAt - monotonic())
    this.#recover()
    return this.size > 0 ? SLOW_RETRY : Number.POSITIVE_INFINITY
  }

  /** The next try is due now: something has changed. A line that was begun elsewhere is written whole. */
  restart(): void {
    this.#retryAt = 0
    if (this.#waiting.front) this.#waiting.front.done = 0
  }

  /** Whether lines could be written now, as far as can be told; if not, that is a fault like any other. */
  check(): boolean {
    try {
      this.#options.prepare?.()
      return true
    } catch (error) {
      this.#fail(error)
      return false
    }
  }

  /** Passes on what waits for as long as it gets on, then gives the rest up, counts it and says so. */
  settle(): void {
    while (this.size > 0 && this.#waitForProgress()) {}
    if (this.size === 0) return
    for (const entry of this.#waiting.clear()) this.#drop(entry)
    const { label } = this.#options
    const lost = `${this.#drops.total} records were not written: ${this.#fault?.reason}`
    notice('LOGSHARE_WARN_DROPPED', `${label}: ${lost}`, label)
    this.#reset()
  }

  #pass(bytes: Uint8Array): number {
    let passed = 0
    try {
      while (passed < bytes.length) passed += this.#options.write(bytes.subarray(passed))
      this.#delay = FIRST_RETRY
    } catch (error) {
      this.#fail(error)
    }
    if (passed > 0) this.#isStuck = false
    return passed
  }

  #fail(error: unknown): void {
    const now = monotonic()
    const isSlow = (error as NodeJS.ErrnoException).code === 'EAGAIN'
    if (!this.#fault || (this.#fault.isSlow && !isSlow)) {
      this.#fault = isSlow ? slowness(now) : { reason: reasonOf(error), since: now, isSlow }
    }
    this.#retryAt = now + (isSlow ? SLOW_RETRY : this.#delay)
    this.#delay = Math.min(this.#delay * 2, LAST_RETRY)
    if (isSlow) return
    const { label, place } = this.#options
    const limit = Math.round(place.limit / 1024)
    const kept = `records are kept, up to ${limit} KiB, until it can be written`
    notice('LOGSHARE_WARN_HANDLER', `${label}: ${reasonOf(error)}; ${kept}`, label)
  }

  // Lines of which `passed` bytes are out already.
  #keep(records: readonly Delivery[], passed: number): void {
    let skip = passed
    for (const record of records) {
      const line = this.#options.lines.join([record])
      const done = Math.min(skip, line.length)
      skip -= done
      if (done < line.length) this.#add(createEntry(record, line, done))
    }
  }

  #add(entry: Entry): void {
    while (!this.#waiting.hasRoomFor(entry)) {
      // A reader that is only slow is waited for, and with it everybody: the others' queues take what comes meanwhile.
      if (this.#isPatient() && this.size > 0 && this.#waitForProgress()) continue
      const lower = this.#waiting.evictBelow(entry.rank)
      this.#drop(lower ?? entry)
      if (!lower) return
    }
    this.#waiting.add(entry)
  }

  #isPatient(): boolean {
    return this.#options.place.policy === 'block' && (this.#fault?.isSlow ?? true)
  }

  // False if nothing moves for as long as one may wait.
  #waitForProgress(): boolean {
    if (this.#isStuck) return false
    const before = this.size
    const deadline = monotonic() + this.#options.place.wait
    while (this.size >= before) {
      if (monotonic() > deadline) {
        this.#isStuck = true
        return false
      }
      sleep(SLOW_RETRY)
      this.retry()
    }
    this.#options.place.moved()
    return true
  }

  #drop({ source, level }: Entry): void {
    this.#drops.add(source, level, 1)
    this.#options.place.dropped(source, level, 1)
  }

  // False if the system did not take all of it.
  #passChunk(): boolean {
    if (!this.check()) return false
    const entries = this.#waiting.peek(CHUNK)
    const bytes = Buffer.concat(entries.map((entry) => entry.bytes.subarray(entry.done)))
    const passed = this.#pass(bytes)
    this.#waiting.advance(entries, passed)
    return passed === bytes.length
  }

  // All is out again: a record says what has happened, unless it was only slow and nothing was dropped.
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
    this.#isStuck = false
    this.#drops.clear()
  }
}

function slowness(since: number): Fault {
  return { reason: 'its reader was too slow', since, isSlow: true }
}
