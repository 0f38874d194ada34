// Memory: the bytes of a queue that frames are written into.
//
// Offsets of frames are multiples of 8, so a header is written through typed arrays, which takes half as long as
// Buffer's methods. Those use the machine's byte order, which is little-endian everywhere but on s390x.

import { endianness } from 'node:os'
import type { Bytes, Draft } from '../core/draft.js'
import { checkOf, type FrameHead, frameSize, HEADER, MAGIC, writeHead } from './frame.js'

const IS_LITTLE_ENDIAN = endianness() === 'LE'

export class Memory {
  readonly buffer: Buffer
  readonly #words: Uint32Array
  readonly #times: Float64Array

  /** `from` and `length`: bytes, multiples of 8. */
  constructor(bytes: ArrayBufferLike, from = 0, length: number = bytes.byteLength - from) {
    this.buffer = Buffer.from(bytes as ArrayBuffer, from, length)
    this.#words = new Uint32Array(bytes, from, length / 4)
    this.#times = new Float64Array(bytes, from, length / 8)
  }

  /** Writes a frame at `offset` and returns its size. The caller must have made sure that it fits. */
  write(offset: number, head: FrameHead, text: string): number {
    const { draft } = head
    const payload = draft
      ? this.#copy(draft, offset + HEADER)
      : (this.buffer as Bytes).utf8Write(text, offset + HEADER)
    this.writeHead(offset, head, payload)
    return frameSize(payload)
  }

  /** Writes only the header of a frame; `payload` is the payload's size in bytes. */
  writeHead(offset: number, head: FrameHead, payload: number): void {
    if (!IS_LITTLE_ENDIAN) {
      writeHead(this.buffer, offset, head, payload)
      return
    }
    const at = offset >> 2
    this.#words[at] = payload
    this.#words[at + 1] = MAGIC | (head.kind << 16) | (head.level << 24)
    this.#times[(offset >> 3) + 1] = head.time
    this.#words[at + 4] = head.seq
    this.#words[at + 5] = checkOf(payload, head)
  }
  // In whole words: a frame has room for them.
  #copy({ words, length }: Draft, to: number): number {
    const [times, from] = [this.#times, to >> 3]
    for (let i = 0; i < length / 8; i++) times[from + i] = Number(words[i])
    return length
  }
}
