// QueueListener: takes records off all queues, puts them in order and gives them to the handlers. One for a tree.

import { readdirSync } from 'node:fs'
import { monotonic } from '../core/clock.js'
import { notice, reasonOf } from '../core/notice.js'
import { isAlive } from '../core/process.js'
import type { Delivery, Handler } from '../handlers/handler.js'
import { FileReader } from '../queue/file.js'
import { RingReader } from '../queue/ring.js'
import { listProducers, removeBefore } from '../queue/segment.js'
import { Merge } from './merge.js'
import { pidOf, type Source, threadOf } from './source.js'
import { type Position, readState, writeState } from './state.js'

const BATCH_RECORDS = 4096
const BATCH_BYTES = 2 ** 20
/** Milliseconds a queue file is looked into after its last record, without being rung for. */
const ATTENTION = 40
const ATTENTION_INTERVAL = 5
/** Milliseconds between two looks into the runtime directory while records come. */
const SCAN_INTERVAL = 5
/** Milliseconds between two notes of how far the queues have been read. */
const STATE_INTERVAL = 20
/** Milliseconds after which a pump under load lets the event loop have its turn. */
const TURN_LIMIT = 20

/** Slots of the counters, which the root's thread reads while the listener's writes. */
export const Count = { RECORDS: 0, BYTES: 1, DAMAGED: 2, FAILED: 3, SOURCES: 4, SIZE: 5 } as const

export interface ListenerOptions {
  /** Milliseconds within which records of different producers are put in order; 0: as they arrive. */
  readonly window: number
  readonly handlers: readonly Handler[]
  readonly counters: Float64Array
}

export class Listener {
  readonly #window: number
  readonly #handlers: Handler[]
  readonly #counters: Float64Array
  readonly #sources = new Map<string, Source>()
  readonly #merge = new Merge()
  #added = 0
  #damagedBefore = 0
  #directory: string | undefined
  #expectedAt = Number.POSITIVE_INFINITY
  #stall = { from: 0, until: 0 }
  #isDirty = false
  #rememberedAt = Number.NEGATIVE_INFINITY
  #resumed = new Map<string, Position>()
  #scannedAt = Number.NEGATIVE_INFINITY

  constructor({ window, handlers, counters }: ListenerOptions) {
    this.#window = window
    this.#handlers = [...handlers]
    this.#counters = counters
  }

  /** Takes over the reading end of a ring; the returned function says that its writer has ended. */
  addRing(memory: ArrayBufferLike): () => void {
    const source = this.#add(`ring-${this.#added}`, new RingReader(memory))
    return () => {
      source.gone = true
    }
  }

  /** Adds a handler; returns what removes it. */
  addHandler(handler: Handler): () => void {
    this.#handlers.push(handler)
    return () => {
      const index = this.#handlers.indexOf(handler)
      if (index >= 0) this.#handlers.splice(index, 1)
    }
  }

  /** From now on also serves the queue files of a directory, from where a listener before has left off. */
  watch(directory: string): void {
    this.#directory = directory
    this.#resumed = new Map(Object.entries(readState(directory).positions))
    // Before anything is written: the first batch, too, has a mark that it stands behind.
    this.#isDirty = true
    this.#remember()
  }

  /** Finds queue files of producers not known yet. */
  scan(): void {
    if (this.#directory === undefined) return
    try {
      for (const [producer, first] of listProducers(this.#directory)) {
        if (!this.#sources.has(producer)) this.#addFile(this.#directory, producer, first)
      }
    } catch {
      // The directory was taken away: what is open is still read.
    }
  }

  /** A producer has rung. */
  rung(producer: string): void {
    const source = this.#sources.get(producer)
    if (source) source.activeAt = monotonic()
    else this.scan()
  }

  /** A producer's connection has ended. A process is believed dead only when it is. */
  left(producer: string): void {
    const source = this.#sources.get(producer)
    if (source && (threadOf(producer) !== 0 || !isAlive(pidOf(producer)))) source.gone = true
  }

  /** Marks the producers whose process has ended, and helps readers past segments whose end was lost. */
  reap(): void {
    for (const source of this.#sources.values()) {
      if (!source.file || source.gone) continue
      if (isAlive(pidOf(source.id))) source.file.advance(false)
      else source.gone = true
    }
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
   * `moved` is called after each batch.
   */
  pumpUntil(due: number, moved?: () => void): void {
    do {
      this.#lookAround()
      while (this.#deliver(this.#collect(due, false))) {
        moved?.()
        this.#lookAround()
      }
    } while (this.#dismiss())
  }

  /** Milliseconds to wait for records that others than the root may be about to put into their queues. */
  patience(): number {
    for (const source of this.#sources.values())
      if (source.order > 0 && !source.gone) return this.#window
    return 0
  }

  /** Waits until the handlers have passed on what they were given. */
  async flush(): Promise<void> {
    for (const handler of this.#handlers) await this.#guard(handler, () => handler.flush?.())
  }

  async close(): Promise<void> {
    this.#remember()
    await this.flush()
    for (const handler of this.#handlers) await this.#guard(handler, () => handler.close?.())
    for (const { reader } of this.#sources.values()) reader.close()
  }

  /** Whether living producers may still write to queue files. This process is at its end and no longer one of them. */
  hasLiving(): boolean {
    if (this.#directory === undefined) return false
    this.reap()
    for (const source of this.#sources.values()) {
      if (source.file && pidOf(source.id) === process.pid) source.gone = true
    }
    this.#dismiss()
    try {
      return readdirSync(this.#directory).some((file) => file.endsWith('.q'))
    } catch {
      return false
    }
  }

  #add(id: string, reader: RingReader | FileReader): Source {
    const file = reader instanceof FileReader ? { file: reader } : {}
    const order = this.#added++
    const source: Source = { id, reader, order, ...file, gone: false, activeAt: monotonic() }
    this.#sources.set(id, source)
    this.#counters[Count.SOURCES] = this.#sources.size
    return source
  }

  #addFile(directory: string, producer: string, first: number): void {
    const position = this.#resumed.get(producer) ?? [first, 0]
    this.#resumed.delete(producer)
    if (position[0] > first) removeBefore(directory, producer, position[0])
    this.#add(producer, new FileReader(directory, producer, position))
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
    this.scan()
  }

  // Frames in order, as far as they are due, or, if `eager`, as no other producer can have an older one. What is due was
  // settled before the queues are looked into, so that none is passed over for being looked into first.
  #collect(due: number, eager: boolean): Delivery[] {
    const batch: Delivery[] = []
    const now = monotonic()
    this.#merge.load(this.#sources.values())
    let bytes = 0
    while (batch.length < BATCH_RECORDS && bytes < BATCH_BYTES) {
      const head = this.#merge.first
      if (!head) break
      if (head.frame.time > due && !(eager && this.#merge.ready === this.#sources.size)) break
      head.source.activeAt = now
      batch.push(head.frame)
      bytes += head.frame.end - head.frame.start
      this.#merge.shift()
    }
    return batch
  }

  #deliver(batch: readonly Delivery[]): boolean {
    for (const handler of this.#handlers) {
      const wanted = handler.accepts ? batch.filter((frame) => handler.accepts?.(frame)) : batch
      if (wanted.length > 0) void this.#guard(handler, () => handler.write(wanted))
    }
    let bytes = 0
    for (const frame of batch) bytes += frame.end - frame.start
    this.#count(Count.RECORDS, batch.length)
    this.#count(Count.BYTES, bytes)
    if (batch.length > 0) this.#isDirty = true
    this.#rememberInTime()
    for (const { reader } of this.#sources.values()) reader.release()
    return batch.length > 0
  }

  // Often enough that a successor compares few records, and always before a segment goes.
  #rememberInTime(): void {
    const isLate = monotonic() - this.#rememberedAt >= STATE_INTERVAL
    const isPressing = [...this.#sources.values()].some(({ file }) => file?.hasFinished())
    if (isLate || isPressing) this.#remember()
  }

  #remember(): void {
    if (this.#directory === undefined || !this.#isDirty) return
    this.#isDirty = false
    this.#rememberedAt = monotonic()
    const positions: Record<string, Position> = Object.fromEntries(this.#resumed)
    for (const { id, file } of this.#sources.values()) if (file) positions[id] = file.position()
    const marks = this.#handlers.flatMap((handler) => (handler.mark ? [handler.mark()] : []))
    try {
      writeState(this.#directory, { positions, marks })
    } catch (error) {
      notice(
        'LOGSHARE_WARN_LISTENER',
        `a successor would not know where to go on: ${reasonOf(error)}`,
      )
    }
  }

  // Producers that have ended and left nothing unread. True if one has left more behind what it did not finish.
  #dismiss(): boolean {
    let damaged = 0
    let more = false
    for (const source of this.#sources.values()) {
      if (source.gone && !source.reader.peek() && goesOn(source.file)) more = true
      if (!source.gone || source.reader.peek()) {
        damaged += source.reader.damaged
        continue
      }
      if (source.file) source.file.remove()
      else source.reader.close()
      this.#damagedBefore += source.reader.damaged
      this.#sources.delete(source.id)
    }
    this.#counters[Count.DAMAGED] = this.#damagedBefore + damaged
    this.#counters[Count.SOURCES] = this.#sources.size
    return more
  }

  #restTime(): number {
    const rest = this.#nextLook()
    if (rest === Number.POSITIVE_INFINITY) this.#remember()
    return rest
  }

  #nextLook(): number {
    let rest = Number.POSITIVE_INFINITY
    const now = monotonic()
    for (const { reader, file, activeAt } of this.#sources.values()) {
      const frame = reader.peek()
      if (frame) rest = Math.min(rest, Math.max(1, frame.time + this.#window - now))
      else if (file && now - activeAt < ATTENTION) rest = Math.min(rest, ATTENTION_INTERVAL)
    }
    return rest
  }

  // One handler's failure is its own.
  async #guard(handler: Handler, act: () => unknown): Promise<void> {
    try {
      await act()
    } catch (error) {
      this.#count(Count.FAILED, 1)
      notice('LOGSHARE_WARN_HANDLER', `handler ${handler.label} failed: ${reasonOf(error)}`)
    }
  }

  #count(slot: number, by: number): void {
    this.#counters[slot] = (this.#counters[slot] ?? 0) + by
  }
}

// What stands behind bytes that will never be a record is one all the same.
function goesOn(file: FileReader | undefined): boolean {
  while (file?.advance(true)) if (file.peek()) return true
  return false
}
