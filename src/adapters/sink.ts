// Sink: what a library in a child writes to in the place of a file or a transport of its own, which only the root opens.

import { EventEmitter } from 'node:events'
import { deserialize, serialize } from 'node:v8'

let gathered: string[] | undefined

/** Targets of the sinks that are written to meanwhile. */
export function gather(act: () => void): readonly string[] {
  const before = gathered
  const targets: string[] = []
  gathered = targets
  try {
    act()
  } finally {
    gathered = before
  }
  return targets
}

/** Says that this target has been written to. */
export function reach(target: string): boolean {
  gathered?.push(target)
  return gathered !== undefined
}

/** As text; undefined for what cannot be sent to another process. */
export function encodeTarget(target: unknown): string | undefined {
  try {
    return serialize(target).toString('base64')
  } catch {
    return undefined
  }
}

export function decodeTarget(text: string): unknown {
  return deserialize(Buffer.from(text, 'base64'))
}

// As they are now: an application's tests put others in their place.
const soon = setImmediate

/** Has what sonic-boom, thread-stream and file streams have in common. */
export class Sink extends EventEmitter {
  readonly target: string
  readonly fd: number
  readonly file: string | undefined
  writable = true
  destroyed = false
  readonly #stray: (target: string, text: string) => void

  /** `stray` takes what is written by others than the library's loggers. */
  constructor(
    target: string,
    stray: (target: string, text: string) => void,
    { fd = -1, file }: { readonly fd?: number; readonly file?: string | undefined } = {},
  ) {
    super()
    this.target = target
    this.fd = fd
    this.file = file
    this.#stray = stray
    soon(() => this.emit('ready')).unref()
  }

  get closed(): boolean {
    return this.destroyed
  }

  write(text: unknown): boolean {
    if (!reach(this.target)) this.#stray(this.target, String(text))
    return true
  }

  flush(callback?: (error?: Error) => void): void {
    if (typeof callback === 'function') callback()
  }

  flushSync(): void {}

  reopen(): void {}

  ref(): void {}

  unref(): void {}

  end(...args: readonly unknown[]): void {
    const callback = args.find((arg) => typeof arg === 'function') as (() => void) | undefined
    if (typeof args[0] === 'string') this.write(args[0])
    if (callback) soon(callback)
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
