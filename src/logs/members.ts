// Members: iterates over the top-level members of a JSON object in its bytes, without parsing the object.

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const COMMA = 0x2c
const SPACE = 0x20

/** Starts and ends are offsets into the bytes. A key is without its quotes, a value that is a string with them. */
export class Members {
  #bytes: Uint8Array = new Uint8Array()
  #at = 0
  #end = 0
  keyStart = 0
  keyEnd = 0
  valueStart = 0
  valueEnd = 0

  /** Starts before the first member of the object at `start`. */
  open(bytes: Uint8Array, start: number, end: number): this {
    this.#bytes = bytes
    this.#at = start + 1
    this.#end = end
    return this
  }

  /** Moves to the next member. Returns false after the last one, or if the text is not JSON. */
  next(): boolean {
    const bytes = this.#bytes
    let at = this.#skip(this.#at)
    if (bytes[at] === COMMA) at = this.#skip(at + 1)
    if (at >= this.#end || bytes[at] !== QUOTE) return false
    this.keyStart = at + 1
    at = this.#string(at)
    this.keyEnd = at - 1
    at = this.#skip(at)
    if (at >= this.#end || bytes[at] !== COLON) return false
    this.valueStart = this.#skip(at + 1)
    this.valueEnd = this.#value(this.valueStart)
    this.#at = this.valueEnd
    return this.valueEnd <= this.#end && this.valueEnd > this.valueStart
  }

  /** Whether the member has this key, given as UTF-8 bytes. */
  isKey(key: Uint8Array): boolean {
    const { keyStart } = this
    if (this.keyEnd - keyStart !== key.length) return false
    for (let i = 0; i < key.length; i++) if (this.#bytes[keyStart + i] !== key[i]) return false
    return true
  }

  #skip(from: number): number {
    let at = from
    while (at < this.#end && (this.#bytes[at] as number) <= SPACE) at++
    return at
  }

  // Offset after the string that begins at `from`.
  #string(from: number): number {
    const bytes = this.#bytes
    for (let at = from + 1; at < this.#end; at++) {
      const byte = bytes[at]
      if (byte === QUOTE) return at + 1
      if (byte === BACKSLASH) at++
    }
    return this.#end + 1
  }

  #value(from: number): number {
    const first = this.#bytes[from]
    if (first === QUOTE) return this.#string(from)
    if (first === 0x7b || first === 0x5b) return this.#nested(from)
    let at = from
    while (at < this.#end) {
      const byte = this.#bytes[at] as number
      if (byte === COMMA || byte === 0x7d || byte <= SPACE) break
      at++
    }
    return at
  }

  // Offset after the object or array that begins at `from`.
  #nested(from: number): number {
    let depth = 0
    for (let at = from; at < this.#end; ) {
      const byte = this.#bytes[at] as number
      if (byte === QUOTE) {
        at = this.#string(at)
        continue
      }
      if (byte === 0x7b || byte === 0x5b) depth++
      else if ((byte === 0x7d || byte === 0x5d) && --depth === 0) return at + 1
      at++
    }
    return this.#end + 1
  }
}
