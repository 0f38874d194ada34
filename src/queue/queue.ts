// Queue: the interfaces of a queue's two ends, implemented by rings and files.
//
// Invariant of all queues: one writer, one reader, and a record is read only when all of its bytes are written. Rings
// and mapped segments publish it by one atomic store; in a plain segment the reader waits for the rest of a frame.

import type { Block } from './block.js'
import type { Frame, FrameHead } from './frame.js'

/** What a writer does when there is no room. */
export interface QueuePolicy {
  readonly policy: 'block' | 'drop'
  /**
   * Longest time (ms) `block` waits for room. After a wait in vain the writer does not wait again until there was room.
   */
  readonly wait: number
  /** Bytes that may wait in a queue of growing size (files). */
  readonly limit: number
}

/** An eighth of a queue's room is reserved for records of this level (error) and above. */
const RESERVED_FROM = 50

/** Whether a record may use the reserved room. */
export function isVital({ level }: FrameHead): boolean {
  return level >= RESERVED_FROM
}

/** The producer's end; used by one thread. */
export interface QueueWriter {
  /** Whether `write` takes the bytes of a draft. */
  readonly takesDrafts?: boolean
  /**
   * Writes a record. After `true` the record survives the end of its thread (ring) or of its process (file). `false`:
   * the record was dropped, because the queue stayed full for as long as the policy waits, or could not be written.
   * Never throws. `vital`: may use the reserved room.
   */
  write(head: FrameHead, text: string, vital?: boolean): boolean
  close(): void
}

/** The listener's end; used by one thread. */
export interface QueueReader {
  /** The next frame, the same one until `next()` is called; undefined while there is none. */
  peek(): Frame | undefined
  /** Moves on behind the frame that `peek()` returned. The frame's bytes stay valid until `release()`. */
  next(): void
  /**
   * Moves on behind the plain records that come next, up to a monotonic time, and copies them to the block until that
   * has `most` bytes. It may be fewer than there are, and none: then the next one is for `peek()`.
   */
  take(block: Block, until: number, most: number): void
  /** Returns the bytes of all frames passed by `next()` to the writer. They cannot be read again. */
  release(): void
  /** How often bytes were skipped because they were not a frame. */
  readonly damaged: number
  close(): void
}
