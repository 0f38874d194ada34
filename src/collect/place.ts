// StreamPlace: how far an input has come in its stream, as the count of the last record in the collector's queue tells.
//
// The record and its count are one frame: no death can come between them. Counts go on where a stream is removed and
// another of its name begins anew; this file says from which count on they are its own.

import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { Give } from './input.js'

interface Note {
  /** When the stream was made. */
  readonly created: string
  /** The count of what would be its message 0. */
  readonly base: number
}

export class StreamPlace {
  readonly #path: string
  readonly #count: () => number
  readonly #give: Give
  #note: Note

  /** `count`: of the last record that was given, by a collector before this one too. */
  constructor(path: string, count: () => number, give: Give) {
    this.#path = path
    this.#count = count
    this.#give = give
    this.#note = read(path)
  }

  /** Place of the last message that was given; 0 if none of this stream was. */
  last(created: string): number {
    if (this.#note.created !== created) this.#write({ created, base: this.#count() })
    return this.#count() - this.#note.base
  }

  /** Gives one message of the stream that `last` was asked for. */
  give(line: string, seq: number): void {
    this.#give([line], this.#note.base + seq)
  }

  #write(note: Note): void {
    writeFileSync(`${this.#path}.new`, JSON.stringify(note), { mode: 0o600 })
    renameSync(`${this.#path}.new`, this.#path)
    this.#note = note
  }
}

function read(path: string): Note {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Note
  } catch {
    return { created: '', base: 0 } // the first start
  }
}
