// Gunzip: decompresses gzip piece by piece, and returns all that is readable before damage.

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

  /** Decompresses the next bytes. Their buffer may be reused afterwards. Rejects after the last readable bytes. */
  async push(packed: Uint8Array): Promise<Buffer> {
    if (!this.#fault) {
      const isDone = new Promise((resolve) => this.#stream.write(packed, resolve))
      await Promise.race([isDone, this.#ended])
    }
    return this.#collect()
  }

  /** Call after the last bytes. Resolves to the rest; then rejects if the file is damaged or incomplete. */
  async end(): Promise<Buffer> {
    if (!this.#isAtEnd) {
      this.#isAtEnd = true
      this.#stream.end()
      await this.#ended
    }
    return this.#collect()
  }

  // Reports damage only when all readable bytes have been returned.
  #collect(): Buffer {
    const pieces = this.#pieces
    this.#pieces = []
    if (pieces.length === 0 && this.#fault) throw this.#fault
    return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces)
  }
}
