// Queue: what the two ends of every queue promise, whatever its memory is.

import type { Frame, FrameHead } from './frame.js'

/** How a writer behaves when there is no room. */
export interface QueuePolicy {
  readonly policy: 'block' | 'drop'
  /** Milliseconds `block` waits at most. Waited for in vain, it is not waited for again before there was room. */
  readonly wait: number
  /** Bytes that may wait in a queue that could grow. */
  readonly limit: number
}

/** Levels below this leave an eighth of a queue's room to those from it. */
const RESERVED_FROM = 50

/** Whether a record may use the room that is kept. */
export function isVital({ level }: FrameHead): boolean {
  return level >= RESERVED_FROM
}

/** The producer's end. One producer, one thread. */
export interface QueueWriter {
  /**
   * Puts a record into the queue; when this returns true, the record outlives its thread (a ring) or its process
   * (a file). Returns false if the queue stayed full for as long as it may wait. Never throws. `vital`: it may use the
   * room that is kept for errors.
   */
  write(head: FrameHead, text: string, vital?: boolean): boolean
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
