// Sink: what a library in a child writes to in the place of a file or a transport of its own, which only the root opens.

import { EventEmitter } from 'node:events'
import { deserialize, serialize } from 'node:v8'

/** A target, and what was written to it if that is not the line itself. */
export type Reached = string | readonly [target: string, text: string]

let gathered: { readonly line: string; readonly targets: Reached[] } | undefined

/** Targets of the sinks that are written to while a line is. */
export function gather(line: string, act: () => void): readonly Reached[] {
  const before = gathered
  const targets: Reached[] = []
  gathered = { line, targets }
  try {
    act()
  } finally {
    gathered = before
  }
  return targets
}

/** Says that this has been written to a target; false if it belongs to no line. */
export function reach(target: string, text: string): boolean {
  if (!gathered) return false
  const { line, targets } = gathered
  targets.push(text === line ? target : [target, text])
  return true
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

  write(chunk: unknown): boolean {
    const text = String(chunk)
    if (!reach(this.target, text)) this.#stray(this.target, text)
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
