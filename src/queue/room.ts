// Room: the limit on the bytes that wait in a FileQueue, and the writer's wait for the reader.
//
// Invariant: the reader removes or releases a segment once it has read all of it, so the writer learns from that how far
// the reader is. The segment that is being written always counts in full.

import { monotonic } from '../core/clock.js'
import { sleep } from '../core/sleep.js'
import { Pace } from './pace.js'
import type { QueuePolicy } from './queue.js'
import { SEGMENT_SIZE, type Segment } from './segment.js'

const UNLIMITED: QueuePolicy = { policy: 'drop', wait: 0, limit: Number.POSITIVE_INFINITY }
/** Milliseconds between two checks whether the reader has made room. */
const POLL_INTERVAL = 5
/** Number of segments that the limit is divided into: room is freed segment by segment. */
const SHARES = 8
const MIN_SEGMENT = 64 * 1024

interface Full {
  readonly number: number
  readonly segment: Segment
  readonly size: number
  /** Monotonic time. */
  readonly filledAt: number
}

export interface RoomOptions {
  readonly directory: string
  readonly policy?: QueuePolicy
  /** Wakes the reader; gets the monotonic time. */
  readonly wrote?: (time: number) => void
  /** The order window in milliseconds. Without it, the writer goes ahead until there is no room. */
  readonly window?: number
}

export class Room {
  readonly #options: RoomOptions
  readonly #policy: QueuePolicy
  readonly #pace: Pace | undefined
  // Full segments that the reader may not have read yet.
  readonly #full: Full[] = []
  #size = 0
  #isStuck = false

  constructor(options: RoomOptions) {
    this.#options = options
    this.#policy = options.policy ?? UNLIMITED
    const { directory, window } = options
    if (window !== undefined && this.#policy.policy === 'block')
      this.#pace = new Pace(directory, window)
  }

  /** Size in bytes from which a segment counts as full. */
  get segmentSize(): number {
    return Math.min(SEGMENT_SIZE, Math.max(MIN_SEGMENT, this.#policy.limit / SHARES))
  }

  /** Adds a full segment. */
  add(number: number, segment: Segment): void {
    const { size } = segment
    this.#full.push({ number, segment, size, filledAt: monotonic() })
    this.#size += size
    this.#dropRead()
  }

  /** Waits for a reader that is behind and moves, before a further segment is begun; as long as a log call may wait. */
  catchUp(): void {
    const pace = this.#pace
    if (!pace) return
    const isBehind = (): boolean => {
      this.#dropRead()
      const [first] = this.#full
      return first !== undefined && pace.isLate(first.filledAt)
    }
    if (isBehind()) this.#wait(() => !isBehind() || !pace.isMoving(), this.#policy.wait)
  }

  /**
   * Whether there is room for a record of `size` bytes behind the `written` bytes of the current segment; waits for it
   * as the policy says. A record larger than the limit has room when no full segment waits.
   */
  reserve(written: number, size: number, vital: boolean): boolean {
    const { limit } = this.#policy
    const room = vital ? limit : (limit / SHARES) * (SHARES - 1)
    return this.#size + written + size <= room || this.#waitForRoom(written, size, room)
  }

  // On its own, because V8 makes an object at each call of a function whose variables an inner one uses.
  #waitForRoom(written: number, size: number, room: number): boolean {
    const fits = (): boolean =>
      this.#size + written + size <= room ||
      (this.#full.length === 0 && size > room - this.segmentSize)
    return fits() || this.waitUntil(() => this.#dropRead() && fits())
  }

  /**
   * Waits for a condition as the policy says; false if it was not met in time. After that, each further call only
   * checks it once, until it is met again.
   */
  waitUntil(isReady: () => boolean): boolean {
    const isPatient = this.#policy.policy === 'block' && !this.#isStuck
    this.#isStuck = !this.#wait(isReady, isPatient ? this.#policy.wait : 0)
    return !this.#isStuck
  }

  #wait(isReady: () => boolean, most: number): boolean {
    const deadline = monotonic() + most
    while (!isReady()) {
      if (monotonic() >= deadline) return false
      this.#options.wrote?.(monotonic())
      sleep(POLL_INTERVAL)
    }
    return true
  }

  // Stops counting the segments that were read. Returns whether there were any.
  #dropRead(): boolean {
    const before = this.#full.length
    for (let first = this.#full[0]; first; first = this.#full[0]) {
      if (!first.segment.isRead(first.number)) break
      this.#full.shift()
      this.#size -= first.size
    }
    return this.#full.length < before
  }
}
