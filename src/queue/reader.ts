// Reader: the listener's end of a FileQueue, which reads its segments in order and removes those it has read.
//
// Invariant: one reader at a time, and only it removes segments; a successor starts at its checkpoint (`position()`). The
// writer only appends. An incomplete frame at the end is read again, unless another frame follows or the writer is gone.

import { closeSync, existsSync, fstatSync, readSync } from 'node:fs'
import { removeFile } from '../core/remove.js'
import { type Block, type Bytes, bytesOf } from './block.js'
import {
  EXTENT_FRAME,
  endOfFramesIn,
  hasExtent,
  readExtent,
  release,
  writtenFrom,
} from './extent.js'
import { type Frame, frameSize, HEADER, hasFrame, Kind, readFrame } from './frame.js'
import { openSegment } from './open.js'
import type { QueueReader } from './queue.js'
import { endPath, nextSegment, removeUpTo, segmentPath } from './segment.js'

/**
 * Bytes read at once. Each producer's reader has such a buffer: with 256 KiB the root grew by a further 12 MB for 64
 * producers, and a record cost as much CPU.
 */
const CHUNK = 64 * 1024

type Place = readonly [segment: number, offset: number]

export class FileReader implements QueueReader {
  readonly #directory: string
  readonly #producer: string
  #number: number
  #fd = -1
  /** Whether the segment has an extent (is mapped); undefined until that can be told. */
  #hasExtent: boolean | undefined
  /** Offset of the end of the frames found behind the extent, once they were searched for. */
  #limit: number | undefined
  /** Offset in the file up to which bytes were read; the unread ones of them are `bytes[start, end)`. */
  #position = 0
  #bytes: Bytes = bytesOf(Buffer.alloc(0))
  #start = 0
  #end = 0
  /** Whether frames in the buffer are still in use, so that it must not be overwritten. */
  #held = false
  /** Whether the unread bytes reach to the end of the file. */
  #isTail = false
  #frame: Frame | undefined
  /** Numbers of segments read to their end. */
  #finished: number[] = []
  /** Offset in the file up to which frames were searched for behind an incomplete one. */
  #searched = 0
  /** `seq` of the last record passed, and the one up to which records are skipped when a file is read again. */
  #last = -1
  #skipTo = -1
  /** Payload of the HELLO frame, once read. */
  hello: string | undefined
  damaged = 0

  /** Starts at a checkpoint, which an earlier reader's `position()` returned. */
  constructor(directory: string, producer: string, [segment, offset]: Place = [0, 0]) {
    this.#directory = directory
    this.#producer = producer
    this.#number = segment
    this.#position = offset
  }

  get #buffer(): Buffer {
    return this.#bytes.buffer
  }

  /** What the last `peek()` returned, unless that was passed. */
  get seen(): Frame | undefined {
    return this.#frame
  }

  /** The checkpoint: segment and offset of the first byte behind the records passed. */
  position(): Place {
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
        this.#skipDamage()
      } else if (frame === 'damaged') {
        this.#skipDamage()
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

  take(block: Block, until: number, most: number): void {
    if (this.#skipTo >= 0) return
    const before = block.count
    this.#start = block.take(this.#bytes, this.#start, this.#end, until, most)
    if (block.count === before) return
    this.#last = Number(block.seqs[block.count - 1])
    this.#frame = undefined
  }

  release(): void {
    this.#held = false
  }

  /**
   * Removes the segments read to their end, up to `before`, or gives their files back to the writer. Call it only after
   * all their frames were released.
   */
  discard(before: number = Number.POSITIVE_INFINITY): void {
    for (const number of this.#finished) {
      if (number >= before) continue
      const path = segmentPath(this.#directory, this.#producer, number)
      if (!release(path)) removeFile(path)
    }
    this.#finished = this.#finished.filter((number) => number >= before)
  }

  /** Number of segments that `discard()` would remove. */
  get finished(): number {
    return this.#finished.length
  }

  /**
   * Moves on behind data that will never be completed: any, if the writer is `gone`; otherwise a segment whose END
   * frame is missing, once the next segment has begun. Returns whether there may be more to read.
   */
  advance(gone: boolean): boolean {
    const number = this.#number
    const next = gone ? nextSegment(this.#directory, this.#producer, number) : number + 1
    if (!gone && !this.#hasBegun(number + 1)) return false
    if (this.peek() || this.#number !== number) return true
    if (this.#findBehindExtent()) return true
    // A writer that was killed while it created the next segment leaves this one complete, without an END frame.
    const isTorn = this.#start < this.#end || (next !== undefined && this.#hasBegun(next))
    if (isTorn) this.damaged++
    this.#start = this.#end
    if (next === undefined) return false
    this.#moveTo(next)
    return true
  }

  /** Bytes written and not yet passed. */
  pending(): number {
    const [first, offset] = this.position()
    return Math.max(0, writtenFrom(this.#directory, this.#producer, first) - offset)
  }

  /** Removes the rest of the queue. Call it only when the writer is gone and all frames were released. */
  remove(): void {
    this.close()
    this.#finished = []
    removeUpTo(this.#directory, this.#producer, this.#number)
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
      if (kind === Kind.END) this.#moveTo(this.#number + 1)
      if (kind === Kind.HELLO) this.hello = frame.buffer.toString('utf8', frame.start, frame.end)
    } else if (frame.seq <= this.#skipTo) {
      this.#start += frameSize(frame.end - frame.start)
    } else {
      this.#frame = frame
    }
  }

  #moveTo(next: number): void {
    this.#finished.push(this.#number)
    this.close()
    this.#hasExtent = undefined
    this.#limit = undefined
    this.#number = next
    this.#position = this.#start = this.#end = this.#searched = 0
    if (this.#buffer.length > CHUNK) this.#bytes = bytesOf(Buffer.alloc(0))
  }

  // Reads more bytes behind the unread ones. A buffer whose frames are still in use is left alone and replaced.
  #fill(): boolean {
    if (this.#fd < 0 && !this.#open()) return false
    const written = this.#written()
    if (written === this.#position) return false
    if (this.#isTail) this.#dropTail()
    if (written < this.#position) this.#restart()
    const unread = written - this.#position
    const rest = this.#end - this.#start
    const size = Math.min(rest + unread, this.#sizeFor(rest))
    const previous = this.#buffer
    if (this.#held || previous.length < size) {
      this.#bytes = bytesOf(Buffer.allocUnsafeSlow(Math.max(size, CHUNK)))
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
    const hasGrown = this.#hasExtent === undefined && size >= EXTENT_FRAME // since `hasExtent` looked
    return hasGrown ? this.#written() : size
  }

  // Looks for frames behind the extent. There are some if the writer was killed between frame and extent, or if the
  // extent was damaged.
  #findBehindExtent(): boolean {
    if (!this.#hasExtent || this.#fd < 0 || this.#limit !== undefined) return false
    const [, from] = this.position()
    this.#limit = Math.max(this.#position, endOfFramesIn(this.#fd, from))
    return this.#limit > this.#position
  }

  // Drops the incomplete frame at the end, to read it again: it may be cut off (full disk) and another one in its place.
  #dropTail(): void {
    this.#isTail = false
    this.#position -= this.#end - this.#start
    this.#start = this.#end
  }

  // The file became shorter: somebody cut it. Reads it again from the start, without the records that were passed.
  #restart(): void {
    this.damaged++
    this.#start = this.#end
    this.#position = this.#searched = 0
    this.#skipTo = this.#last
  }

  // Bytes in the buffer after a read: at least the current frame. The caller limits a wrong size in its header.
  #sizeFor(rest: number): number {
    if (rest < HEADER) return CHUNK
    return Math.max(CHUNK, frameSize(this.#buffer.readUInt32LE(this.#start)))
  }

  // False while the segment has not begun.
  #open(): boolean {
    const opened = openSegment(this.#directory, this.#producer, this.#number)
    if (!opened) return false
    this.#fd = opened.fd
    if (opened.number !== this.#number) this.#position = 0
    this.#number = opened.number
    return true
  }

  // Whether a segment has its first frame: then the writer does not return to the segment before it.
  #hasBegun(number: number): boolean {
    if (!existsSync(segmentPath(this.#directory, this.#producer, number))) return false
    if (existsSync(segmentPath(this.#directory, this.#producer, number + 1))) return true
    const next = new FileReader(this.#directory, this.#producer, [number, 0])
    const isBegun = next.peek() !== undefined || next.hello !== undefined
    next.close()
    return isBegun
  }

  // Whether another frame starts where the payload of an incomplete one should be, so that the latter stays incomplete.
  // A header in the payload is proof: no JSON text contains the bytes of a valid one.
  #isInterrupted(): boolean {
    if (this.#searched >= this.#position) return false
    const unsearched = this.#end - (this.#position - this.#searched) - HEADER
    this.#searched = this.#position
    return hasFrame(this.#buffer, Math.max(this.#start + HEADER, unsearched), this.#end)
  }

  #skipDamage(): void {
    this.damaged++
    const next = this.#buffer.indexOf('SL', this.#start + 5, 'latin1')
    // Keep the last 5 bytes: they may be the start of a frame whose magic has not been read yet.
    this.#start =
      next < 0 || next >= this.#end ? Math.max(this.#start + 1, this.#end - 5) : next - 4
  }
}
