// Writer: the producer's end of a FileQueue, which writes segments one after the other.
//
// Invariant: one writer per producer's name. It creates the next segment before it ends the last one, so a reader that
// finds an END frame also finds the segment behind it. A busy producer on Linux continues in mapped segments.

import { isMainThread } from 'node:worker_threads'
import { monotonic } from '../core/clock.js'
import { notice, reasonOf } from '../core/notice.js'
import { removeFile } from '../core/remove.js'
import { EXTENT_FRAME } from './extent.js'
import { type FrameHead, frameBound, HEADER, Kind } from './frame.js'
import type { MappedSegment } from './mapped.js'
import { PlainSegment } from './plain.js'
import type { Pool } from './pool.js'
import { isVital, type QueuePolicy, type QueueWriter } from './queue.js'
import { Room } from './room.js'
import { HELLO, type Segment, segmentPath } from './segment.js'

/** Size in bytes of a plain segment while a mapped one may follow. */
const FIRST_SIZE = 256 * 1024
/** A producer that fills a segment in less than this (ms) is busy: its next segment is mapped. */
const BUSY = 10_000
/** Bytes. From 2 MiB on Linux maps in pieces larger than a page: with 1 MiB a record costs up to 1 µs more. */
const MAPPED_SIZE = 2 ** 21
/** Error codes of a full disk. A reader makes room by removing the segments it has read. */
const FULL = new Set(['ENOSPC', 'EDQUOT'])

export interface FileQueueOptions {
  /** The runtime directory. */
  readonly directory: string
  /** The producer's name, created by `producerId`. */
  readonly producer: string
  /** JSON of the producer's origin: the payload of the HELLO frame of each segment. */
  readonly hello: string
  /** Called after each written record with its monotonic time. */
  readonly wrote?: (time: number) => void
  /**
   * What to do when the reader is behind by `limit` bytes, or the disk is full. Default: no limit; drop on a full disk.
   */
  readonly policy?: QueuePolicy
  /** The order window in milliseconds. With it, a busy writer waits for a reader that is behind (pace.ts). */
  readonly window?: number
  /** Bytes from which a segment counts as full. Default: derived from the policy's limit. */
  readonly segmentSize?: number
  /**
   * Whether segments may be mapped. Default: on the main thread, and in a thread that has `maps`, as a terminated one would
   * leak its mappings otherwise.
   */
  readonly mayMap?: boolean
  /** In a thread: what is mapped in its process (maps.ts). */
  readonly maps?: SharedArrayBuffer | undefined
}

export class FileWriter implements QueueWriter {
  readonly takesDrafts = true
  readonly #options: FileQueueOptions
  readonly #room: Room
  readonly #segmentSize: number
  #segment: Segment | undefined
  /** Set from the first mapped segment on. */
  #pool: Pool | undefined
  #number = 0
  #startedAt = 0
  #mayMap: boolean

  constructor(options: FileQueueOptions) {
    this.#options = options
    this.#room = new Room(options)
    this.#segmentSize = options.segmentSize ?? this.#room.segmentSize
    this.#mayMap = options.mayMap ?? (isMainThread || options.maps !== undefined)
  }

  write(head: FrameHead, text: string, vital: boolean = isVital(head)): boolean {
    const { draft } = head
    if (!draft) return this.#write(head, text, vital)
    const isWritten = this.#writeMapped(head, draft.length, vital)
    return isWritten ?? this.#write({ ...head, draft: undefined }, draft.toString(), vital)
  }

  // A draft, into the mapped segment, if there is one that has room for it; undefined otherwise.
  #writeMapped(head: FrameHead, length: number, vital: boolean): boolean | undefined {
    const segment = this.#segment
    if (!segment || !isMapped(segment) || !segment.hasRoomFor(length)) return undefined
    if (!this.#room.reserve(segment.size, length, vital)) return false
    segment.append(head, '')
    this.#options.wrote?.(head.time)
    return true
  }

  #write(head: FrameHead, text: string, vital: boolean): boolean {
    this.#rollIfFull(text) // before `reserve`: the reader frees full segments only
    const written = this.#segment?.size ?? 0
    // The last report of what was dropped may go beyond the limit: nobody else can tell.
    const isLast = vital && head.kind === Kind.REPORT
    const hasRoom = isLast || this.#room.reserve(written, text.length, vital)
    const isWritten = hasRoom && this.#put(head, text)
    if (isWritten) this.#options.wrote?.(head.time)
    return isWritten
  }

  /** Creates the queue before its first record, so that the listener and its successors know the producer. Never throws. */
  begin(): void {
    try {
      this.#segment ??= this.#start('')
    } catch {
      // The first record tries again.
    }
  }

  close(): void {
    this.#pool?.close()
    if (!this.#segment) return
    this.#segment.close()
    this.#segment = undefined
    this.#number++
  }

  #put(head: FrameHead, text: string): boolean {
    try {
      this.#append(head, text)
      return true
    } catch (error) {
      const reason = reasonOf(error)
      const isFull = FULL.has((error as NodeJS.ErrnoException).code ?? '')
      if (isFull && this.#room.waitUntil(() => this.#retry(head, text))) return true
      notice(
        'LOGSHARE_WARN_QUEUE',
        `cannot write to the queue, records are dropped: ${reason}`,
        'write',
      )
      return false
    }
  }

  #retry(head: FrameHead, text: string): boolean {
    try {
      this.#rollIfFull(text)
      this.#append(head, text)
      return true
    } catch {
      return false
    }
  }

  #append(head: FrameHead, text: string): void {
    this.#segment ??= this.#start(text)
    this.#segment.append(head, text)
  }

  // Starts the next segment if the record does not fit into the current one, and ends the current one after that. If
  // the next one cannot be created, the current one is used further.
  #rollIfFull(text: string): void {
    const old = this.#segment
    if (!old?.isFullFor(text)) return
    this.#room.catchUp()
    this.#number++
    try {
      this.#segment = this.#start(text, monotonic() - this.#startedAt < BUSY)
    } catch {
      this.#number--
      return
    }
    this.#end(old)
  }

  #end(segment: Segment): void {
    try {
      segment.end()
    } catch {
      // END could not be written. The reader takes the segment for ended once the next one has begun.
    }
    this.#room.add(this.#number - 1, segment)
    if (isMapped(segment)) this.#pool?.add(segment)
    else segment.close()
  }

  #start(text: string, isBusy = false): Segment {
    this.#startedAt = monotonic()
    return (isBusy && this.#startMapped(text)) || this.#startPlain()
  }

  #startPlain(): Segment {
    const size = this.#mayMap ? Math.min(FIRST_SIZE, this.#segmentSize) : this.#segmentSize
    return this.#create((path) => new PlainSegment(path, size))
  }

  // The modules are loaded only by producers that need them: that takes about 10 ms. Returns undefined if the record is
  // too large for a mapped segment, or if files cannot be mapped here.
  #startMapped(text: string): Segment | undefined {
    const size = Math.min(MAPPED_SIZE, this.#segmentSize) & -8
    const room = size - EXTENT_FRAME - frameBound(this.#options.hello) - HEADER
    if (!this.#mayMap || frameBound(text) > room / 2) return undefined
    try {
      const { isMappable } = require('./mapping.js') as typeof import('./mapping.js')
      this.#mayMap = isMappable(this.#options.directory, this.#options.maps)
      if (!this.#mayMap) return undefined
      const { MappedSegment } = require('./mapped.js') as typeof import('./mapped.js')
      this.#pool ??= createPool()
      const pool = this.#pool
      return this.#create((path) => pool.take(path) ?? new MappedSegment(path, size))
    } catch (error) {
      this.#mayMap = FULL.has((error as NodeJS.ErrnoException).code ?? '')
      return undefined
    }
  }

  // Creates a segment with its HELLO frame. If that fails (full disk), removes the file, so that a retry can create it.
  #create(create: (path: string) => Segment): Segment {
    const { directory, producer, hello } = this.#options
    const path = segmentPath(directory, producer, this.#number)
    let segment: Segment | undefined
    try {
      segment = create(path)
      segment.append(HELLO, hello)
      segment.begin?.(this.#number)
      return segment
    } catch (error) {
      segment?.close()
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') removeFile(path)
      throw error
    }
  }
}

// Only mapped segments have to be made visible.
function isMapped(segment: Segment): segment is MappedSegment {
  return segment.begin !== undefined
}

function createPool(): Pool {
  const { Pool } = require('./pool.js') as typeof import('./pool.js')
  return new Pool()
}
