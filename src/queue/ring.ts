// RingQueue: a one-writer one-reader byte ring in memory that both ends see.
//
//   word 0 head: bytes ever written    word 1 tail: bytes ever released    64: `capacity` bytes of frames
//
// The writer publishes a frame with one store of the head, so what was published survives the writer's thread, and a
// writer that dies half way leaves nothing visible. There is no lock. Frames never wrap: a PAD frame, or fewer bytes
// than a header, fills the end. Nothing here assumes threads: the memory may as well be a file mapped by two processes.

import { monotonic } from '../core/clock.js'
import { ring, ringHard } from './bell.js'
import {
  type Frame,
  type FrameHead,
  frameBound,
  frameSize,
  HEADER,
  Kind,
  MAX_PAYLOAD,
  readFrame,
  writeFrame,
  writeHead,
} from './frame.js'
import { isVital, type QueuePolicy, type QueueReader, type QueueWriter } from './queue.js'

const HEAD = 0
const TAIL = 1
const CONTROL = 64
/** Milliseconds a writer sleeps at most before it rings again. */
const NAP = 50

export const RING_CAPACITY: number = 2 ** 21

/** Memory for a ring; `capacity` is a power of two. */
export function createRing(capacity: number = RING_CAPACITY): SharedArrayBuffer {
  return new SharedArrayBuffer(CONTROL + capacity)
}

/** Makes a ring like new that has no ends any more. */
export function emptyRing(memory: ArrayBufferLike): void {
  new Int32Array(memory, 0, CONTROL / 4).fill(0)
}

export class RingWriter implements QueueWriter {
  readonly #control: Int32Array
  readonly #buffer: Buffer
  readonly #capacity: number
  readonly #policy: QueuePolicy
  readonly #bell: Int32Array | undefined
  #head: number
  #tail: number
  #closed = false
  #isStuck = false
  /** Empties the ring from the writer's own thread; set while the listener lives in it. */
  drain: (() => void) | undefined
  /** Called after each record; set while nobody else looks into the ring. */
  wrote: ((time: number) => void) | undefined

  constructor(memory: ArrayBufferLike, policy: QueuePolicy, bell?: Int32Array) {
    this.#control = new Int32Array(memory, 0, CONTROL / 4)
    this.#capacity = memory.byteLength - CONTROL
    this.#buffer = Buffer.from(memory as ArrayBuffer, CONTROL, this.#capacity)
    this.#policy = policy
    this.#bell = bell
    this.#head = Atomics.load(this.#control, HEAD)
    this.#tail = Atomics.load(this.#control, TAIL)
  }

  write(head: FrameHead, text: string, vital: boolean = isVital(head)): boolean {
    if (this.#closed) return false
    let bound = frameBound(text)
    if (bound > this.#capacity / 4) {
      const payload = Buffer.byteLength(text)
      bound = frameSize(payload)
      if (bound > this.#capacity / 4) return this.#writeParts(head, Buffer.from(text), vital)
    }
    if (!this.#reserve(bound, vital)) return false
    const size = writeFrame(this.#buffer, this.#head & (this.#capacity - 1), head, text)
    this.#publish(size, head.time)
    return true
  }

  /** Writes again after a `close`. */
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
      part.copy(this.#buffer, offset + HEADER)
      writeHead(this.#buffer, offset, last ? head : { ...head, kind: Kind.PART }, part.length)
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

  // Makes `size` bytes in one piece, filling the end of the ring if they do not fit before it.
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
        writeHead(this.#buffer, offset, filler, pad - HEADER)
      }
      this.#head = (this.#head + pad) | 0
    }
    return true
  }

  #used(): number {
    return (this.#head - this.#tail) | 0
  }

  #makeRoom(size: number): boolean {
    Atomics.store(this.#control, HEAD, this.#head) // lest a head that was damaged hides what is to be read
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
      Atomics.wait(this.#control, TAIL, this.#tail, Math.min(left, NAP))
    }
  }
}

export class RingReader implements QueueReader {
  readonly #control: Int32Array
  readonly #buffer: Buffer
  readonly #capacity: number
  #parts: Buffer[] = []
  /** The count of the record whose parts these are. */
  #partsOf = 0
  #cursor: number
  #frame: Frame | undefined
  #step = 0
  damaged = 0

  constructor(memory: ArrayBufferLike) {
    this.#control = new Int32Array(memory, 0, CONTROL / 4)
    this.#capacity = memory.byteLength - CONTROL
    this.#buffer = Buffer.from(memory as ArrayBuffer, CONTROL, this.#capacity)
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

  release(): void {
    if (Atomics.load(this.#control, TAIL) === this.#cursor) return
    Atomics.store(this.#control, TAIL, this.#cursor)
    Atomics.notify(this.#control, TAIL)
  }

  /** Bytes published and not yet stepped over. */
  pending(): number {
    return (Atomics.load(this.#control, HEAD) - this.#cursor) | 0
  }

  close(): void {
    if (this.#parts.length > 0) this.damaged++
    this.#parts = []
  }

  // False when reading has to wait until what was stepped over is released.
  #read(ready: number): boolean {
    const offset = this.#cursor & (this.#capacity - 1)
    if (ready < 0 || ready > this.#capacity) {
      this.damaged++
      return this.#skip(ready) // no writer is that far ahead, and none goes back
    }
    if (this.#capacity - offset < HEADER) return this.#skip(this.#capacity - offset)
    const frame = readFrame(this.#buffer, offset, Math.min(offset + ready, this.#capacity))
    if (typeof frame === 'string') {
      this.damaged++
      return this.#skip(ready) // the next frame starts at the head: everything published is passed over
    }
    const size = frameSize(frame.end - frame.start)
    if (frame.kind === Kind.PAD) return this.#skip(size)
    if (frame.kind === Kind.PART) return this.#collect(frame, size)
    this.#offer(frame, size)
    return true
  }

  // Unused bytes with nothing held before them go back at once: a PART behind them need not wait.
  #skip(size: number): true {
    const isFirst = Atomics.load(this.#control, TAIL) === this.#cursor
    this.#cursor = (this.#cursor + size) | 0
    if (isFirst) this.release()
    return true
  }

  // A record larger than the ring can only go through it piece by piece, so its pieces are taken out.
  #collect(frame: Frame, size: number): boolean {
    if (Atomics.load(this.#control, TAIL) !== this.#cursor) return false
    this.#forsake(frame)
    this.#partsOf = frame.seq
    this.#parts.push(Buffer.from(frame.buffer.subarray(frame.start, frame.end)))
    return this.#skip(size)
  }

  // Parts whose rest found no room: the writer has counted the record as dropped and gone on with another.
  #forsake({ seq }: Frame): void {
    if (seq !== this.#partsOf) this.#parts = []
  }

  #offer(frame: Frame, size: number): void {
    this.#step = size
    this.#frame = frame
    this.#forsake(frame)
    if (this.#parts.length === 0) return
    const buffer = Buffer.concat([...this.#parts, frame.buffer.subarray(frame.start, frame.end)])
    this.#parts = []
    this.#frame = { ...frame, buffer, start: 0, end: buffer.length }
  }
}
