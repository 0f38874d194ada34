// Sink: a stream in a child in place of the library's file or transport, which only the root opens (pino, bunyan).

import { EventEmitter } from 'node:events'
import { deserialize, serialize } from 'node:v8'

/** A target that a line was written to, with the text that was written if it is not the line itself. */
export type Reached = string | readonly [target: string, text: string]

// The line that is being written, and the targets it has been written to.
let gathered: { readonly line: string; readonly targets: Reached[] } | undefined

/** Runs `act`, which writes `line`, and returns the targets of the sinks that it writes to. */
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

/** Notes that `text` was written to `target`. Returns false if no `gather` is running: no logger wrote the text. */
export function reach(target: string, text: string): boolean {
  if (!gathered) return false
  const { line, targets } = gathered
  targets.push(text === line ? target : [target, text])
  return true
}

/** The target's description as text, or undefined if it cannot be serialized. */
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

// Captured at load: test frameworks replace it with fake timers.
const soon = setImmediate

/** Has the interface that sonic-boom, thread-stream and file streams have in common. */
export class Sink extends EventEmitter {
  readonly target: string
  readonly fd: number
  readonly file: string | undefined
  writable = true
  destroyed = false
  readonly #stray: (target: string, text: string) => void

  /** `stray` is called with text that was not written by one of the library's loggers. */
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
