// Sources: all queues that the listener reads, from the discovery of a producer until its queue is read to the end.

import { readdirSync } from 'node:fs'
import { monotonic } from '../core/clock.js'
import { MAX_RING_INTERVAL, MIN_RING_INTERVAL, ringInterval } from '../queue/doorbell.js'
import { FileReader } from '../queue/reader.js'
import { RingReader } from '../queue/ring.js'
import { listProducers, removeBefore } from '../queue/segment.js'
import type { Position, Positions } from './checkpoint.js'
import { isOfAnotherBoot, isOwn, isProducerAlive, type Source, threadOf } from './source.js'

/**
 * Milliseconds after its last record during which a queue file is polled: its producer need not ring. The interval is the
 * window, as no record is due earlier, within these limits; without a window it grows, as the producer rings soon.
 */
const POLL_TIME = MAX_RING_INTERVAL + 40
const MIN_POLL_INTERVAL = MIN_RING_INTERVAL
const MAX_POLL_INTERVAL = 20

export class Sources {
  readonly #sources = new Map<string, Source>()
  #added = 0
  #damagedBefore = 0
  #directory: string | undefined
  #resumed = new Map<string, Position>()
  // Producers that were dead when the directory was first looked at.
  #left = new Set<string>()

  get size(): number {
    return this.#sources.size
  }

  /** The queue of a producer in the runtime directory. */
  find(producer: string): Source | undefined {
    return this.#sources.get(producer)
  }

  values(): Iterable<Source> {
    return this.#sources.values()
  }

  /** Those that an earlier application has not left behind. */
  *current(): Iterable<Source> {
    for (const source of this.#sources.values()) if (!source.isLeft) yield source
  }

  /** Whether there are records that an earlier application has left behind. */
  hasLeft(): boolean {
    for (const { isLeft, reader } of this.#sources.values())
      if (isLeft && reader.peek()) return true
    return false
  }

  /** How often bytes were skipped because they were no frame. */
  get damaged(): number {
    let damaged = this.#damagedBefore
    for (const { reader } of this.#sources.values()) damaged += reader.damaged
    return damaged
  }

  /**
   * Reads a ring from now on. The returned function must be called when its writer has ended; `removed` is called when
   * the ring was then read to its end.
   */
  addRing(memory: ArrayBufferLike, removed?: () => void): () => void {
    const source = this.#add(`ring-${this.#added}`, new RingReader(memory), removed)
    return () => {
      source.hasEnded = true
    }
  }

  /** Also reads the queue files of a directory from now on, starting at these positions. */
  watch(directory: string, positions: Positions): void {
    this.#directory = directory
    this.#resumed = new Map(Object.entries(positions))
    try {
      const producers = [...listProducers(directory).keys()]
      this.#left = new Set(producers.filter((producer) => !isProducerAlive(directory, producer)))
    } catch {
      // The directory was removed.
    }
  }

  /** Finds queue files of new producers. */
  scan(): void {
    if (this.#directory === undefined) return
    try {
      for (const [producer, first] of listProducers(this.#directory)) {
        if (!this.#sources.has(producer)) this.#addFile(this.#directory, producer, first)
      }
    } catch {
      // The directory was removed: open files are still read.
    }
  }

  /** Called when a producer has rung the doorbell. */
  rang(producer: string): void {
    const source = this.#sources.get(producer)
    if (source) {
      source.activeAt = monotonic()
      source.isConnected = true
    } else this.scan()
  }

  /** Called when a producer's doorbell connection closed. A process's main thread has ended only if the process has. */
  disconnected(producer: string): void {
    const source = this.#sources.get(producer)
    if (!source) return
    source.isConnected = false
    if (threadOf(producer) !== 0) source.hasEnded = true
    // Others may have ended before: a connection closes while its process is still exiting.
    else if (!this.#isAlive(source)) this.#detectEnded((each) => !each.isConnected)
  }

  /** Marks producers whose process has ended, and moves readers past segments that lack an end frame. */
  detectEnded(): void {
    this.#detectEnded(() => true)
  }

  /**
   * The same, but the end of those that are connected is left to the doorbell, which hears it: to ask for 64 producers
   * four times a second takes 11 ms of CPU a second.
   */
  detectUnheard(): void {
    for (const { file, hasEnded, isConnected } of this.#sources.values())
      if (isConnected && !hasEnded) file?.advance(false)
    this.#detectEnded((each) => !each.isConnected)
  }

  // To ask for all at the end of each would take 64 producers 4096 questions, of three system calls each.
  #detectEnded(mayHaveEnded: (source: Source) => boolean): void {
    for (const source of this.#sources.values()) {
      if (!source.file || source.hasEnded || !mayHaveEnded(source)) continue
      if (this.#isAlive(source)) source.file.advance(false)
      else source.hasEnded = true
    }
  }

  /** How far each queue file has been read, for the checkpoint. */
  positions(): Positions {
    const positions: Record<string, Position> = Object.fromEntries(this.#resumed)
    for (const { id, file } of this.#sources.values()) if (file) positions[id] = file.position()
    return positions
  }

  /** Whether producers other than the root's main thread are alive. */
  hasOthers(): boolean {
    for (const source of this.#sources.values()) {
      if (source.order > 0 && !source.hasEnded) return true
    }
    return false
  }

  /**
   * Whether live producers may still write to queue files. Called at process exit: this process counts as ended. With
   * `positions`, queue files are removed only if they are read exactly up to there.
   */
  hasLivingProducers(positions?: Positions): boolean {
    if (this.#directory === undefined) return false
    this.detectEnded()
    for (const source of this.#sources.values()) {
      if (source.file && isOwn(source.id)) source.hasEnded = true
    }
    this.removeEnded(positions)
    try {
      return readdirSync(this.#directory).some((file) => file.endsWith('.q'))
    } catch {
      return false
    }
  }

  /** Whether so many segments of one queue were read to their end and can be removed after the next checkpoint. */
  hasFinishedSegments(count = 1): boolean {
    for (const { file } of this.#sources.values()) if (file && file.finished >= count) return true
    return false
  }

  /** Frees the bytes of all frames read so far for their writers. */
  release(): void {
    for (const { reader } of this.#sources.values()) reader.release()
  }

  /** Removes segments that were read to their end and lie before these positions. */
  removeSegments(positions: Positions): void {
    for (const { id, file } of this.#sources.values()) file?.discard(positions[id]?.[0] ?? 0)
  }

  /**
   * Removes producers that have ended and whose queues are read to the end. With `positions`, queue files are removed
   * only if they are read exactly up to there. Returns true if a queue has more records after damaged bytes.
   */
  removeEnded(positions?: Positions): boolean {
    let more = false
    for (const source of this.#sources.values()) {
      if (!source.hasEnded || source.reader.peek()) continue
      if (positions && source.file && !isAt(source.file, positions[source.id])) continue
      if (hasMoreAfterDamage(source.file)) {
        more = true
        continue
      }
      if (source.file) source.file.remove()
      else source.reader.close()
      this.#damagedBefore += source.reader.damaged
      this.#sources.delete(source.id)
      source.removed?.()
    }
    return more
  }

  /** Milliseconds until one of these has a record that is due, or has to be polled again; Infinity if there is none. */
  delay(window: number, sources: Iterable<Source>): number {
    let delay = Number.POSITIVE_INFINITY
    const now = monotonic()
    const polled = Math.min(Math.max(window, MIN_POLL_INTERVAL), MAX_POLL_INTERVAL)
    const rings = ringInterval(window)
    const due = (time: number): number => Math.max(1, time + window - now)
    for (const { reader, file, activeAt } of sources) {
      const frame = file ? file.seen : reader.peek()
      const age = now - activeAt
      if (frame) delay = Math.min(delay, isOfAnotherBoot(frame, now) ? 1 : due(frame.time))
      else if (file && age < POLL_TIME)
        delay = Math.min(delay, age < rings ? polled : Math.max(polled, age))
    }
    return delay
  }

  close(): void {
    for (const { reader } of this.#sources.values()) reader.close()
  }

  #isAlive({ id, isConnected }: Source): boolean {
    return isProducerAlive(this.#directory ?? '', id, isConnected)
  }

  #add(id: string, reader: RingReader | FileReader, removed?: () => void): Source {
    const isLeft = this.#left.has(id)
    const file =
      reader instanceof FileReader ? { file: reader, isLeft } : { ...(removed && { removed }) }
    const order = this.#added++
    const source: Source = {
      id,
      reader,
      order,
      ...file,
      hasEnded: false,
      activeAt: monotonic(),
      records: 0,
      bytes: 0,
    }
    this.#sources.set(id, source)
    return source
  }

  #addFile(directory: string, producer: string, first: number): void {
    const position = this.#resumed.get(producer) ?? [first, 0]
    this.#resumed.delete(producer)
    if (position[0] > first) removeBefore(directory, producer, position[0])
    this.#isAlive(this.#add(producer, new FileReader(directory, producer, position))) // seen while it lives
  }
}

function isAt(file: FileReader, position: Position | undefined): boolean {
  const [segment, offset] = file.position()
  return position?.[0] === segment && position[1] === offset
}

// Skips damaged bytes at the end of an ended producer's queue: valid records may follow.
function hasMoreAfterDamage(file: FileReader | undefined): boolean {
  while (file?.advance(true)) if (file.peek()) return true
  return false
}
