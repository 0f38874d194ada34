// QueueListener: takes records off all queues, puts them in order and gives them to the handlers. One for a tree.

import { monotonic } from '../core/clock.js'
import { notice, reasonOf } from '../core/notice.js'
import { Drops, type Tally } from '../core/tally.js'
import { type Delivery, type Handler, splitExtra } from '../handlers/handler.js'
import { Kind } from '../queue/frame.js'
import { count } from './census.js'
import { Fanout } from './fanout.js'
import { Merge } from './merge.js'
import { answer, isAsked } from './request.js'
import { isOfAnotherBoot } from './source.js'
import { Sources } from './sources.js'
import { type Positions, readState, type State, writeState } from './state.js'
import { Count } from './stats.js'

const BATCH_RECORDS = 4096
const BATCH_BYTES = 2 ** 20
/** Share of what a handler may keep that one batch is at most. */
const BATCH_SHARE = 1 / 4
/** Milliseconds between two looks into the runtime directory while records come. */
const SCAN_INTERVAL = 5
/** Milliseconds between two notes of how far the queues have been read. */
const STATE_INTERVAL = 20
/** Milliseconds between two looks into the queues while a handler waits for something: nobody rings then. */
const RETRY_INTERVAL = 20
/** Milliseconds after which a pump under load lets the event loop have its turn. */
const TURN_LIMIT = 20

export interface ListenerOptions {
  /** Milliseconds within which records of different producers are put in order; 0: as they arrive. */
  readonly window: number
  /** Milliseconds a flush waits at most for a handler that cannot write. */
  readonly wait: number
  /** Bytes a handler may keep. */
  readonly limit: number
  readonly handlers: readonly Handler[]
  readonly counters: Float64Array
  /** Told, from time to time, what producers have dropped for want of room. */
  readonly dropped: (tally: Tally) => void
}

interface Checkpoint {
  readonly state: State
  readonly hasArrived: () => boolean
}

export class Listener {
  readonly sources: Sources = new Sources()
  readonly #options: ListenerOptions
  readonly #window: number
  readonly #batch: number
  readonly #fanout: Fanout
  readonly #merge = new Merge()
  readonly #drops = new Drops()
  #reports: Delivery[] = []
  #directory: string | undefined
  #expectedAt = Number.POSITIVE_INFINITY
  #stall = { from: 0, until: 0 }
  #isDirty = false
  #checkpoint: Checkpoint | undefined
  /** How far the state goes. */
  #saved: Positions = {}
  #rememberedAt = Number.NEGATIVE_INFINITY
  #scannedAt = Number.NEGATIVE_INFINITY

  constructor(options: ListenerOptions) {
    this.#options = options
    this.#window = options.window
    this.#batch = Math.min(BATCH_BYTES, options.limit * BATCH_SHARE)
    this.#fanout = new Fanout(options.handlers, options.wait, () => this.#count(Count.FAILED, 1))
  }

  /** Adds a handler; returns what removes it. */
  addHandler(handler: Handler): () => void {
    return this.#fanout.add(handler)
  }

  /** From now on also serves the queue files of a directory, from where a listener before has left off. */
  watch(directory: string): void {
    this.#directory = directory
    this.sources.watch(directory, readState(directory).positions)
    // Before anything is written: the first batch, too, has a mark that it stands behind.
    this.#isDirty = true
    this.#remember()
  }

  /**
   * Gives the handlers what is older than the window. Returns the milliseconds after which to call again without
   * being rung for; Infinity: not before a ring.
   */
  pump(): number {
    const start = monotonic()
    const until = start + TURN_LIMIT
    if (start - this.#expectedAt > this.#window / 2)
      this.#stall = { from: this.#expectedAt, until: start + this.#window }
    do {
      if (this.isFull()) break
      const due = this.#horizon()
      this.#lookAround()
      if (!this.#deliver(this.#collect(due, true))) break
    } while (monotonic() < until)
    this.#dismiss()
    const rest = this.#restTime()
    this.#expectedAt = monotonic() + rest
    return rest
  }

  /**
   * Gives the handlers all that is not younger than a monotonic time, however much living producers write meanwhile.
   * Returns as `pump` does, for handlers alone.
   */
  pumpUntil(due: number): number {
    while (this.pumpBatch(due)) {}
    return this.#retry()
  }

  /** The same for one batch; whether there may be more. */
  pumpBatch(due: number): boolean {
    this.#lookAround()
    return this.#deliver(this.#collect(due, false)) || this.#dismiss()
  }

  /** Whether a handler has all it may keep for now, and records are better left in their queues. */
  isFull(): boolean {
    return this.#fanout.isFull()
  }

  /** Milliseconds to wait for records that others than the root may be about to put into their queues. */
  pending(): number {
    return this.sources.hasOthers() ? this.#window : 0
  }

  /** Passes on what waits in handlers for as long as that gets on; the rest is given up. */
  drain(): void {
    this.#fanout.drain()
    this.#retry()
    this.#remember()
  }

  /** Finds producers that cannot ring, and what it is asked to do by others than its root. */
  look(): void {
    this.sources.scan()
    if (this.#directory === undefined || !isAsked(this.#directory)) return
    const directory = this.#directory
    void this.flush().then(() => answer(directory))
  }

  /** Has a record of the listener's own written with the next ones. */
  announce(report: Delivery): void {
    this.#reports.push(report)
  }

  /** Waits until the handlers have passed on what they were given. */
  flush(): Promise<void> {
    return this.#fanout.flush()
  }

  async close(): Promise<void> {
    this.drain()
    await this.#fanout.close()
    this.#remember()
    this.sources.close()
  }

  // What kept this thread from its turn (a machine that is too busy, a container out of its share) has kept producers
  // from writing what they have taken the time for: they get a window to catch up.
  #horizon(): number {
    const now = monotonic()
    const horizon = now - this.#window
    return now < this.#stall.until ? Math.min(horizon, this.#stall.from - this.#window) : horizon
  }

  // A new producer's first record is as old as the others': its queue must be known before they are passed on.
  #lookAround(): void {
    const now = monotonic()
    if (now - this.#scannedAt < Math.min(SCAN_INTERVAL, this.#window / 2)) return
    this.#scannedAt = now
    this.look()
  }

  // Frames in order, as far as they are due, or, if `eager`, as no other producer can have an older one. What is due was
  // settled before the queues are looked into, so that none is passed over for being looked into first.
  #collect(due: number, eager: boolean): Delivery[] {
    const batch: Delivery[] = []
    const now = monotonic()
    this.#merge.load(this.sources.values())
    let bytes = 0
    while (batch.length < BATCH_RECORDS && bytes < this.#batch) {
      const head = this.#merge.first
      if (!head) break
      const isDue = head.frame.time <= due || isOfAnotherBoot(head.frame, now)
      if (!isDue && !(eager && this.#merge.ready === this.sources.size)) break
      head.source.activeAt = now
      count(head.source, head.frame)
      if (head.frame.kind === Kind.REPORT) this.#heed(head.frame)
      batch.push(splitExtra(head.frame))
      bytes += head.frame.end - head.frame.start
      this.#merge.shift()
    }
    return batch
  }

  // What a producer says it has dropped.
  #heed({ buffer, start, end }: Delivery): void {
    try {
      this.#drops.merge(JSON.parse(buffer.toString('utf8', start, end)).dropped)
    } catch {
      // Damage: it is written as it is.
    }
  }

  #deliver(batch: readonly Delivery[]): boolean {
    if (batch.length > 0) {
      this.#fanout.write(batch)
      this.#isDirty = true
      let bytes = 0
      for (const frame of batch) bytes += frame.end - frame.start
      this.#count(Count.RECORDS, batch.length)
      this.#count(Count.BYTES, bytes)
    }
    // In this order: whoever reads the state finds a mark that stands behind nothing that could come again.
    this.sources.release()
    this.#rememberInTime()
    return batch.length > 0
  }

  // Often enough that a successor compares few records, and always before a segment goes.
  #rememberInTime(): void {
    const isCheap = this.#directory === undefined
    const isLate = isCheap || monotonic() - this.#rememberedAt >= STATE_INTERVAL
    if (isLate || this.sources.hasFinished()) this.#remember()
  }

  // Not while a handler keeps what it was given in memory: a successor would start behind it. The segments stay as long.
  #remember(): void {
    if (this.#fanout.blocksCheckpoint()) return
    if (this.#directory === undefined) {
      this.#settleMarks()
      return
    }
    const isBehind = this.#isDirty || this.sources.hasFinished()
    if (isBehind && !this.#checkpoint) this.#checkpoint = this.#takeCheckpoint()
    if (!this.#checkpoint?.hasArrived()) return
    const { state } = this.#checkpoint
    this.#checkpoint = undefined
    this.#writeState(this.#directory, state)
    this.#saved = state.positions
    this.sources.discard(state.positions)
  }

  // Without a runtime directory there is no state, for nobody could read it: what was handed on is done with.
  #settleMarks(): void {
    if (!this.#isDirty) return
    this.#isDirty = false
    this.#rememberedAt = monotonic()
    this.#fanout.marks()
    this.#fanout.checkpointSaved()
  }

  // What a successor starts with, once all that was written before has arrived where it is going.
  #takeCheckpoint(): Checkpoint {
    this.#isDirty = false
    const state = { positions: this.sources.positions(), marks: this.#fanout.marks() }
    return { state, hasArrived: this.#fanout.acknowledgement() }
  }

  #writeState(directory: string, state: State): void {
    this.#rememberedAt = monotonic()
    try {
      writeState(directory, state)
      this.#fanout.checkpointSaved()
    } catch (error) {
      const reason = `a successor would not know where to go on: ${reasonOf(error)}`
      notice('LOGSHARE_WARN_LISTENER', reason, 'state')
    }
  }

  // True if a producer has left more behind what it did not finish.
  #dismiss(): boolean {
    const covered = this.#fanout.acknowledgement()() ? undefined : this.#saved
    const more = !this.#fanout.blocksCheckpoint() && this.sources.dismiss(covered)
    this.#set(Count.DAMAGED, this.sources.damaged)
    this.#set(Count.SOURCES, this.sources.size)
    return more
  }

  #restTime(): number {
    const rest = this.sources.restTime(this.#window)
    if (rest === Number.POSITIVE_INFINITY) this.#remember()
    return Math.min(rest, this.#retry(), this.#fanout.waiting() > 0 ? RETRY_INTERVAL : rest)
  }

  #retry(): number {
    if (this.#reports.length > 0) this.#fanout.write(this.#reports.splice(0))
    const rest = this.#fanout.retry()
    this.#set(Count.WAITING, this.#fanout.waiting())
    if (!this.#drops.isEmpty) {
      this.#options.dropped(this.#drops.read())
      this.#drops.clear()
    }
    return rest
  }

  #set(slot: number, value: number): void {
    this.#options.counters[slot] = value
  }

  #count(slot: number, by: number): void {
    this.#set(slot, (this.#options.counters[slot] ?? 0) + by)
  }
}
