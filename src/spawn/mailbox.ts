// Mailbox: memory through which a worker that prints much hands its text to its parent, in place of a message for each text.
//
//   0       4       8         12       32
//   +-------+-------+---------+--------+-----------------------------------+
//   | head  | tail  | is told | unused | frames: length, messages, bytes   |
//   +-------+-------+---------+--------+-----------------------------------+
//
// What is in it outlives the worker: it lies in the parent's memory when `write` returns, and a message that says so has
// been posted. Some texts come as messages all the same. So each frame has the number of the texts that were posted before
// it: it is read after these and before all others.

const HEAD = 0
const TAIL = 1
const TOLD = 2
const START = 32
const CAPACITY = 2 ** 16
/** Characters. Longer texts are posted. */
const MAX_TEXT = 2 ** 12
/** In place of a length: the rest of the memory is not used. */
const PAD = -1
const HEADER = 8

class Memory {
  readonly memory: SharedArrayBuffer
  readonly control: Int32Array
  readonly words: Int32Array
  readonly bytes: Buffer

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory
    this.control = new Int32Array(memory, 0, START / 4)
    this.words = new Int32Array(memory, START, CAPACITY / 4)
    this.bytes = Buffer.from(memory as unknown as ArrayBuffer, START, CAPACITY)
  }
}

/** The worker's end. */
export class MailboxWriter {
  readonly #memory = new Memory(new SharedArrayBuffer(START + CAPACITY))
  readonly #wake: () => void
  #head = 0
  #posted = 0

  /** `wake` posts a message with which the parent reads the mailbox. */
  constructor(wake: () => void) {
    this.#wake = wake
  }

  get memory(): SharedArrayBuffer {
    return this.#memory.memory
  }

  /** Texts were posted as messages. */
  posted(count: number): void {
    this.#posted = (this.#posted + count) | 0
  }

  /** Returns false if the text has to be posted: there is no room for it, or it is too long. */
  write(stream: number, text: string): boolean {
    const { control, words, bytes } = this.#memory
    if (text.length > MAX_TEXT) return false
    const bound = HEADER + aligned(text.length * 3)
    const used = (this.#head - Atomics.load(control, TAIL)) | 0
    let at = this.#head & (CAPACITY - 1)
    const pad = CAPACITY - at < bound ? CAPACITY - at : 0
    if (used + pad + bound > CAPACITY) return false
    if (pad > 0) {
      words[at >> 2] = PAD
      at = 0
    }
    const length = bytes.write(text, at + HEADER, 'utf8')
    words[at >> 2] = (length << 1) | stream
    words[(at >> 2) + 1] = this.#posted
    this.#head = (this.#head + pad + HEADER + aligned(length)) | 0
    Atomics.store(control, HEAD, this.#head)
    if (Atomics.exchange(control, TOLD, 1) === 0) this.#wake()
    return true
  }
}

/** The parent's end. */
export class MailboxReader {
  readonly #memory: Memory
  #tail = 0
  #arrived = 0

  constructor(memory: SharedArrayBuffer) {
    this.#memory = new Memory(memory)
  }

  /** A text has arrived as a message. What was written before it must have been read. */
  arrived(): void {
    this.#arrived = (this.#arrived + 1) | 0
  }

  /** Calls `found` with each text whose turn it is, a copy of its bytes. It is taken before `found` is called, which may throw. */
  read(found: (stream: number, bytes: Buffer) => void): void {
    const { control, words, bytes } = this.#memory
    Atomics.store(control, TOLD, 0)
    while (this.#tail !== Atomics.load(control, HEAD)) {
      const at = this.#tail & (CAPACITY - 1)
      const word = words[at >> 2] as number
      if (word === PAD) {
        this.#pass(CAPACITY - at)
        continue
      }
      const from = at + HEADER
      const before = words[(at >> 2) + 1] as number
      if (((before - this.#arrived) | 0) > 0) return
      const text = Buffer.from(bytes.subarray(from, from + (word >> 1)))
      this.#pass(HEADER + aligned(text.length))
      found(word & 1, text)
    }
  }

  #pass(size: number): void {
    this.#tail = (this.#tail + size) | 0
    Atomics.store(this.#memory.control, TAIL, this.#tail)
  }
}

function aligned(size: number): number {
  return (size + 7) & ~7
}
