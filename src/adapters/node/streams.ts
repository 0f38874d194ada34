// Streams: complete lines that a thread prints on stdout or stderr become records, unless an adapter has captured them.
//
// The bytes go where they went. What an application has put in the place of `write` is asked first: it gets the text
// instead of this, and so does the application from it.

import { StringDecoder } from 'node:string_decoder'
import { isCaptured, onceOpened } from '../../core/stdio.js'
import { type Adapter, type AdapterContext, isRelaying, terminalRole } from '../kit/adapter.js'
import { isForwarded } from '../kit/capture/stdio.js'

type StreamName = 'stdout' | 'stderr'
type Write = NodeJS.WriteStream['write']

/** Characters of a line without an end after which it becomes a record all the same. */
const MAX_LINE = 2 ** 16

/** Milliseconds that text without an end of line waits for it before a terminal shows it. */
const SHOW_DELAY = 20

// Captured at load: test frameworks replace these with fake timers.
const later = setTimeout
const { nextTick } = process

export const stdoutAdapter: Adapter = createAdapter('stdout')
export const stderrAdapter: Adapter = createAdapter('stderr')

function createAdapter(name: StreamName): Adapter {
  return {
    name,
    install(context) {
      if (context.role === 'track' || !context.capture[name]) return () => {}
      return onceOpened(name, (stream) => watch(name, stream, context))
    },
    // A child prints itself.
    relay: () => true,
  }
}

function watch(name: StreamName, stream: NodeJS.WriteStream, context: AdapterContext): () => void {
  const original = stream.write
  const lines = new Lines((line) => record(name, line, context))
  const write = function (this: unknown, ...args: unknown[]): boolean {
    if (this !== stream || isRelaying() || !isText(args[0]) || isCaptured(args[0]))
      return original.apply(this as never, args as never)
    const role = isForwarded(name) ? 'leave' : terminalRole(context)
    if (role === 'leave') return original.apply(stream, args as never)
    const text = lines.decode(args[0], args[1])
    if (role === 'copy') {
      lines.add(text)
      return original.apply(stream, args as never)
    }
    lines.add(text)
    if (stream.isTTY) showLater()
    const done = args.find((arg) => typeof arg === 'function') as
      | ((error: null) => void)
      | undefined
    if (done) nextTick(done, null)
    return true
  }
  // A prompt or a spinner is no log: what has no end of line is shown as it is.
  let showing = false
  const showLater = (): void => {
    if (showing || lines.isEmpty) return
    showing = true
    later(() => {
      showing = false
      const text = lines.take()
      if (text !== '') original.call(stream, text)
    }, SHOW_DELAY).unref()
  }
  Object.defineProperty(write, 'name', { value: original.name, configurable: true })
  const unshadow = shadow(stream, write as Write)
  return () => {
    lines.end()
    unshadow()
  }
}

// Loggers and test frameworks compare `stream.write` with the method of the stream's class, to see whether somebody has
// replaced it. So the stream gets a class of its own, which inherits from its class and has the same name.
function shadow(stream: NodeJS.WriteStream, write: Write): () => void {
  const original = Object.getPrototypeOf(stream) as object & { constructor: { name: string } }
  const { constructor: base } = original
  const shell = (): void => {}
  const prototype = Object.create(original, {
    constructor: { value: shell, configurable: true, writable: true },
    write: { value: write, configurable: true, writable: true },
  }) as object
  Object.defineProperty(shell, 'name', { value: base.name, configurable: true })
  Object.setPrototypeOf(shell, base)
  Object.defineProperty(shell, 'prototype', { value: prototype })
  Object.setPrototypeOf(stream, prototype)
  return () => {
    if (Object.getPrototypeOf(stream) === prototype) Object.setPrototypeOf(stream, original)
  }
}

function isText(chunk: unknown): chunk is string | Uint8Array {
  return typeof chunk === 'string' || chunk instanceof Uint8Array
}

/** Cuts a stream's text into lines. */
export class Lines {
  readonly #found: (line: string) => void
  #decoder: StringDecoder | undefined
  #rest = ''

  constructor(found: (line: string) => void) {
    this.#found = found
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
    const back = this.#rest.lastIndexOf('\r')
    if (back > 0) this.#rest = this.#rest.slice(back)
    if (this.#rest.length <= MAX_LINE) return
    this.#line(this.#rest)
    this.#rest = ''
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

  end(): void {
    if (this.#rest.trim() !== '') this.#line(this.#rest)
    this.#rest = ''
  }

  #line(given: string): void {
    const line = given.endsWith('\r') ? given.slice(0, -1) : given
    this.#found(line.slice(line.lastIndexOf('\r') + 1))
  }
}

function record(name: StreamName, line: string, context: AdapterContext): void {
  try {
    reading ??= require('../kit/capture/printed.js') as typeof import('../kit/capture/printed.js')
    taking ??= require('../kit/capture/take.js') as typeof import('../kit/capture/take.js')
    const { level, msg, fields, ...found } = reading.readPrinted(line)
    taking.take(
      context,
      {
        lib: name,
        name: found.name ?? name,
        level: level ?? (name === 'stdout' ? 30 : 40),
        msg,
        fields,
      },
      'copy',
    )
  } catch {
    // A line that cannot be made a record was printed all the same.
  }
}

// Loaded with the first line: every process has this adapter, and few print much.
let reading: typeof import('../kit/capture/printed.js') | undefined
let taking: typeof import('../kit/capture/take.js') | undefined
