// Ring: a byte ring with one writer and one reader in memory that both share.
//
//   0       4       8         64
//   +-------+-------+---------+-----------------------------+
//   | head  | tail  | unused  | frames, `capacity` bytes    |
//   | i32   | i32   |         |                             |
//   +-------+-------+---------+-----------------------------+
//
// `head` counts the bytes written, `tail` the bytes released; both wrap at 32 bits. Offset in the ring: count modulo
// `capacity`, which is a power of two. Invariant: only the writer stores `head`, only the reader stores `tail`. The
// writer publishes a frame by one atomic store of `head` after all bytes of the frame are written. So a published
// record survives its thread, and a writer that dies within a frame leaves nothing visible. There is no lock.
//
// Frames do not wrap around: a PAD frame, or fewer bytes than a header, fills the end of the ring. Nothing here assumes
// threads: the memory may as well be a file that two processes map.

import { monotonic } from '../core/clock.js'
import { ring, ringHard } from './bell.js'
import { type Block, type Bytes, bytesOf } from './block.js'
import {
  type Frame,
  type FrameHead,
  frameBound,
  frameSize,
  HEADER,
  Kind,
  MAX_PAYLOAD,
  readFrame,
} from './frame.js'
import { Memory } from './memory.js'
import { isVital, type QueuePolicy, type QueueReader, type QueueWriter } from './queue.js'

const HEAD = 0
const TAIL = 1
const CONTROL = 64
/** Longest time (ms) a waiting writer sleeps before it rings the bell again. */
const RING_INTERVAL = 50

/** Default capacity in bytes. */
export const RING_CAPACITY: number = 2 ** 21

/** Creates the memory of a ring. `capacity`: bytes, a power of two. */
export function createRing(capacity: number = RING_CAPACITY): SharedArrayBuffer {
  return new SharedArrayBuffer(CONTROL + capacity)
}

/** Bytes of a ring's frames. */
export function capacityOf(memory: ArrayBufferLike): number {
  return memory.byteLength - CONTROL
}

/** Resets a ring that has neither writer nor reader any more, for a new pair. */
export function emptyRing(memory: ArrayBufferLike): void {
  new Int32Array(memory, 0, CONTROL / 4).fill(0)
}

export class RingWriter implements QueueWriter {
  readonly takesDrafts = true
  readonly #control: Int32Array
  readonly #memory: Memory
  readonly #capacity: number
  readonly #policy: QueuePolicy
  readonly #bell: Int32Array | undefined
  #head: number
  #tail: number
  #closed = false
  #isStuck = false
  /** Empties the ring when it is full; set while the listener runs inline, in the writer's own thread. */
  drain: (() => void) | undefined
  /** Called after each record with its monotonic time; set while the listener runs inline. */
  wrote: ((time: number) => void) | undefined

  constructor(memory: ArrayBufferLike, policy: QueuePolicy, bell?: Int32Array) {
    this.#control = new Int32Array(memory, 0, CONTROL / 4)
    this.#capacity = capacityOf(memory)
    this.#memory = new Memory(memory, CONTROL, this.#capacity)
    this.#policy = policy
    this.#bell = bell
    this.#head = Atomics.load(this.#control, HEAD)
    this.#tail = Atomics.load(this.#control, TAIL)
  }

  write(head: FrameHead, text: string, vital: boolean = isVital(head)): boolean {
    if (this.#closed) return false
    const { draft } = head
    let bound = draft ? frameSize(draft.length) : frameBound(text)
    if (bound > this.#capacity / 4) {
      if (draft) return this.write({ ...head, draft: undefined }, draft.toString(), vital)
      const payload = Buffer.byteLength(text)
      bound = frameSize(payload)
      if (bound > this.#capacity / 4) return this.#writeParts(head, Buffer.from(text), vital)
    }
    if (!this.#reserve(bound, vital)) return false
    const size = this.#memory.write(this.#head & (this.#capacity - 1), head, text)
    this.#publish(size, head.time)
    return true
  }

  /** Accepts records again after `close()`. */
  open(): void {
    this.#closed = false
  }

  close(): void {
    this.#closed = true
  }

  #writeParts(head: FrameHead, payload: Buffer, vital: boolean): boolean {
    if (payload.length > MAX_PAYLOAD) return false
    const step = this.#capacity / 8
    for (let from = 0; from < payload.length; from += step) {
      const part = payload.subarray(from, from + step)
      const last = from + step >= payload.length
      const size = frameSize(part.length)
      if (!this.#reserve(size, vital)) return false
      const offset = this.#head & (this.#capacity - 1)
      part.copy(this.#memory.buffer, offset + HEADER)
      this.#memory.writeHead(offset, last ? head : { ...head, kind: Kind.PART }, part.length)
      this.#publish(size, head.time)
    }
    return true
  }

  #publish(size: number, time: number): void {
    this.#head = (this.#head + size) | 0
    Atomics.store(this.#control, HEAD, this.#head)
    if (this.#bell) ring(this.#bell)
    this.wrote?.(time)
  }

  // Reserves `size` contiguous bytes. If they do not fit before the end of the ring, fills that and starts over at 0.
  #reserve(size: number, vital: boolean): boolean {
    const offset = this.#head & (this.#capacity - 1)
    const rest = this.#capacity - offset
    const pad = rest < size ? rest : 0
    const kept = vital ? 0 : this.#capacity / 8
    if (this.#used() + pad + size > this.#capacity - kept && !this.#makeRoom(pad + size + kept)) {
      return false
    }
    if (pad > 0) {
      if (pad >= HEADER) {
        const filler = { kind: Kind.PAD, level: 0, time: 0, seq: 0 }
        this.#memory.writeHead(offset, filler, pad - HEADER)
      }
      this.#head = (this.#head + pad) | 0
    }
    return true
  }

  #used(): number {
    return (this.#head - this.#tail) | 0
  }

  #makeRoom(size: number): boolean {
    Atomics.store(this.#control, HEAD, this.#head) // repairs a damaged head, which would hide frames from the reader
    const isPatient = this.#policy.policy === 'block' && !this.#isStuck
    const deadline = monotonic() + (isPatient ? this.#policy.wait : 0)
    for (;;) {
      this.#tail = Atomics.load(this.#control, TAIL)
      if (this.#used() + size <= this.#capacity) {
        this.#isStuck = false
        return true
      }
      if (this.drain) {
        this.drain()
        this.#tail = Atomics.load(this.#control, TAIL)
        return this.#used() + size <= this.#capacity
      }
      const left = deadline - monotonic()
      if (this.#bell) ringHard(this.#bell)
      if (left <= 0) {
        this.#isStuck = true
        return false
      }
      Atomics.wait(this.#control, TAIL, this.#tail, Math.min(left, RING_INTERVAL))
    }
  }
}

export class RingReader implements QueueReader {
  readonly #control: Int32Array
  readonly #bytes: Bytes
  readonly capacity: number
  #parts: Buffer[] = []
  /** `seq` of the record that the parts belong to. */
  #partsOf = 0
  #cursor: number
  #frame: Frame | undefined
  #step = 0
  damaged = 0

  constructor(memory: ArrayBufferLike) {
    this.#control = new Int32Array(memory, 0, CONTROL / 4)
    this.capacity = capacityOf(memory)
    this.#bytes = bytesOf(Buffer.from(memory as ArrayBuffer, CONTROL, this.capacity))
    this.#cursor = Atomics.load(this.#control, TAIL)
  }

  peek(): Frame | undefined {
    while (!this.#frame) {
      const ready = (Atomics.load(this.#control, HEAD) - this.#cursor) | 0
      if (ready === 0 || !this.#read(ready)) return undefined
    }
    return this.#frame
  }

  next(): void {
    this.#cursor = (this.#cursor + this.#step) | 0
    this.#step = 0
    this.#frame = undefined
  }

  take(block: Block, until: number, most: number): void {
    const ready = (Atomics.load(this.#control, HEAD) - this.#cursor) | 0
    if (ready <= 0 || ready > this.capacity || this.#isOfParts()) return
    const offset = this.#cursor & (this.capacity - 1)
    const end = Math.min(offset + ready, this.capacity)
    const taken = block.take(this.#bytes, offset, end, until, most) - offset
    if (taken === 0) return
    this.#cursor = (this.#cursor + taken) | 0
    this.#step = 0
    this.#frame = undefined
  }

  release(): void {
    if (Atomics.load(this.#control, TAIL) === this.#cursor) return
    Atomics.store(this.#control, TAIL, this.#cursor)
    Atomics.notify(this.#control, TAIL)
  }

  /** Bytes published and not yet passed. */
  pending(): number {
    return (Atomics.load(this.#control, HEAD) - this.#cursor) | 0
  }

  close(): void {
    if (this.#parts.length > 0) this.damaged++
    this.#parts = []
  }

  // False if reading has to wait until the frames passed are released.
  #read(ready: number): boolean {
    const offset = this.#cursor & (this.capacity - 1)
    if (ready < 0 || ready > this.capacity) {
      this.damaged++
      return this.#skip(ready) // the head is damaged: no writer is that far ahead, and none moves back
    }
    if (this.capacity - offset < HEADER) return this.#skip(this.capacity - offset)
    const frame = readFrame(this.#bytes.buffer, offset, Math.min(offset + ready, this.capacity))
    if (typeof frame === 'string') {
      this.damaged++
      return this.#skip(ready) // skip everything published: the next frame is certain to start at the head
    }
    const size = frameSize(frame.end - frame.start)
    if (frame.kind === Kind.PAD) return this.#skip(size)
    if (frame.kind === Kind.PART) return this.#collect(frame, size)
    this.#deliver(frame, size)
    return true
  }

  // Skips bytes without a record. Releases them at once if no frame before them is in use, so that a PART behind them
  // does not have to wait.
  #skip(size: number): true {
    const isFirst = Atomics.load(this.#control, TAIL) === this.#cursor
    this.#cursor = (this.#cursor + size) | 0
    if (isFirst) this.release()
    return true
  }

  // Copies a part out of the ring and releases it: a record larger than the ring can only pass part by part.
  #collect(frame: Frame, size: number): boolean {
    if (Atomics.load(this.#control, TAIL) !== this.#cursor) return false
    this.#dropStaleParts(frame)
    this.#partsOf = frame.seq
    this.#parts.push(Buffer.from(frame.buffer.subarray(frame.start, frame.end)))
    return this.#skip(size)
  }

  #isOfParts(): boolean {
    const isJoined = this.#frame !== undefined && this.#frame.buffer !== this.#bytes.buffer
    return isJoined || this.#parts.length > 0
  }

  // Drops the parts of a record whose rest found no room. The writer counted that record as dropped.
  #dropStaleParts({ seq }: Frame): void {
    if (seq !== this.#partsOf) this.#parts = []
  }

  #deliver(frame: Frame, size: number): void {
    this.#step = size
    this.#frame = frame
    this.#dropStaleParts(frame)
    if (this.#parts.length === 0) return
    const buffer = Buffer.concat([...this.#parts, frame.buffer.subarray(frame.start, frame.end)])
    this.#parts = []
    this.#frame = { ...frame, buffer, start: 0, end: buffer.length }
  }
}
