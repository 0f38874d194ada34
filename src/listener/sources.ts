// Sources: the queues a listener serves, from the moment their producers are found to the moment nothing is left of them.

import { readdirSync } from 'node:fs'
import { monotonic } from '../core/clock.js'
import { isAlive } from '../core/process.js'
import { FileReader } from '../queue/reader.js'
import { RingReader } from '../queue/ring.js'
import { listProducers, removeBefore } from '../queue/segment.js'
import { isOfAnotherBoot, pidOf, type Source, threadOf } from './source.js'
import type { Position, Positions } from './state.js'

/** Milliseconds a queue file is looked into after its last record, without being rung for. */
const ATTENTION = 40
const ATTENTION_INTERVAL = 5

export class Sources {
  readonly #sources = new Map<string, Source>()
  #added = 0
  #damagedBefore = 0
  #directory: string | undefined
  #resumed = new Map<string, Position>()

  get size(): number {
    return this.#sources.size
  }

  values(): Iterable<Source> {
    return this.#sources.values()
  }

  /** Times that bytes were skipped because they were no frames. */
  get damaged(): number {
    let damaged = this.#damagedBefore
    for (const { reader } of this.#sources.values()) damaged += reader.damaged
    return damaged
  }

  /**
   * Takes over the reading end of a ring; the returned function says that its writer has ended. `dismissed` is called when
   * it was read to its end, too.
   */
  addRing(memory: ArrayBufferLike, dismissed?: () => void): () => void {
    const source = this.#add(`ring-${this.#added}`, new RingReader(memory), dismissed)
    return () => {
      source.gone = true
    }
  }

  /** From now on also serves the queue files of a directory, from the positions given. */
  watch(directory: string, positions: Positions): void {
    this.#directory = directory
    this.#resumed = new Map(Object.entries(positions))
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

  /** How far each queue file has been read, for a successor. */
  positions(): Positions {
    const positions: Record<string, Position> = Object.fromEntries(this.#resumed)
    for (const { id, file } of this.#sources.values()) if (file) positions[id] = file.position()
    return positions
  }

  /** Whether producers other than the first live. */
  hasOthers(): boolean {
    for (const source of this.#sources.values()) if (source.order > 0 && !source.gone) return true
    return false
  }

  /** Whether living producers may still write to queue files. This process is at its end and no longer one of them. */
  hasLiving(): boolean {
    if (this.#directory === undefined) return false
    this.reap()
    for (const source of this.#sources.values()) {
      if (source.file && pidOf(source.id) === process.pid) source.gone = true
    }
    this.dismiss()
    try {
      return readdirSync(this.#directory).some((file) => file.endsWith('.q'))
    } catch {
      return false
    }
  }

  /** Whether segments wait to be removed. */
  hasFinished(): boolean {
    for (const { file } of this.#sources.values()) if (file?.hasFinished()) return true
    return false
  }

  /** Gives the bytes of all frames stepped over back to their writers. */
  release(): void {
    for (const { reader } of this.#sources.values()) reader.release()
  }

  /** Removes the segments that were read to their end and that lie before these positions. */
  discard(positions: Positions): void {
    for (const { id, file } of this.#sources.values()) file?.discard(positions[id]?.[0] ?? 0)
  }

  /**
   * Removes the producers that have ended and left nothing unread, files only if nothing lies behind `positions`, where
   * given. True if one has left more behind what is torn.
   */
  dismiss(positions?: Positions): boolean {
    let more = false
    for (const source of this.#sources.values()) {
      if (!source.gone || source.reader.peek()) continue
      if (positions && source.file && !isAt(source.file, positions[source.id])) continue
      if (goesOn(source.file)) {
        more = true
        continue
      }
      if (source.file) source.file.remove()
      else source.reader.close()
      this.#damagedBefore += source.reader.damaged
      this.#sources.delete(source.id)
      source.dismissed?.()
    }
    return more
  }

  /** Milliseconds until a queue has something that is due, or is to be looked into again; Infinity: none. */
  restTime(window: number): number {
    let rest = Number.POSITIVE_INFINITY
    const now = monotonic()
    const due = (time: number): number => Math.max(1, time + window - now)
    for (const { reader, file, activeAt } of this.#sources.values()) {
      const frame = reader.peek()
      if (frame) rest = Math.min(rest, isOfAnotherBoot(frame, now) ? 1 : due(frame.time))
      else if (file && now - activeAt < ATTENTION) rest = Math.min(rest, ATTENTION_INTERVAL)
    }
    return rest
  }

  close(): void {
    for (const { reader } of this.#sources.values()) reader.close()
  }

  #add(id: string, reader: RingReader | FileReader, dismissed?: () => void): Source {
    const file =
      reader instanceof FileReader ? { file: reader } : { ...(dismissed && { dismissed }) }
    const order = this.#added++
    const source: Source = {
      id,
      reader,
      order,
      ...file,
      gone: false,
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
    this.#add(producer, new FileReader(directory, producer, position))
  }
}

function isAt(file: FileReader, position: Position | undefined): boolean {
  const [segment, offset] = file.position()
  return position?.[0] === segment && position[1] === offset
}

// What stands behind bytes that will never be a record is one all the same.
function goesOn(file: FileReader | undefined): boolean {
  while (file?.advance(true)) if (file.peek()) return true
  return false
}
