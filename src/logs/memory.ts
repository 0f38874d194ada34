// Memory: one piece of memory for the bytes of all logs and for the output, because copying within one needs no object.

export class Memory {
  readonly bytes: Uint8Array
  #used = 0

  constructor(size: number) {
    this.bytes = new Uint8Array(size)
  }

  /** Returns bytes of this memory as long as there are enough, then others. */
  allocate(size: number): Buffer {
    const { buffer } = this.bytes
    if (this.#used + size > buffer.byteLength) return Buffer.allocUnsafeSlow(size)
    const bytes = Buffer.from(buffer, this.#used, size)
    this.#used += size
    return bytes
  }

  /** The offset of bytes in this memory; -1 if they are elsewhere. */
  offsetOf(bytes: Uint8Array): number {
    return bytes.buffer === this.bytes.buffer ? bytes.byteOffset : -1
  }
}
