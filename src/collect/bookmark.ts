// Bookmark: how far an input has come in its stream, from one start of the collector to the next.
//
// Two notes say it: this file, written behind each batch, and the records themselves, whose frames in the collector's
// queue carry the place. A collector that is killed between a record and its note is told by the record.

import { readFileSync, renameSync, writeFileSync } from 'node:fs'

interface Note {
  /** When the stream was made: in another one of its name places begin anew. */
  readonly created: string
  /** Place of the last message that was given. */
  readonly last: number
  /** What the queue said when the stream was first seen: it was of another one. */
  readonly foreign: number
}

const NONE = -1

export class Bookmark {
  readonly #path: string
  /** The place in the last record's frame, its lower 32 bits; undefined if there is none. */
  readonly #lastGiven: () => number | undefined
  #note: Note

  constructor(path: string, lastGiven: () => number | undefined) {
    this.#path = path
    this.#lastGiven = lastGiven
    this.#note = read(path)
  }

  /** Place of the last message that was given; 0 if none of this stream was. */
  find(created: string): number {
    const given = (this.#lastGiven() ?? NONE) >>> 0
    if (this.#note.created !== created) this.#write({ created, last: 0, foreign: given })
    const { last, foreign } = this.#note
    const ahead = (given - last) >>> 0 // of another start, long ago, if it is not within half of what 32 bits can tell
    return given === foreign || ahead >= 2 ** 31 ? last : last + ahead
  }

  /** Notes that messages were given up to a place. */
  move(last: number): void {
    this.#write({ ...this.#note, last })
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
    return { created: '', last: 0, foreign: NONE } // the first start
  }
}
