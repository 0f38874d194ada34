// FileReader: the listener's end of a FileQueue.

import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs'
import { removeFile } from '../core/remove.js'
import { EXTENT_FRAME, hasExtent, readExtent, writtenIn } from './extent.js'
import { type Frame, frameSize, HEADER, Kind, readFrame } from './frame.js'
import type { QueueReader } from './queue.js'
import { endPath, nextSegment, segmentPath } from './segment.js'

const MIN_CHUNK = 64 * 1024
const MAX_CHUNK = 256 * 1024

export class FileReader implements QueueReader {
  readonly #directory: string
  readonly #producer: string
  #number: number
  #fd = -1
  /** Whether the segment says itself how far it is written; undefined until that can be known. */
  #hasExtent: boolean | undefined
  /** Where what stands behind the extent ends, once that was looked for. */
  #limit: number | undefined
  #position = 0
  #buffer: Buffer = Buffer.alloc(0)
  #start = 0
  #end = 0
  #held = false
  /** Whether the bytes that are left are those at the file's end. */
  #isTail = false
  #frame: Frame | undefined
  /** Numbers of segments read to their end. */
  #finished: number[] = []
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
        if (!this.#isInterrupted()) {
          this.#isTail = true
          return undefined
        }
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
  }

  /** Removes the segments before one, of those that were read to their end; only when all of them was released. */
  discard(before: number = Number.POSITIVE_INFINITY): void {
    for (const number of this.#finished) {
      if (number < before) removeFile(segmentPath(this.#directory, this.#producer, number))
    }
    this.#finished = this.#finished.filter((number) => number >= before)
  }

  /** Whether segments have been read to their end that `discard` is going to remove. */
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
    if (this.#looksBehind()) return true
    // One that was just being made when its writer was killed follows a whole one.
    const isTorn = this.#start < this.#end || (next !== undefined && this.#hasBegun(next))
    if (isTorn) this.damaged++
    this.#start = this.#end
    if (next === undefined) return false
    this.#turn(next)
    return true
  }

  /** Bytes written and not yet stepped over. */
  pending(): number {
    const [first, offset] = this.position()
    let bytes = -offset
    for (let number = first; ; number++) {
      const written = bytesIn(segmentPath(this.#directory, this.#producer, number))
      if (written === undefined) return Math.max(0, bytes)
      bytes += written
    }
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
    const { kind } = frame
    if (kind === Kind.HELLO || kind === Kind.END || kind === Kind.EXTENT) {
      this.#start += frameSize(frame.end - frame.start)
      if (kind === Kind.END) this.#turn()
      if (kind === Kind.HELLO) this.hello = frame.buffer.toString('utf8', frame.start, frame.end)
    } else if (frame.seq <= this.#passed) {
      this.#start += frameSize(frame.end - frame.start)
    } else {
      this.#frame = frame
    }
  }

  #turn(next: number = this.#number + 1): void {
    this.#finished.push(this.#number)
    this.close()
    this.#hasExtent = undefined
    this.#limit = undefined
    this.#number = next
    this.#position = this.#start = this.#end = this.#searched = 0
    this.#buffer = Buffer.alloc(0)
  }

  // More bytes behind the ones we have. A buffer whose frames are still held is left to them.
  #fill(): boolean {
    if (this.#fd < 0 && !this.#open()) return false
    const there = this.#written()
    if (there === this.#position) return false
    if (this.#isTail) this.#forgetTail()
    if (there < this.#position) this.#readAgain()
    const unread = there - this.#position
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

  #written(): number {
    this.#hasExtent ??= hasExtent(this.#fd)
    if (this.#limit !== undefined) return this.#limit
    if (this.#hasExtent) return readExtent(this.#fd)
    const { size } = fstatSync(this.#fd)
    const isLarger = this.#hasExtent === undefined && size >= EXTENT_FRAME // than it was a moment ago
    return isLarger ? this.#written() : size
  }

  // Whether there are frames behind the extent: of a writer that was killed before it stored it, or that others have
  // changed.
  #looksBehind(): boolean {
    if (!this.#hasExtent || this.#fd < 0 || this.#limit !== undefined) return false
    const [, from] = this.position()
    const rest = Buffer.alloc(Math.max(0, fstatSync(this.#fd).size - from))
    readSync(this.#fd, rest, 0, rest.length, from)
    this.#limit = Math.max(this.#position, from + endOfFrames(rest))
    return this.#limit > this.#position
  }

  // Half a record at the end of the file may have been cut off since (the disk was full), and another one begun there.
  #forgetTail(): void {
    this.#isTail = false
    this.#position -= this.#end - this.#start
    this.#start = this.#end
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

function bytesIn(path: string): number | undefined {
  try {
    const fd = openSync(path, 'r')
    try {
      return writtenIn(fd)
    } finally {
      closeSync(fd)
    }
  } catch {
    return undefined
  }
}

/** Where the last whole frame ends; 0 if there is none. */
function endOfFrames(bytes: Buffer): number {
  let end = 0
  for (let from = 0; ; ) {
    const at = bytes.indexOf('SL', from + 4, 'latin1') - 4
    if (at < 0) return end
    const frame = readFrame(bytes, at, bytes.length)
    from = at + 1
    if (typeof frame === 'object') from = end = at + frameSize(frame.end - frame.start)
  }
}
