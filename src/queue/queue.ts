// Queue: what the two ends of every queue promise, whatever its memory is.

import type { Frame, FrameHead } from './frame.js'

/** The producer's end. One producer, one thread. */
export interface QueueWriter {
  /**
   * Puts a record into the queue; when this returns true, the record outlives its thread (a ring) or its process
   * (a file). Returns false if the queue stayed full for as long as it may wait. Never throws.
   */
  write(head: FrameHead, text: string): boolean
  close(): void
}

/** The listener's end. One reader, one thread. */
export interface QueueReader {
  /** The next frame, again and again until `next` is called; undefined while there is none. */
  peek(): Frame | undefined
  /** Steps over the frame last peeked at. Its bytes stay valid until `release`. */
  next(): void
  /** Gives the bytes of all frames stepped over back to the writer, for good. */
  release(): void
  /** Times that bytes were skipped because they were no frames. */
  readonly damaged: number
  close(): void
}
