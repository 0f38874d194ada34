// FileWriter: the producer's end of a FileQueue.

import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { notice, reasonOf } from '../core/notice.js'
import { removeFile } from '../core/remove.js'
import { type FrameHead, frameBound, frameSize, Kind, writeFrame } from './frame.js'
import { isVital, type QueuePolicy, type QueueWriter } from './queue.js'
import { Room } from './room.js'
import { segmentPath } from './segment.js'

const SCRATCH = 64 * 1024
/** What the system says when there is no room, which a reader makes by removing what it has read. */
const FULL = new Set(['ENOSPC', 'EDQUOT'])
const BARE = { level: 0, time: 0, seq: 0 }

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
}

export class FileWriter implements QueueWriter {
  readonly #options: FileQueueOptions
  readonly #room: Room
  readonly #segmentSize: number
  #scratch: Buffer = Buffer.allocUnsafe(SCRATCH)
  #fd = -1
  #number = 0
  #size = 0

  constructor(options: FileQueueOptions) {
    this.#options = options
    this.#room = new Room(options)
    this.#segmentSize = options.segmentSize ?? this.#room.segmentSize
  }

  write(head: FrameHead, text: string, vital: boolean = isVital(head)): boolean {
    this.#rollInTime() // what is in a segment that is not full cannot be given back by the reader
    const isWritten = this.#room.reserve(this.#size, text.length, vital) && this.#put(head, text)
    if (isWritten) this.#options.wrote?.(head.time)
    return isWritten
  }

  close(): void {
    if (this.#fd < 0) return
    closeSync(this.#fd)
    this.#fd = -1
    this.#number++
  }

  #put(head: FrameHead, text: string): boolean {
    try {
      this.#write(head, text)
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
      this.#write(head, text)
      return true
    } catch {
      return false
    }
  }

  #write(head: FrameHead, text: string): void {
    if (this.#fd < 0) this.#open()
    this.#append(head, text)
  }

  // All or nothing: a segment that could not be begun (a full disk) is not left lying in the next one's way.
  #open(): void {
    const { directory, producer, hello } = this.#options
    const before = { fd: this.#fd, size: this.#size }
    const path = segmentPath(directory, producer, this.#number)
    const fd = openSync(path, 'ax', 0o600) // at the file's end, wherever others or a half that was cut off put it
    try {
      this.#fd = fd
      this.#size = 0
      this.#append({ ...BARE, kind: Kind.HELLO }, hello)
    } catch (error) {
      this.#fd = before.fd
      this.#size = before.size
      closeSync(fd)
      removeFile(path)
      throw error
    }
  }

  #rollInTime(): void {
    if (this.#fd < 0 || this.#size < this.#segmentSize) return
    try {
      this.#roll()
    } catch {
      // The end of the old one could not be written: a reader that finds the next one takes it for ended.
    }
  }

  // The next segment exists before the old one says so: a reader that sees END finds it. While there is no room for a
  // next one, the old one goes on.
  #roll(): void {
    const old = { fd: this.#fd, size: this.#size }
    this.#number++
    try {
      this.#open()
    } catch {
      this.#number--
      return
    }
    try {
      const size = writeFrame(this.#scratch, 0, { ...BARE, kind: Kind.END }, '')
      writeSync(old.fd, this.#scratch, 0, size)
    } finally {
      closeSync(old.fd)
      this.#room.add(this.#number - 1, old.size)
    }
  }

  #append(head: FrameHead, text: string): void {
    const bound = frameBound(text)
    if (bound > this.#scratch.length) {
      const needed = frameSize(Buffer.byteLength(text))
      if (needed > this.#scratch.length) this.#scratch = Buffer.allocUnsafe(needed)
    }
    const size = writeFrame(this.#scratch, 0, head, text)
    let written = 0
    try {
      while (written < size) written += writeSync(this.#fd, this.#scratch, written, size - written)
    } catch (error) {
      if (written > 0) ftruncateSync(this.#fd, this.#size) // a disk that filled up half way
      throw error
    } finally {
      if (this.#scratch.length > SCRATCH) this.#scratch = Buffer.allocUnsafe(SCRATCH)
    }
    this.#size += size
  }
}
