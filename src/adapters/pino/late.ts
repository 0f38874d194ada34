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

/**
 * Stands for the destination until it is opened, and is that destination from then on, with all of its properties and
 * events. `create` opens it. `onWrite` gets all text before it is written.
 */
export function createLate(
  create: () => Stream,
  file: string | undefined,
  onWrite: (text: unknown) => void,
): Stream {
  const closed = new Closed(file)
  let real: Stream | undefined
  soon(() => {
    if (!real) closed.emit('ready')
  }).unref()
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
    createTraps(() => real ?? closed, write),
  )
  opens.set(late, open)
  return late
}

// Methods are called on the destination itself: it uses its own properties more often than the application does.
function createTraps(current: () => object, write: unknown): ProxyHandler<Stream> {
  const bound = new WeakMap<object, unknown>()
  return {
    get(_, key) {
      const owner = current()
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
    getPrototypeOf: () => Reflect.getPrototypeOf(current()),
  }
}

// Those that the application has given a `write` of its own.
const replaced = new WeakSet<object>()

/** Has the interface that sonic-boom and thread-stream have in common, and writes nothing. */
class Closed extends EventEmitter {
  readonly fd = -1
  readonly file: string | undefined
  writable = true
  destroyed = false
  /** What pino tells a transport about its logger. */
  readonly #messages: unknown[] = []

  constructor(file: string | undefined) {
    super()
    this.file = file
    this.on('message', (message) => this.#messages.push(message))
  }

  moveTo(real: EventEmitter): void {
    this.removeAllListeners('message')
    for (const name of this.eventNames()) {
      // The wrappers that `once` makes remove themselves from the emitter they were made for only.
      for (const listener of this.rawListeners(name)) {
        const { listener: once } = listener as { listener?: (...args: unknown[]) => void }
        if (once) real.once(name, once)
        else real.on(name, listener as (...args: unknown[]) => void)
      }
    }
    for (const message of this.#messages) real.emit('message', message)
  }

  get closed(): boolean {
    return this.destroyed
  }

  write(): boolean {
    return true
  }

  flush(callback?: (error?: Error) => void): void {
    callback?.()
  }

  flushSync(): void {}

  reopen(): void {}

  ref(): void {}

  unref(): void {}

  end(): void {
    this.#close()
  }

  destroy(): void {
    this.#close()
  }

  destroySoon(): void {
    this.#close()
  }

  #close(): void {
    if (this.destroyed) return
    this.writable = false
    this.destroyed = true
    soon(() => {
      this.emit('finish')
      this.emit('close')
    })
  }
}
