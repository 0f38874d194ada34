// FileQueue: append-only segment files in the runtime directory; the page cache is the memory both ends share.
//
// One write call a record: what was written survives the death of either process. A segment opens with a HELLO frame
// and closes with an END frame, which says that the next segment continues. A reader never blocks a writer.

import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs'
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
import type { QueueReader, QueueWriter } from './queue.js'
import { endPath, nextSegment, SEGMENT_SIZE, segmentPath } from './segment.js'

const SCRATCH = 64 * 1024
const MIN_CHUNK = 64 * 1024
const MAX_CHUNK = 256 * 1024
const BARE = { level: 0, time: 0, seq: 0 }

export interface FileQueueOptions {
  readonly directory: string
  readonly producer: string
  /** JSON of the producer's origin, the first frame of each segment. */
  readonly hello: string
  /** Called after a record was written. */
  readonly wrote?: (time: number) => void
  readonly segmentSize?: number
}

export class FileWriter implements QueueWriter {
  readonly #options: FileQueueOptions
  #scratch: Buffer = Buffer.allocUnsafe(SCRATCH)
  #fd = -1
  #number = 0
  #size = 0

  constructor(options: FileQueueOptions) {
    this.#options = options
  }

  write(head: FrameHead, text: string): boolean {
    try {
      if (this.#fd < 0) this.#open()
      else if (this.#size >= (this.#options.segmentSize ?? SEGMENT_SIZE)) this.#roll()
      this.#append(head, text)
    } catch {
      return false
    }
    this.#options.wrote?.(head.time)
    return true
  }

  close(): void {
    if (this.#fd < 0) return
    closeSync(this.#fd)
    this.#fd = -1
    this.#number++
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

  // The next segment exists before the old one says so: a reader that sees END finds it. While there is no room for a
  // next one, the old one goes on.
  #roll(): void {
    const old = this.#fd
    this.#number++
    try {
      this.#open()
    } catch {
      this.#number--
      return
    }
    try {
      const size = writeFrame(this.#scratch, 0, { ...BARE, kind: Kind.END }, '')
      writeSync(old, this.#scratch, 0, size)
    } finally {
      closeSync(old)
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
  /** Up to where in the file frames were looked for behind one that does not go on. */
  #searched = 0
  /** Count of the record last stepped over, and of the one up to which none comes again. */
  #last = -1
  #passed = -1
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
        if (this.#fill()) continue
        if (!this.#isInterrupted()) return undefined
        this.#setAside()
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
    this.#last = this.#frame.seq
    this.#start += frameSize(this.#frame.end - this.#frame.start)
    this.#frame = undefined
    this.#held = true
  }

  release(): void {
    this.#held = false
    for (const path of this.#finished) removeFile(path)
    this.#finished = []
  }

  /** Whether segments have been read to their end that `release` is going to remove. */
  hasFinished(): boolean {
    return this.#finished.length > 0
  }

  /**
   * Goes on behind what will not be finished: everything, if the writer is `gone`; else a segment whose end was lost, once
   * the next one has begun. True if there may be more to read.
   */
  advance(gone: boolean): boolean {
    const number = this.#number
    const next = gone ? nextSegment(this.#directory, this.#producer, number) : number + 1
    if (!gone && !this.#hasBegun(number + 1)) return false
    if (this.peek() || this.#number !== number) return true
    if (next !== undefined || this.#start < this.#end) this.damaged++
    this.#start = this.#end
    if (next === undefined) return false
    this.#turn(next)
    return true
  }

  /** Removes what is left of the queue; only when its writer is gone and all of it was released. */
  remove(): void {
    this.close()
    this.release()
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
    } else if (frame.seq <= this.#passed) {
      this.#start += frameSize(frame.end - frame.start)
    } else {
      this.#frame = frame
    }
  }

  #turn(next: number = this.#number + 1): void {
    this.#finished.push(segmentPath(this.#directory, this.#producer, this.#number))
    this.close()
    this.#number = next
    this.#position = this.#start = this.#end = this.#searched = 0
    this.#buffer = Buffer.alloc(0)
  }

  // More bytes behind the ones we have. A buffer whose frames are still held is left to them.
  #fill(): boolean {
    if (this.#fd < 0 && !this.#open()) return false
    const { size: there } = fstatSync(this.#fd)
    if (there < this.#position) this.#readAgain()
    const unread = there - this.#position
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

  // The file was cut, nobody knows where: it is read again, but for the records that were stepped over before.
  #readAgain(): void {
    this.damaged++
    this.#start = this.#end
    this.#position = this.#searched = 0
    this.#passed = this.#last
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

  // A writer that has got as far as this will not come back to the segment before.
  #hasBegun(number: number): boolean {
    if (!existsSync(segmentPath(this.#directory, this.#producer, number))) return false
    if (existsSync(segmentPath(this.#directory, this.#producer, number + 1))) return true
    const next = new FileReader(this.#directory, this.#producer, [number, 0])
    const isBegun = next.peek() !== undefined || next.hello !== undefined
    next.close()
    return isBegun
  }

  // Whether another frame stands where the first one should still go on: no text has bytes like a header's.
  #isInterrupted(): boolean {
    if (this.#searched >= this.#position) return false
    const news = this.#end - (this.#position - this.#searched) - HEADER
    this.#searched = this.#position
    let at = Math.max(this.#start + HEADER, news)
    for (;;) {
      at = this.#buffer.indexOf('SL', at + 4, 'latin1') - 4
      if (at < 0 || at + HEADER > this.#end) return false
      if (readFrame(this.#buffer, at, this.#end) !== 'damaged') return true
      at += 1
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
