// Plain segment: a file that grows by every frame, one write for each.

import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { type FrameHead, frameBound, frameSize, writeFrame } from './frame.js'
import { END, type Segment } from './segment.js'

const SCRATCH = 64 * 1024

export class PlainSegment implements Segment {
  static #scratch: Buffer = Buffer.allocUnsafeSlow(SCRATCH)
  readonly #fd: number
  readonly #limit: number
  size = 0

  /** Is full after `limit` bytes. Throws what the system says. */
  constructor(path: string, limit: number) {
    this.#fd = openSync(path, 'ax', 0o600) // at the file's end, wherever others or a half that was cut off put it
    this.#limit = limit
  }

  isFullFor(): boolean {
    return this.size >= this.#limit
  }

  append(head: FrameHead, text: string): void {
    const scratch = scratchFor(text, PlainSegment.#scratch)
    const size = writeFrame(scratch, 0, head, text)
    let written = 0
    try {
      while (written < size) written += writeSync(this.#fd, scratch, written, size - written)
    } catch (error) {
      if (written > 0) ftruncateSync(this.#fd, this.size) // a disk that filled up half way
      throw error
    }
    this.size += size
  }

  end(): void {
    try {
      this.append(END, '')
    } finally {
      this.close()
    }
  }

  close(): void {
    closeSync(this.#fd)
  }
}

function scratchFor(text: string, scratch: Buffer): Buffer {
  if (frameBound(text) <= scratch.length) return scratch
  const needed = frameSize(Buffer.byteLength(text))
  return needed <= scratch.length ? scratch : Buffer.allocUnsafe(needed)
}
