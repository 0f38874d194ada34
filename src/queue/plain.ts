// Plain: a segment file that grows with each frame, by one write call.
//
// Invariant: one writer, in append mode. A reader may see the first part of a frame while it is being written; it
// counts as incomplete until the rest is there. The writer cuts off a part that could not be completed (full disk).

import { closeSync, existsSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { type FrameHead, frameBound, frameSize } from './frame.js'
import { Memory } from './memory.js'
import { END, type Segment } from './segment.js'

const SCRATCH = 64 * 1024

export class PlainSegment implements Segment {
  static #scratch: Memory = new Memory(new ArrayBuffer(SCRATCH))
  readonly #path: string
  readonly #fd: number
  readonly #limit: number
  size = 0

  /** Creates the file. It counts as full after `limit` bytes. Throws the system's error. */
  constructor(path: string, limit: number) {
    this.#path = path
    this.#fd = openSync(path, 'ax', 0o600) // append mode: the end may move when bytes are cut off or added by others
    this.#limit = limit
  }

  isFullFor(): boolean {
    return this.size >= this.#limit
  }

  append(head: FrameHead, text: string): void {
    const scratch = scratchFor(text, PlainSegment.#scratch)
    const size = scratch.write(0, head, text)
    let written = 0
    try {
      while (written < size) written += writeSync(this.#fd, scratch.buffer, written, size - written)
    } catch (error) {
      if (written > 0) ftruncateSync(this.#fd, this.size) // the disk filled up within the frame
      throw error
    }
    this.size += size
  }

  end(): void {
    this.append(END, '')
  }

  isRead(): boolean {
    return !existsSync(this.#path)
  }

  close(): void {
    closeSync(this.#fd)
  }
}

function scratchFor(text: string, scratch: Memory): Memory {
  const room = scratch.buffer.length
  if (frameBound(text) <= room) return scratch
  const needed = frameSize(Buffer.byteLength(text))
  return needed <= room ? scratch : new Memory(new ArrayBuffer(needed))
}
