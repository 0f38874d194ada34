// Lines: cuts the text of a stream into lines, whatever the pieces in which it comes.

import { StringDecoder } from 'node:string_decoder'
import { stripVTControlCharacters } from 'node:util'

/** Characters of a line without an end after which it becomes a record all the same. */
const MAX_LINE = 2 ** 16

/** A control character that is no tab and begins no colour. */
const MOVES = /(?!\p{Cc}\[[\d;]*m)[^\P{Cc}\t]/u

/** Calls `found` with each line. */
export class Lines {
  readonly #found: (line: string) => void
  #decoder: StringDecoder | undefined
  #rest = ''
  readonly #waits: () => void

  /** `waits` is called when text without an end of line is left. */
  constructor(found: (line: string) => void, waits: () => void = () => {}) {
    this.#found = found
    this.#waits = waits
  }

  decode(chunk: string | Uint8Array, encoding: unknown): string {
    if (typeof chunk === 'string' && (typeof encoding !== 'string' || /^utf-?8$/i.test(encoding)))
      return chunk
    this.#decoder ??= new StringDecoder('utf8')
    const bytes =
      typeof chunk === 'string'
        ? Buffer.from(chunk, encoding as BufferEncoding)
        : Buffer.from(chunk)
    return this.#decoder.write(bytes)
  }

  add(text: string): void {
    // Most texts are one line.
    if (this.#rest === '' && text.indexOf('\n') === text.length - 1 && text !== '') {
      this.#line(text.slice(0, -1))
      return
    }
    let from = 0
    for (;;) {
      const end = text.indexOf('\n', from)
      if (end < 0) break
      this.#line(this.#rest + text.slice(from, end))
      this.#rest = ''
      from = end + 1
    }
    this.#rest += from === 0 ? text : text.slice(from)
    // A progress bar writes over its line again and again: only what it has written last is kept.
    if (this.#rest === '') return
    const back = this.#rest.lastIndexOf('\r')
    if (back > 0) this.#rest = this.#rest.slice(back)
    if (this.#rest.length > MAX_LINE) {
      this.#line(this.#rest)
      this.#rest = ''
    }
    if (this.#rest !== '') this.#waits()
  }

  get isEmpty(): boolean {
    return this.#rest === ''
  }

  /** Takes what has no end yet. */
  take(): string {
    const rest = this.#rest
    this.#rest = ''
    return rest
  }

  /** Takes it if it is the beginning of a line of text, and no prompt or spinner that moves the cursor. */
  takeBegun(): string {
    return this.#rest === '' || MOVES.test(this.#rest) ? '' : this.take()
  }

  /** What is left becomes a line, unless it only ends a colour or shows the cursor. */
  end(): void {
    const rest = this.take()
    if (stripVTControlCharacters(rest).trim() !== '') this.#line(rest)
  }

  /** The same for the beginning of a line of text, which goes on with what has been captured elsewhere. */
  endBegun(): void {
    if (this.#rest !== '' && !MOVES.test(this.#rest)) this.end()
  }

  #line(given: string): void {
    if (!given.includes('\r')) {
      this.#found(given)
      return
    }
    const line = given.endsWith('\r') ? given.slice(0, -1) : given
    this.#found(line.slice(line.lastIndexOf('\r') + 1))
  }
}
