// Room: how far the reader of a FileQueue may be behind, and how long a writer waits for it.

import { existsSync } from 'node:fs'
import { monotonic } from '../core/clock.js'
import { sleep } from '../core/sleep.js'
import type { QueuePolicy } from './queue.js'
import { SEGMENT_SIZE, segmentPath } from './segment.js'

const UNLIMITED: QueuePolicy = { policy: 'drop', wait: 0, limit: Number.POSITIVE_INFINITY }
/** Milliseconds between two looks whether the reader has made room. */
const NAP = 5
/** Segments that a limit is divided into: what was read goes by segments. */
const SHARES = 8
const MIN_SEGMENT = 64 * 1024

export interface RoomOptions {
  readonly directory: string
  readonly producer: string
  readonly policy?: QueuePolicy
  /** Wakes the reader. */
  readonly wrote?: (time: number) => void
}

export class Room {
  readonly #options: RoomOptions
  readonly #policy: QueuePolicy
  // Segments that are full and that the reader may still have to read.
  readonly #full: { readonly number: number; readonly size: number }[] = []
  #size = 0
  #isStuck = false

  constructor(options: RoomOptions) {
    this.#options = options
    this.#policy = options.policy ?? UNLIMITED
  }

  /** Bytes after which a segment is full. */
  get segmentSize(): number {
    return Math.min(SEGMENT_SIZE, Math.max(MIN_SEGMENT, this.#policy.limit / SHARES))
  }

  /** A segment is full. */
  add(number: number, size: number): void {
    this.#full.push({ number, size })
    this.#size += size
    this.#countRead()
  }

  /**
   * Whether there is room for a record behind the bytes of the segment that is being written; waits for it as the policy
   * says. One that alone is larger than the limit has room when no full segment waits.
   */
  reserve(written: number, size: number, vital: boolean): boolean {
    const { limit } = this.#policy
    const room = vital ? limit : (limit / SHARES) * (SHARES - 1)
    const fits = (): boolean =>
      this.#size + written + size <= room ||
      (this.#full.length === 0 && size > room - this.segmentSize)
    return fits() || this.waitUntil(() => this.#countRead() && fits())
  }

  /** Waits for something as the policy says. Waited for in vain, it is asked for once a record until it comes. */
  waitUntil(isReady: () => boolean): boolean {
    const isPatient = this.#policy.policy === 'block' && !this.#isStuck
    const deadline = monotonic() + (isPatient ? this.#policy.wait : 0)
    while (!isReady()) {
      if (monotonic() >= deadline) {
        this.#isStuck = true
        return false
      }
      this.#options.wrote?.(monotonic())
      sleep(NAP)
    }
    this.#isStuck = false
    return true
  }

  // What the reader has read to its end it has removed. True if that was any.
  #countRead(): boolean {
    const before = this.#full.length
    const { directory, producer } = this.#options
    for (let first = this.#full[0]; first; first = this.#full[0]) {
      if (existsSync(segmentPath(directory, producer, first.number))) break
      this.#full.shift()
      this.#size -= first.size
    }
    return this.#full.length < before
  }
}
