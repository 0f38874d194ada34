// Mapped segment: a file that is made in its whole size and written through memory, without a system call for a record.
//
// What stands in it is as safe as what was written: both are in the system's page cache. A frame is there for the reader
// once the extent behind it is stored, so a writer that dies half way leaves nothing visible.

import { closeSync, openSync, writeSync } from 'node:fs'
import { EXTENT_AT, EXTENT_FRAME, readExtent, writeExtent } from './extent.js'
import { type FrameHead, frameBound, frameSize, HEADER, writeFrame } from './frame.js'
import { type Mapping, mapFile } from './mapping.js'
import { END, type Segment } from './segment.js'

export class MappedSegment implements Segment {
  readonly #fd: number
  readonly #mapping: Mapping
  readonly #extent: Int32Array
  readonly #buffer: Buffer
  size: number = EXTENT_FRAME

  /** A file of `capacity` bytes. Throws what the system says, or that files cannot be mapped here; then closes the file. */
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
    this.#buffer = Buffer.from(this.#mapping.memory)
    Atomics.store(this.#extent, 0, this.size)
    this.#check()
  }

  /** Leaves room for END. */
  isFullFor(text: string): boolean {
    const room = this.#buffer.length - this.size - HEADER
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

  // A runtime that gives copies of memory would lose all that is written.
  #check(): void {
    if (readExtent(this.#fd) === this.size) return
    this.close()
    throw new Error('memory is not the file')
  }

  #put(head: FrameHead, text: string): void {
    this.size += writeFrame(this.#buffer, this.size, head, text)
    Atomics.store(this.#extent, 0, this.size)
  }
}

const ZEROS = Buffer.alloc(64 * 1024)

// Every byte is written, so that the file has its room on the disk: a hole that is touched on a full disk is a SIGBUS.
function fill(fd: number, capacity: number): void {
  writeExtent(fd)
  for (let at = EXTENT_FRAME; at < capacity; ) {
    at += writeSync(fd, ZEROS, 0, Math.min(ZEROS.length, capacity - at), at)
  }
}
