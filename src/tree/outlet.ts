// Outlet: writes what programs print to the stream that they would have inherited, in order, and waits where it is full.

import { fstatSync, write } from 'node:fs'
import { setTimeout } from '../core/originals.js'

/** Bytes that a write to a pipe puts in at once, so that other writers' lines do not get between them (POSIX, PIPE_BUF). */
const ATOMIC = 4096
/** Milliseconds between two tries to write to a full pipe, if another process has made it non-blocking. */
const RETRY = 2
const LINE_FEED = 0x0a

interface Piece {
  readonly bytes: Buffer
  readonly broken: () => void
}

export class Outlet {
  readonly #fd: number
  readonly #isPipe: boolean
  readonly #pieces: Piece[] = []
  #waiting: (() => void)[] = []
  #size = 0

  constructor(fd: number) {
    this.#fd = fd
    this.#isPipe = fstatSync(fd).isFIFO()
  }

  /** Bytes that are not written yet. */
  get size(): number {
    return this.#size
  }

  /** `broken` is called if nobody reads the stream any more: the rest of this writer's bytes is dropped. */
  write(chunk: Buffer, broken: () => void): void {
    const isIdle = this.#pieces.length === 0
    for (const bytes of this.#isPipe ? cut(chunk) : [chunk]) this.#pieces.push({ bytes, broken })
    this.#size += chunk.length
    if (isIdle) this.#next()
  }

  /** Calls `done` when everything is written, at once if it is. */
  whenEmpty(done: () => void): void {
    if (this.#pieces.length === 0) done()
    else this.#waiting.push(done)
  }

  #next(): void {
    const [piece] = this.#pieces
    if (piece) {
      // In a thread of the pool, which a full pipe may block.
      write(this.#fd, piece.bytes, (error, written) => this.#wrote(piece, error, written))
      return
    }
    const waiting = this.#waiting
    this.#waiting = []
    for (const done of waiting) done()
  }

  #wrote({ bytes, broken }: Piece, error: NodeJS.ErrnoException | null, written: number): void {
    if (error?.code === 'EAGAIN') {
      setTimeout(() => this.#next(), RETRY)
      return
    }
    // A full disk, for one: what a program cannot write there is lost without logshare, too, and it goes on.
    const done = error ? bytes.length : written
    this.#size -= done
    if (done < bytes.length) this.#pieces[0] = { bytes: bytes.subarray(done), broken }
    else this.#pieces.shift()
    if (error?.code === 'EPIPE') {
      this.#drop(broken)
      broken()
    }
    this.#next()
  }

  #drop(writer: Piece['broken']): void {
    const left = this.#pieces.filter(({ broken }) => broken !== writer)
    this.#pieces.splice(0, this.#pieces.length, ...left)
    this.#size = left.reduce((sum, { bytes }) => sum + bytes.length, 0)
  }
}

// At ends of lines where possible.
function* cut(chunk: Buffer): Generator<Buffer> {
  for (let start = 0; start < chunk.length; ) {
    const limit = start + ATOMIC
    const end = limit < chunk.length ? chunk.lastIndexOf(LINE_FEED, limit - 1) + 1 : chunk.length
    const next = end > start ? end : limit
    yield chunk.subarray(start, next)
    start = next
  }
}
