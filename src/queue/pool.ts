// Pool: ended mapped segments, whose files are used again when the reader has released them.
//
// The reader releases segments in order, so only the first one has to be looked at.

import type { MappedSegment } from './mapped.js'

/** Released files that are kept, at most: with 2 MiB each, that is what one producer may keep on the disk. */
const MAX_RELEASED = 8

export class Pool {
  readonly #ended: MappedSegment[] = []

  /** Adds a segment that was ended. */
  add(segment: MappedSegment): void {
    this.#ended.push(segment)
    if (this.#ended[MAX_RELEASED]?.isReleased) this.#ended.shift()?.close()
  }

  /** A released segment, emptied and with its file renamed to `path`; undefined if there is none. */
  take(path: string): MappedSegment | undefined {
    for (let first = this.#ended[0]; first; first = this.#ended[0]) {
      if (!first.isReleased) return undefined
      this.#ended.shift()
      try {
        first.reuse(path)
        return first
      } catch {
        first.close() // somebody has removed the file
      }
    }
    return undefined
  }

  close(): void {
    for (const segment of this.#ended.splice(0)) segment.close()
  }
}
