// Program: one program whose output the helper process reads, from the opening of its pipes to their end.

import { constants, openSync, readSync } from 'node:fs'
import { Socket } from 'node:net'
import type { Outlet } from './outlet.js'

/** Bytes that may wait to be written before a program's pipe is left unread, which blocks the program. */
const MAX_WAITING = 2 ** 16
/** Largest capacity (bytes) of a pipe on Linux: what an exited program can have left in it. */
const MAX_LEFT = 2 ** 20

export interface PipeEvents {
  /** Gets what the program has printed. */
  read(chunk: Buffer): void
  /** Nobody has the pipe open for writing any more, or the output is not wanted any more. */
  closed(): void
}

/** The reading end of a program's pipe. */
export class Pipe {
  readonly #fd: number
  readonly #outlet: Outlet | undefined
  readonly #events: PipeEvents
  readonly #socket: Socket
  readonly #broken = (): void => this.#close()
  #isClosed = false

  /** Without `outlet`, what is read is not copied. Throws the system's error. */
  constructor(path: string, outlet: Outlet | undefined, events: PipeEvents) {
    this.#fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    this.#outlet = outlet
    this.#events = events
    this.#socket = new Socket({ fd: this.#fd, readable: true, writable: false })
    this.#socket.on('error', this.#broken).on('end', this.#broken)
    this.#socket.on('data', (chunk: Buffer) => this.#take(chunk))
  }

  /**
   * Reads what is there now. The system does not report the end of a pipe that had no writer when it was opened, so this
   * must be called once after that.
   */
  drain(): void {
    while (!this.#isClosed && this.#socket.read() !== null); // emits `data`
    for (let total = 0; total < MAX_LEFT && !this.#isClosed; ) {
      const bytes = Buffer.allocUnsafe(MAX_WAITING)
      const length = readNow(this.#fd, bytes)
      if (length === undefined) return
      if (length === 0) this.#close()
      else this.#take(bytes.subarray(0, length))
      total += length
    }
  }

  /** Calls `done` when everything that was read is written. */
  whenWritten(done: () => void): void {
    if (this.#outlet) this.#outlet.whenEmpty(done)
    else done()
  }

  // Copied before it is recorded: a queue that is full makes the record wait.
  #take(chunk: Buffer): void {
    if (this.#isClosed) return
    this.#outlet?.write(chunk, this.#broken)
    this.#events.read(chunk)
    if (!this.#outlet || this.#outlet.size <= MAX_WAITING || this.#socket.isPaused()) return
    this.#socket.pause()
    this.#outlet.whenEmpty(() => this.#socket.resume())
  }

  #close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#socket.destroy()
    this.#events.closed()
  }
}

// Returns undefined if a writer has the pipe open and there is nothing to read.
function readNow(fd: number, bytes: Buffer): number | undefined {
  try {
    return readSync(fd, bytes)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EAGAIN' ? undefined : 0
  }
}
