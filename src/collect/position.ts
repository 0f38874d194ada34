// Position: an input's position in its stream, derived from the last sequence number in the input's queue.
//
// Record and sequence number are one frame, so a crash cannot separate them. If a stream is removed and created again,
// its own numbers restart but the queue's continue; a file keeps the number at which the present stream began.

import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { Append } from './input.js'

interface Origin {
  /** When the stream was created. */
  readonly created: string
  /** Sequence number in the queue that message 0 of the stream would have. */
  readonly base: number
}

export class StreamPosition {
  readonly #path: string
  readonly #lastInQueue: () => number
  readonly #append: Append
  #origin: Origin

  /** `path`: file for the origin. `lastInQueue`: sequence number of the record appended last, by any collector. */
  constructor(path: string, lastInQueue: () => number, append: Append) {
    this.#path = path
    this.#lastInQueue = lastInQueue
    this.#append = append
    this.#origin = read(path)
  }

  /** Stream sequence number of the message appended last; 0 if none of the stream created at this time was. */
  last(created: string): number {
    if (this.#origin.created !== created) this.#write({ created, base: this.#lastInQueue() })
    return this.#lastInQueue() - this.#origin.base
  }

  /** Appends one message of the stream that `last` was called for. */
  append(line: string, seq: number): void {
    this.#append([line], this.#origin.base + seq)
  }

  #write(origin: Origin): void {
    writeFileSync(`${this.#path}.new`, JSON.stringify(origin), { mode: 0o600 })
    renameSync(`${this.#path}.new`, this.#path)
    this.#origin = origin
  }
}

function read(path: string): Origin {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Origin
  } catch {
    return { created: '', base: 0 } // the first start
  }
}
