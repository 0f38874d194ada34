// Gunzip: unpacks gzip as it comes, piece by piece; what was readable in front of damage is kept.

import { createGunzip } from 'node:zlib'

const OUTPUT = 65_536

export class Gunzip {
  readonly #stream = createGunzip({ chunkSize: OUTPUT })
  readonly #ended: Promise<void>
  #pieces: Buffer[] = []
  #fault: Error | undefined
  #isAtEnd = false

  constructor() {
    this.#stream.on('data', (piece: Buffer) => this.#pieces.push(piece))
    this.#ended = new Promise((resolve) => {
      this.#stream.once('end', resolve)
      this.#stream.once('error', (error: Error) => {
        this.#fault = error
        resolve()
      })
    })
  }

  /** What is in the next bytes; they may change afterwards. */
  async push(packed: Uint8Array): Promise<Buffer> {
    if (!this.#fault) {
      const isDone = new Promise((resolve) => this.#stream.write(packed, resolve))
      await Promise.race([isDone, this.#ended])
    }
    return this.#collect()
  }

  /** What is left when all bytes have been given; rejects if there should have been more of them. */
  async end(): Promise<Buffer> {
    if (!this.#isAtEnd) {
      this.#isAtEnd = true
      this.#stream.end()
      await this.#ended
    }
    return this.#collect()
  }

  // Damage is told of behind the last that was readable.
  #collect(): Buffer {
    const pieces = this.#pieces
    this.#pieces = []
    if (pieces.length === 0 && this.#fault) throw this.#fault
    return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces)
  }
}
