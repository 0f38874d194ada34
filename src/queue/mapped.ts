// Mapped: a segment file that is created in its final size and written through memory, without a system call per
// record.
//
// Its records are as safe as written ones: both are in the page cache. Invariant: one writer, which publishes a frame
// by one atomic store of the extent (extent.ts). A writer that dies within a frame leaves nothing visible.

import { closeSync, openSync, writeSync } from 'node:fs'
import { EXTENT_AT, EXTENT_FRAME, readExtent, writeExtent } from './extent.js'
import { type FrameHead, frameBound, frameSize, HEADER } from './frame.js'
import { type Mapping, mapFile } from './mapping.js'
import { Memory } from './memory.js'
import { END, type Segment } from './segment.js'

export class MappedSegment implements Segment {
  readonly #fd: number
  readonly #mapping: Mapping
  readonly #extent: Int32Array
  readonly #memory: Memory
  size: number = EXTENT_FRAME

  /** Creates a file of `capacity` bytes. Throws the system's error, or an error if files cannot be mapped here. */
  constructor(path: string, capacity: number) {
    this.#fd = openSync(path, 'wx+', 0o600)
    try {
      fill(this.#fd, capacity)
      this.#mapping = mapFile(this.#fd, capacity)
    } catch (error) {
      closeSync(this.#fd)
      throw error
    }
    this.#extent = new Int32Array(this.#mapping.memory, EXTENT_AT, 1)
    this.#memory = new Memory(this.#mapping.memory)
    Atomics.store(this.#extent, 0, this.size)
    this.#check()
  }

  /** Whether a record with this text does not fit any more; room for the END frame is kept. */
  isFullFor(text: string): boolean {
    const room = this.#memory.buffer.length - this.size - HEADER
    return frameBound(text) > room && frameSize(Buffer.byteLength(text)) > room
  }

  append(head: FrameHead, text: string): void {
    if (this.isFullFor(text)) throw Object.assign(new Error('segment is full'), { code: 'ENOSPC' })
    this.#put(head, text)
  }

  end(): void {
    this.#put(END, '')
    this.close()
  }

  close(): void {
    this.#mapping.unmap()
    closeSync(this.#fd)
  }

  // Detects a runtime in which `view` returns a copy of the memory: everything written to it would be lost.
  #check(): void {
    if (readExtent(this.#fd) === this.size) return
    this.close()
    throw new Error('the mapped memory does not write to the file')
  }

  #put(head: FrameHead, text: string): void {
    this.size += this.#memory.write(this.size, head, text)
    Atomics.store(this.#extent, 0, this.size)
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
