// Pending: the bytes of a connection that are no complete message yet, limited over all connections.

import type { Split } from './split.js'

/** Most bytes that all connections of a collector hold together. */
const MAX_TOTAL = 64 * 2 ** 20
const FIRST_SIZE = 1024

let total = 0
const all = new Set<Pending>()

export class Pending {
  readonly #split: Split
  readonly #giveUp: (reason: string) => void
  #buffer = Buffer.alloc(0)
  #length = 0

  /** `giveUp` is called if this one holds the most when there is too much. It has been closed then. */
  constructor(split: Split, giveUp: (reason: string) => void) {
    this.#split = split
    this.#giveUp = giveUp
  }

  /** Returns the messages that are complete now. Throws if one is too long. */
  take(bytes: Buffer, ended: boolean): readonly string[] {
    const seen = this.#length
    if (seen > 0) this.#add(bytes)
    const { messages, rest } = this.#split(seen > 0 ? this.#content : bytes, ended, seen)
    this.#keep(rest)
    makeRoom()
    return messages
  }

  close(): void {
    this.#keep(Buffer.alloc(0))
  }

  get #content(): Buffer {
    return this.#buffer.subarray(0, this.#length)
  }

  // Doubled as it grows, so that each byte is copied a limited number of times.
  #add(bytes: Buffer): void {
    const length = this.#length + bytes.length
    if (length > this.#buffer.length) this.#resize(Math.max(length, 2 * this.#buffer.length))
    bytes.copy(this.#buffer, this.#length)
    this.#length = length
  }

  #resize(size: number): void {
    total += size - this.#buffer.length
    const buffer = size === 0 ? Buffer.alloc(0) : Buffer.allocUnsafeSlow(size)
    this.#content.copy(buffer)
    this.#buffer = buffer
  }

  // `rest` is the end of what was split, or of bytes that belong to the socket.
  #keep(rest: Buffer): void {
    if (rest.length > 0 && rest.length === this.#length) return
    const kept = Buffer.from(rest)
    this.#length = 0
    if (rest.length === 0) {
      all.delete(this)
      this.#resize(0)
      return
    }
    all.add(this)
    this.#resize(Math.max(FIRST_SIZE, kept.length))
    this.#add(kept)
  }

  static giveUpLargest(): void {
    let largest: Pending | undefined
    for (const each of all)
      if (!largest || each.#buffer.length > largest.#buffer.length) largest = each
    if (!largest) return
    largest.close()
    largest.#giveUp(`connections hold more than ${MAX_TOTAL} bytes of unfinished messages`)
  }
}

function makeRoom(): void {
  while (total > MAX_TOTAL && all.size > 0) Pending.giveUpLargest()
}
