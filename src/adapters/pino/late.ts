// Late: a destination of a child that pino opens only when the child writes to it itself, because the root may have its logger.

import { EventEmitter } from 'node:events'
import { setImmediate } from '../../core/originals.js'
import type { Stream } from './library.js'

const soon = setImmediate

const opens = new WeakMap<Stream, () => void>()

/** Opens the destination, or those of a multistream, if that has not been done. */
export function openNow(stream: Stream): void {
  opens.get(stream)?.()
  if (Array.isArray(stream.streams)) for (const member of stream.streams) openNow(member.stream)
}

interface Options {
  readonly file?: string
  /** The class of the destination. */
  readonly Class: unknown
  /** Gets all text before it is written. */
  readonly onWrite: (text: unknown) => void
  /** The application reopens the destination, which the root writes. */
  readonly onReopen?: () => void
}

/**
 * Stands for the destination until it is opened, and is that destination from then on, with all of its properties and
 * events. `create` opens it.
 */
export function createLate(
  create: () => Stream,
  { file, Class, onWrite, onReopen }: Options,
): Stream {
  const closed = new Closed(file, onReopen)
  let real: Stream | undefined
  // Not unreferenced: the application may begin its work when the destination is ready.
  soon(() => {
    if (!real) closed.emit('ready')
  })
  const open = (): Stream => {
    if (real) return real
    real = create()
    closed.moveTo(real as Stream & EventEmitter)
    return real
  }
  const write = (text: unknown): unknown => {
    onWrite(text)
    return closed.destroyed ? false : open().write(text as string)
  }
  const late = new Proxy(
    closed as unknown as Stream,
    createTraps(() => real ?? closed, Class, write),
  )
  opens.set(late, open)
  relayed.set(late, closed)
  return late
}

/** The destinations that emit an event for what is written to them, and somebody listens. */
let listening = 0
const relayed = new WeakMap<Stream, Closed>()

/** The root writes a text that was for the destination: it emits what it emits for a text that it writes itself. */
export function noteRelayed(stream: Stream, text: string): void {
  if (listening === 0) return
  if (Array.isArray(stream.streams))
    for (const member of stream.streams) noteRelayed(member.stream, text)
  relayed.get(stream)?.noteRelayed(text)
}

// Methods are called on the destination itself: it uses its own properties more often than the application does.
function createTraps(current: () => object, Class: unknown, write: unknown): ProxyHandler<Stream> {
  const bound = new WeakMap<object, unknown>()
  const isClosed = (): boolean => current() instanceof Closed && typeof Class === 'function'
  return {
    get(_, key) {
      const owner = current()
      if (key === 'constructor' && isClosed()) return Class
      const value: unknown = Reflect.get(owner, key, owner)
      if (typeof value !== 'function' || key === 'constructor') return value
      if (key === 'write' && !replaced.has(owner)) return write
      const known = bound.get(value) ?? value.bind(owner)
      bound.set(value, known)
      return known
    },
    set(_, key, value) {
      if (key === 'write') replaced.add(current())
      return Reflect.set(current(), key, value)
    },
    has: (_, key) => Reflect.has(current(), key),
    getPrototypeOf: () =>
      isClosed() ? (Class as { prototype: object }).prototype : Reflect.getPrototypeOf(current()),
  }
}

// Those that the application has given a `write` of its own.
const replaced = new WeakSet<object>()

const HEARD = ['write', 'drain']

/** Has the interface that sonic-boom and thread-stream have in common, and writes nothing. */
class Closed extends EventEmitter {
  readonly fd = -1
  readonly file: string | undefined
  writable = true
  destroyed = false
  /** flush.ts sets these two. */
  sync: boolean | undefined
  minLength = 0
  #isEnding = false
  readonly #onReopen: (() => void) | undefined
  /** What pino tells a transport about its logger. */
  readonly #messages: unknown[] = []

  constructor(file: string | undefined, onReopen: (() => void) | undefined) {
    super()
    this.file = file
    this.#onReopen = onReopen
    this.on('message', (message) => this.#messages.push(message))
    this.on('newListener', (event) => {
      if (HEARD.includes(event)) listening++
    })
    this.on('removeListener', (event) => {
      if (HEARD.includes(event)) listening--
    })
  }

  moveTo(real: EventEmitter & { sync?: boolean; minLength?: number }): void {
    if (this.sync !== undefined) {
      real.sync = this.sync
      real.minLength = this.minLength
    }
    for (const name of ['message', 'newListener']) this.removeAllListeners(name)
    for (const name of this.eventNames()) {
      // The wrappers that `once` makes remove themselves from the emitter they were made for only.
      for (const listener of this.rawListeners(name)) {
        const { listener: once } = listener as { listener?: (...args: unknown[]) => void }
        if (name === 'removeListener') continue
        if (once) real.once(name, once)
        else real.on(name, listener as (...args: unknown[]) => void)
      }
    }
    this.removeAllListeners()
    for (const message of this.#messages) real.emit('message', message)
  }

  noteRelayed(text: string): void {
    soon(() => {
      this.emit('write', Buffer.byteLength(text))
      this.emit('drain')
    })
  }

  get closed(): boolean {
    return this.destroyed
  }

  write(): boolean {
    return true
  }

  flush(callback?: (error?: Error) => void): void {
    if (callback) soon(() => callback())
  }

  flushSync(): void {}

  reopen(): void {
    this.#onReopen?.()
    soon(() => this.emit('ready'))
  }

  ref(): void {}

  unref(): void {}

  end(): void {
    this.writable = false
    this.#close(['finish', 'close'])
  }

  destroy(): void {
    this.#close(['close'])
  }

  destroySoon(): void {
    this.end()
  }

  #close(events: readonly string[]): void {
    if (this.#isEnding) return
    this.#isEnding = true
    this.destroyed = true
    soon(() => {
      for (const event of events) this.emit(event)
    })
  }
}
