// Backlog: lines a handler could not pass on, kept within a limit until it can; lower levels go first.
//
// What the system takes at once never comes here. Behind the first line it does not take, all are kept, in order. A line
// of which it took a part stays in front, whatever happens: nobody may write into the middle of it.

import { monotonic } from '../core/clock.js'
import { notice, reasonOf } from '../core/notice.js'
import { Drops } from '../core/tally.js'
import { type Delivery, type Surroundings, sourceOf } from './handler.js'
import type { Lines } from './lines.js'
import { createReport } from './report.js'

/** Milliseconds until the next try, twice as many after each, up to the last. */
const FIRST_RETRY = 20
const LAST_RETRY = 1000
/** Milliseconds until the next try of one that is only slow. */
const SLOW_RETRY = 5
/** Levels below this leave an eighth of the room to those from it. */
const RESERVED_FROM = 50
const CHUNK = 2 ** 20
/** Entries in front that are done with before the list is cut. */
const CUT = 4096

interface Entry {
  readonly level: number
  readonly source: string
  bytes: Uint8Array
  /** Bytes of it the system has taken. */
  done: number
  isGone: boolean
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
  #entries: Entry[] = []
  #first = 0
  #size = 0
  #byLevel = new Map<number, Entry[]>()
  #fault: { readonly reason: string; readonly since: number; readonly isSlow: boolean } | undefined
  #retryAt = 0
  #delay = FIRST_RETRY
  // It was waited for in vain: not again before something moves.
  #isStuck = false
  readonly #drops = new Drops()

  constructor(options: BacklogOptions) {
    this.#options = options
  }

  /** Bytes kept. */
  get size(): number {
    return this.#size
  }

  /** Whether nothing was dropped since it was empty. */
  get isComplete(): boolean {
    return this.#drops.isEmpty
  }

  /** Passes records on, behind what waits. Never throws. */
  write(records: readonly Delivery[]): void {
    const { lines } = this.#options
    if (this.#size > 0) {
      this.#keep(records, 0)
      this.retry()
      return
    }
    const bytes = lines.join(records)
    const passed = this.check() ? this.#pass(bytes) : 0
    if (passed < bytes.length) this.#keep(records, passed)
  }

  /** Tries again if it is time; returns the milliseconds after which to call again, Infinity if nothing waits. */
  retry(): number {
    if (this.#size === 0) return Number.POSITIVE_INFINITY
    const now = monotonic()
    if (now < this.#retryAt) return this.#retryAt - now
    while (this.#size > 0 && this.#passChunk()) {}
    if (this.#size > 0) return Math.max(1, this.#retryAt - monotonic())
    this.#recover()
    return this.#size > 0 ? SLOW_RETRY : Number.POSITIVE_INFINITY
  }

  /** The next try is due now: something has changed. A line that was begun elsewhere is written whole. */
  restart(): void {
    this.#retryAt = 0
    const entry = this.#entries[this.#first]
    if (entry) entry.done = 0
  }

  /** Passes on what waits for as long as it gets on, then gives the rest up, counts it and says so. */
  settle(): void {
    while (this.#size > 0 && this.#waitForProgress()) {}
    if (this.#size > 0) this.#abandon()
  }

  #abandon(): void {
    for (const entry of this.#entries.slice(this.#first)) if (!entry.isGone) this.#drop(entry)
    const { label } = this.#options
    notice(
      'LOGSHARE_WARN_DROPPED',
      `${label}: ${this.#drops.total} records were not written: ${this.#fault?.reason}`,
      label,
    )
    this.#reset()
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

  #pass(bytes: Uint8Array): number {
    let passed = 0
    try {
      while (passed < bytes.length) passed += this.#options.write(bytes.subarray(passed))
      this.#delay = FIRST_RETRY
      this.#isStuck = false
    } catch (error) {
      this.#fail(error)
    }
    return passed
  }

  #fail(error: unknown): void {
    const now = monotonic()
    const isSlow = (error as NodeJS.ErrnoException).code === 'EAGAIN'
    const reason = isSlow ? 'its reader was too slow' : reasonOf(error)
    if (!this.#fault || (this.#fault.isSlow && !isSlow))
      this.#fault = { reason, since: now, isSlow }
    this.#retryAt = now + (isSlow ? SLOW_RETRY : this.#delay)
    this.#delay = Math.min(this.#delay * 2, LAST_RETRY)
    if (isSlow) return
    const { label, place } = this.#options
    const limit = Math.round(place.limit / 1024)
    const kept = `records are kept, up to ${limit} KiB, until it can be written`
    notice('LOGSHARE_WARN_HANDLER', `${label}: ${reason}; ${kept}`, label)
  }

  // Lines of which `passed` bytes are out already.
  #keep(records: readonly Delivery[], passed: number): void {
    let skip = passed
    for (const record of records) {
      const bytes = Uint8Array.from(this.#options.lines.join([record]))
      const done = Math.min(skip, bytes.length)
      skip -= done
      if (done === bytes.length) continue
      this.#add({ level: record.level, source: sourceOf(record), bytes, done, isGone: false })
    }
  }

  #add(entry: Entry): void {
    const { limit, policy } = this.#options.place
    const room = entry.level >= RESERVED_FROM ? limit : limit - limit / 8
    while (entry.done === 0 && this.#size + entry.bytes.length > room) {
      // A reader that is only slow is waited for, and with it everybody: the others' queues take what comes meanwhile.
      if (policy === 'block' && this.#fault?.isSlow && this.#size > 0 && this.#waitForProgress()) {
        continue
      }
      const lower = this.#newestBelow(entry.level)
      this.#drop(lower ?? entry)
      if (!lower) return
    }
    this.#size += entry.bytes.length
    this.#entries.push(entry)
    const peers = this.#byLevel.get(entry.level)
    if (peers) peers.push(entry)
    else this.#byLevel.set(entry.level, [entry])
  }

  // False if nothing moves for as long as one may wait.
  #waitForProgress(): boolean {
    if (this.#isStuck) return false
    const before = this.#size
    const deadline = monotonic() + this.#options.place.wait
    while (this.#size >= before) {
      if (monotonic() > deadline) {
        this.#isStuck = true
        return false
      }
      Atomics.wait(never, 0, 0, SLOW_RETRY)
      this.retry()
    }
    this.#options.place.moved()
    return true
  }

  #newestBelow(level: number): Entry | undefined {
    for (const each of [...this.#byLevel.keys()].sort((a, b) => a - b)) {
      if (each >= level) return undefined
      const peers = this.#byLevel.get(each) ?? []
      const newest = peers.at(-1)
      if (newest && !newest.isGone && newest.done === 0) {
        peers.pop()
        this.#size -= newest.bytes.length
        return newest
      }
    }
    return undefined
  }

  #drop(entry: Entry): void {
    forget(entry)
    this.#drops.add(entry.source, entry.level, 1)
    this.#options.place.dropped(entry.source, entry.level, 1)
  }

  // False if the system did not take all of it.
  #passChunk(): boolean {
    if (!this.check()) return false
    const chunk: Entry[] = []
    let size = 0
    for (let at = this.#first; at < this.#entries.length && size < CHUNK; at++) {
      const entry = this.#entries[at]
      if (!entry || entry.isGone) continue
      chunk.push(entry)
      size += entry.bytes.length - entry.done
    }
    let passed = this.#pass(Buffer.concat(chunk.map(({ bytes, done }) => bytes.subarray(done))))
    const isAll = passed === size
    for (const entry of chunk) {
      const done = Math.min(passed, entry.bytes.length - entry.done)
      passed -= done
      entry.done += done
      if (done > 0) this.#isStuck = false
      if (entry.done < entry.bytes.length) break
      this.#size -= entry.bytes.length
      forget(entry)
    }
    this.#cut()
    return isAll
  }

  // Drops what is done with in front, here and in the lists by level.
  #cut(): void {
    while (this.#entries[this.#first]?.isGone) this.#first++
    if (this.#first < CUT && this.#first < this.#entries.length) return
    this.#entries = this.#entries.slice(this.#first)
    this.#first = 0
    for (const [level, peers] of this.#byLevel) {
      const left = peers.filter((entry) => !entry.isGone)
      if (left.length > 0) this.#byLevel.set(level, left)
      else this.#byLevel.delete(level)
    }
  }

  // All is out again: a record says what has happened, unless it was only slow and nothing was dropped.
  #recover(): void {
    const fault = this.#fault
    if (!fault || (fault.isSlow && this.#drops.isEmpty)) {
      this.#reset()
      return
    }
    const { label } = this.#options
    const seconds = ((monotonic() - fault.since) / 1000).toFixed(1)
    const total = this.#drops.total
    const outcome = total > 0 ? `${total} records dropped` : 'nothing dropped'
    const message = `${label} could not be written for ${seconds} s, ${outcome}: ${fault.reason}`
    const report = createReport(message, total > 0 ? { dropped: this.#drops.read() } : {})
    this.#reset()
    this.write([report])
  }

  #reset(): void {
    this.#entries = []
    this.#first = 0
    this.#size = 0
    this.#byLevel.clear()
    this.#fault = undefined
    this.#isStuck = false
    this.#drops.clear()
  }
}

function forget(entry: Entry): void {
  entry.isGone = true
  entry.bytes = NOTHING
}

const NOTHING = new Uint8Array(0)
const never = new Int32Array(new SharedArrayBuffer(4))
