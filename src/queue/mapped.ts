// Mapped: a segment file that is created in its final size and written through memory, without a system call per
// record.
//
// Its records are as safe as written ones: both are in the page cache. Invariant: one writer, which publishes a frame
// by one atomic store of the extent (extent.ts). A writer that dies within a frame leaves nothing visible. A file that
// its reader has released is used for a later segment.

import { closeSync, existsSync, openSync, renameSync, writeSync } from 'node:fs'
import { removeFile } from '../core/remove.js'
import { EXTENT_AT, EXTENT_FRAME, FREE, readExtent, writeExtent } from './extent.js'
import { type FrameHead, frameBound, frameSize, HEADER } from './frame.js'
import { type Mapping, mapFile } from './mapping.js'
import { Memory } from './memory.js'
import { END, type Segment } from './segment.js'

const EXTENT = 0
const HOLDER = 1

export class MappedSegment implements Segment {
  readonly #mapping: Mapping
  readonly #control: Int32Array
  readonly #memory: Memory
  #path: string
  #isClosed = false
  size: number = EXTENT_FRAME

  /** Creates a file of `capacity` bytes. Throws the system's error, or an error if files cannot be mapped here. */
  constructor(path: string, capacity: number) {
    this.#path = path
    const fd = openSync(path, 'wx+', 0o600)
    try {
      fill(fd, capacity)
      this.#mapping = mapFile(fd, capacity)
      this.#control = new Int32Array(this.#mapping.memory, EXTENT_AT, 2)
      this.#memory = new Memory(this.#mapping.memory)
      this.#publish()
      this.#check(fd)
    } finally {
      closeSync(fd)
    }
  }

  /** Whether the file holds no segment, because the reader has released it, or somebody has removed it. */
  get isReleased(): boolean {
    return Atomics.load(this.#control, HOLDER) === FREE || !existsSync(this.#path)
  }

  /** Whether the segment of this number was read to its end. */
  isRead(number: number): boolean {
    if (this.#isClosed || Atomics.load(this.#control, HOLDER) !== number) return true
    return !existsSync(this.#path)
  }

  /** Whether a record with this text does not fit any more; room for the END frame is kept. */
  isFullFor(text: string): boolean {
    const room = this.#memory.buffer.length - this.size - HEADER
    return frameBound(text) > room && !this.hasRoomFor(Buffer.byteLength(text))
  }

  /** Whether a record of so many bytes fits. */
  hasRoomFor(length: number): boolean {
    return frameSize(length) <= this.#memory.buffer.length - this.size - HEADER
  }

  append(head: FrameHead, text: string): void {
    if (this.isFullFor(text)) throw Object.assign(new Error('segment is full'), { code: 'ENOSPC' })
    this.#put(head, text)
  }

  /** Begins: what was appended so far, and all that follows, is visible to the reader. */
  begin(number: number): void {
    Atomics.store(this.#control, HOLDER, number)
  }

  end(): void {
    this.#put(END, '')
  }

  /** Renames the released file to `path` and empties it for another segment. Throws the system's error. */
  reuse(path: string): void {
    renameSync(this.#path, path)
    this.#path = path
    this.size = EXTENT_FRAME
    this.#publish()
    // Frames of the earlier segment must not be found behind the extent.
    this.#memory.buffer.fill(0, EXTENT_FRAME)
  }

  /** Ends the mapping. The file stays for its reader, unless it has released it. */
  close(): void {
    if (this.isReleased) removeFile(this.#path)
    this.#isClosed = true
    this.#mapping.unmap()
  }

  // Detects a runtime in which `view` returns a copy of the memory: everything written to it would be lost.
  #check(fd: number): void {
    if (readExtent(fd) === this.size) return
    this.#mapping.unmap()
    throw new Error('the mapped memory does not write to the file')
  }

  #put(head: FrameHead, text: string): void {
    this.size += this.#memory.write(this.size, head, text)
    this.#publish()
  }

  #publish(): void {
    Atomics.store(this.#control, EXTENT, this.size)
  }
}

const ZEROS = Buffer.alloc(64 * 1024)

// Writes every byte, so that the disk space is allocated: touching a hole in a mapped file on a full disk raises
// SIGBUS.
function fill(fd: number, capacity: number): void {
  writeExtent(fd)
  for (let at = EXTENT_FRAME; at < capacity; ) {
    at += writeSync(fd, ZEROS, 0, Math.min(ZEROS.length, capacity - at), at)
  }
}
