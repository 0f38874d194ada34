// FileQueue: append-only segment files in the runtime directory; the page cache is the memory both ends share.
//
// One write call a record: what was written survives the death of either process. A segment opens with a HELLO frame
// and closes with an END frame, which says that the next segment continues. A reader never blocks a writer.

import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'
import { notice, reasonOf } from '../core/notice.js'
import { removeFile } from '../core/remove.js'
import {
  type Frame,
  type FrameHead,
  frameBound,
  frameSize,
  HEADER,
  Kind,
  readFrame,
  writeFrame,
} from './frame.js'
import { isVital, type QueuePolicy, type QueueReader, type QueueWriter } from './queue.js'
import { Room } from './room.js'
import { endPath, segmentPath } from './segment.js'

const SCRATCH = 64 * 1024
const MIN_CHUNK = 64 * 1024
const MAX_CHUNK = 256 * 1024
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
    const isWritten = this.#room.reserve(this.#size + text.length, vital) && this.#put(head, text)
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
    else if (this.#size >= this.#segmentSize) this.#roll()
    this.#append(head, text)
  }

  // All or nothing: a segment that could not be begun (a full disk) is not left lying in the next one's way.
  #open(): void {
    const { directory, producer, hello } = this.#options
    const before = { fd: this.#fd, size: this.#size }
    const path = segmentPath(directory, producer, this.#number)
    const fd = openSync(path, 'wx', 0o600)
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

export class FileReader implements QueueReader {
  readonly #directory: string
  readonly #producer: string
  #number: number
  #fd = -1
  #position = 0
  #buffer: Buffer = Buffer.alloc(0)
  #start = 0
  #end = 0
  #held = false
  #frame: Frame | undefined
  #finished: string[] = []
  /** The text of the HELLO frame, once read. */
  hello: string | undefined
  damaged = 0

  /** Reads from a position on, as `position()` of a reader before has told it. */
  constructor(
    directory: string,
    producer: string,
    [segment, offset]: readonly [segment: number, offset: number] = [0, 0],
  ) {
    this.#directory = directory
    this.#producer = producer
    this.#number = segment
    this.#position = offset
  }

  /** Segment and offset of the first byte not stepped over. */
  position(): readonly [segment: number, offset: number] {
    return [this.#number, this.#position - (this.#end - this.#start)]
  }

  peek(): Frame | undefined {
    while (!this.#frame) {
      const frame = readFrame(this.#buffer, this.#start, this.#end)
      if (frame === 'incomplete') {
        if (!this.#fill()) return undefined
      } else if (frame === 'damaged') {
        this.#setAside()
      } else {
        this.#take(frame)
      }
    }
    return this.#frame
  }

  next(): void {
    if (!this.#frame) return
    this.#start += frameSize(this.#frame.end - this.#frame.start)
    this.#frame = undefined
    this.#held = true
  }

  release(): void {
    this.#held = false
  }

  /** Removes the segments that were read to their end; only when all of them was released. */
  discard(): void {
    for (const path of this.#finished) removeFile(path)
    this.#finished = []
  }

  /** Whether segments have been read to their end that `discard` is going to remove. */
  hasFinished(): boolean {
    return this.#finished.length > 0
  }

  /** Removes what is left of the queue; only when its writer is gone and all of it was released. */
  remove(): void {
    this.close()
    this.discard()
    removeFile(segmentPath(this.#directory, this.#producer, this.#number))
    removeFile(endPath(this.#directory, this.#producer))
  }

  close(): void {
    if (this.#fd >= 0) closeSync(this.#fd)
    this.#fd = -1
  }

  #take(frame: Frame): void {
    if (frame.kind === Kind.HELLO || frame.kind === Kind.END) {
      this.#start += frameSize(frame.end - frame.start)
      if (frame.kind === Kind.END) this.#turn()
      else this.hello = frame.buffer.toString('utf8', frame.start, frame.end)
    } else {
      this.#frame = frame
    }
  }

  #turn(): void {
    this.#finished.push(segmentPath(this.#directory, this.#producer, this.#number))
    this.close()
    this.#number++
    this.#position = this.#start = this.#end = 0
    this.#buffer = Buffer.alloc(0)
  }

  // More bytes behind the ones we have. A buffer whose frames are still held is left to them.
  #fill(): boolean {
    if (this.#fd < 0 && !this.#open()) return false
    const unread = fstatSync(this.#fd).size - this.#position
    if (unread <= 0) return false
    const rest = this.#end - this.#start
    const size = rest + Math.min(unread, this.#wanted(rest))
    const previous = this.#buffer
    if (this.#held || previous.length < size) {
      this.#buffer = Buffer.allocUnsafeSlow(Math.max(size, MIN_CHUNK))
    }
    previous.copy(this.#buffer, 0, this.#start, this.#end)
    this.#start = 0
    this.#end = rest
    const read = readSync(this.#fd, this.#buffer, rest, size - rest, this.#position)
    this.#position += read
    this.#end += read
    return read > 0
  }

  // At least the rest of the frame that has begun; a claimed length is believed only as far as the file goes.
  #wanted(rest: number): number {
    if (rest < HEADER) return MAX_CHUNK
    return Math.max(MAX_CHUNK, frameSize(this.#buffer.readUInt32LE(this.#start)) - rest)
  }

  #open(): boolean {
    try {
      this.#fd = openSync(segmentPath(this.#directory, this.#producer, this.#number), 'r')
      return true
    } catch {
      return false // the writer has announced it and not made it yet
    }
  }

  // Bytes that are no frame: look for the next one behind them.
  #setAside(): void {
    this.damaged++
    const next = this.#buffer.indexOf('SL', this.#start + 5, 'latin1')
    // The last bytes may begin one whose magic is not here yet.
    this.#start =
      next < 0 || next >= this.#end ? Math.max(this.#start + 1, this.#end - 5) : next - 4
  }
}
