// FileWriter: the producer's end of a FileQueue.

import { isMainThread } from 'node:worker_threads'
import { monotonic } from '../core/clock.js'
import { notice, reasonOf } from '../core/notice.js'
import { removeFile } from '../core/remove.js'
import { EXTENT_FRAME } from './extent.js'
import { type FrameHead, frameBound, HEADER } from './frame.js'
import { PlainSegment } from './plain.js'
import { isVital, type QueuePolicy, type QueueWriter } from './queue.js'
import { Room } from './room.js'
import { HELLO, type Segment, segmentPath } from './segment.js'

/** Bytes of a plain segment while a mapped one may follow, and milliseconds in which a busy producer fills it. */
const FIRST_SIZE = 256 * 1024
const BUSY = 10_000
/** Linux maps 2 MiB in pieces larger than pages: in 1 MiB a record costs up to 1 µs more. */
const MAPPED_SIZE = 2 ** 21
/** What the system says when there is no room, which a reader makes by removing what it has read. */
const FULL = new Set(['ENOSPC', 'EDQUOT'])

export interface FileQueueOptions {
  readonly directory: string
  readonly producer: string
  /** JSON of the producer's origin, the first frame of each segment. */
  readonly hello: string
  /** Called after a record was written. */
  readonly wrote?: (time: number) => void
  /** What happens when the reader is behind by `limit`, or the disk is full. Default: nothing is too much. */
  readonly policy?: QueuePolicy
  readonly segmentSize?: number
  /** Whether segments may be mapped. Default: on the main thread; a thread may be terminated, and its mappings would stay. */
  readonly mayMap?: boolean
}

export class FileWriter implements QueueWriter {
  readonly #options: FileQueueOptions
  readonly #room: Room
  readonly #segmentSize: number
  #segment: Segment | undefined
  #number = 0
  #begun = 0
  #mayMap: boolean

  constructor(options: FileQueueOptions) {
    this.#options = options
    this.#room = new Room(options)
    this.#segmentSize = options.segmentSize ?? this.#room.segmentSize
    this.#mayMap = options.mayMap ?? isMainThread
  }

  write(head: FrameHead, text: string, vital: boolean = isVital(head)): boolean {
    this.#rollInTime(text) // what is in a segment that is not full cannot be given back by the reader
    const written = this.#segment?.size ?? 0
    const isWritten = this.#room.reserve(written, text.length, vital) && this.#put(head, text)
    if (isWritten) this.#options.wrote?.(head.time)
    return isWritten
  }

  close(): void {
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
      if (isFull && this.#room.waitUntil(() => this.#tryAgain(head, text))) return true
      notice('LOGSHARE_WARN_QUEUE', `records are dropped: ${reason}`, 'write')
      return false
    }
  }

  #tryAgain(head: FrameHead, text: string): boolean {
    try {
      this.#rollInTime(text)
      this.#append(head, text)
      return true
    } catch {
      return false
    }
  }

  #append(head: FrameHead, text: string): void {
    this.#segment ??= this.#begin(text)
    this.#segment.append(head, text)
  }

  // The next segment exists before the old one says so: a reader that sees END finds it. While there is no room for a
  // next one, the old one goes on.
  #rollInTime(text: string): void {
    const old = this.#segment
    if (!old?.isFullFor(text)) return
    this.#number++
    try {
      this.#segment = this.#begin(text, monotonic() - this.#begun < BUSY)
    } catch {
      this.#number--
      return
    }
    try {
      old.end()
    } catch {
      // The end of the old one could not be written: a reader that finds the next one takes it for ended.
    }
    this.#room.add(this.#number - 1, old.size)
  }

  #begin(text: string, isBusy = false): Segment {
    this.#begun = monotonic()
    return (isBusy && this.#beginMapped(text)) || this.#beginPlain()
  }

  #beginPlain(): Segment {
    const size = this.#mayMap ? Math.min(FIRST_SIZE, this.#segmentSize) : this.#segmentSize
    return this.#greet((path) => new PlainSegment(path, size))
  }

  // Loaded by producers that need it: it costs about ten milliseconds. A record that is too large for it goes the plain
  // way, and so does everything where it cannot be had.
  #beginMapped(text: string): Segment | undefined {
    const size = Math.min(MAPPED_SIZE, this.#segmentSize)
    const room = size - EXTENT_FRAME - frameBound(this.#options.hello) - HEADER
    if (!this.#mayMap || frameBound(text) > room / 2) return undefined
    try {
      const { isMappable } = require('./mapping.js') as typeof import('./mapping.js')
      this.#mayMap = isMappable(this.#options.directory)
      if (!this.#mayMap) return undefined
      const { MappedSegment } = require('./mapped.js') as typeof import('./mapped.js')
      return this.#greet((path) => new MappedSegment(path, size))
    } catch (error) {
      this.#mayMap = FULL.has((error as NodeJS.ErrnoException).code ?? '')
      return undefined
    }
  }

  // All or nothing: a segment that could not be begun (a full disk) is not left lying in the next one's way.
  #greet(create: (path: string) => Segment): Segment {
    const { directory, producer, hello } = this.#options
    const path = segmentPath(directory, producer, this.#number)
    let segment: Segment | undefined
    try {
      segment = create(path)
      segment.append(HELLO, hello)
      return segment
    } catch (error) {
      segment?.close()
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') removeFile(path)
      throw error
    }
  }
}
