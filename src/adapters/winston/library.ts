// Library: types of the parts of winston that the adapter reads or patches.

import * as shimmer from 'shimmer'
import type { Ranks } from './levels.js'

export const LEVEL: unique symbol = Symbol.for('level') as never
export const SPLAT: unique symbol = Symbol.for('splat') as never
export const MESSAGE: unique symbol = Symbol.for('message') as never

/** winston's record. It is the error itself if only an error was logged. */
export interface Info {
  level: string
  message: unknown
  exception?: boolean
  rejection?: boolean
  [LEVEL]?: string
  [SPLAT]?: unknown[]
  [MESSAGE]?: string
  [key: string]: unknown
}

export interface Format {
  options?: unknown
  transform(info: Info, options?: unknown): Info | false | undefined
}

export interface Transport {
  readonly name?: string
  readonly constructor: { readonly name: string }
  readonly level?: string
  readonly silent?: boolean
  readonly format?: Format
  readonly handleExceptions?: boolean
  readonly handleRejections?: boolean
  readonly stderrLevels?: Readonly<Record<string, unknown>>
  readonly consoleWarnLevels?: Readonly<Record<string, unknown>>
  readonly dirname?: string
  readonly filename?: string
  readonly _basename?: string
  /** Set on a file transport that rotates by size, in bytes. */
  readonly maxsize?: number | null
  readonly _opening?: boolean
  readonly _rotate?: boolean
  /** Whether it waits for `drain` of its file. */
  readonly _drain?: boolean
  /** Bytes in the file, and bytes of pending writes. */
  readonly _size?: number
  readonly _pendingSize?: number
  readonly writableLength?: number
  /** The stream to its file; `pending` until the file is open. */
  readonly _dest?: {
    readonly pending?: boolean
    readonly writableNeedDrain?: boolean
    readonly destroyed?: boolean
  } | null
  /** Of a File transport, the stream that is piped into `_dest`; of a Stream transport, what it writes to. */
  readonly _stream?: {
    readonly readableLength?: number
    readonly writableLength?: number
    readonly fd?: unknown
  }
  /** Set on a Stream transport. */
  readonly isObjectMode?: boolean
  /** The levels of its logger. Not set on plain streams, which get every info. */
  readonly levels?: Ranks
  /** Set on ExceptionStream, RejectionStream and LegacyTransportStream: the transport they wrap. */
  readonly transport?: Transport
  /** Set by winston while it waits for `finish` after an exception or rejection. */
  readonly _ending?: boolean
  emit?(event: string, ...args: unknown[]): unknown
  rawListeners?(event: string): ((this: unknown) => void)[]
  listenerCount?(event: string): number
  log?(info: Info, callback?: () => void): unknown
  write(info: Info): unknown
}

export interface Options {
  readonly level?: string
  readonly levels?: Ranks
}

export interface Logger {
  level: string
  readonly levels: Ranks
  readonly silent?: boolean
  readonly format: Format
  readonly defaultMeta?: Readonly<Record<string, unknown>> | null
  readonly transports: readonly Transport[]
  readonly _writableState: { readonly ending?: boolean; readonly destroyed?: boolean }
  configure(options?: Options): void
  readonly writableLength?: number
  readonly readableLength?: number
  write(info: Info, ...rest: unknown[]): boolean
  listenerCount(event: string): number
  rawListeners(event: string): unknown[]
  end(...args: unknown[]): unknown
  push(info: unknown, ...rest: unknown[]): boolean
  _transform(info: Info, encoding: unknown, done: unknown): void
  pipe(target: Transport, ...rest: unknown[]): unknown
  unpipe(...args: unknown[]): unknown
}

export interface Container {
  readonly loggers: ReadonlyMap<string, Logger>
  add(id: string, options?: Options): Logger
}

export interface Winston {
  /** logform: `format(transform)`, and the library's own formats as members. */
  readonly format: unknown
  readonly Logger: { readonly prototype: Logger }
  readonly Container: { readonly prototype: Container }
  readonly loggers: Container
  /** The default logger's exception handler. */
  readonly exceptions: { readonly logger: Logger }
}

/** An info written with `logger.write()` can lack the LEVEL symbol. */
export function levelName(info: Info): string {
  return info[LEVEL] ?? info.level
}

/** Wraps a method that the prototype may have inherited. Returns a function that undoes it. */
export function wrapInherited<M extends 'write' | 'push' | 'pipe' | 'unpipe'>(
  prototype: Logger,
  method: M,
  wrapper: (original: Logger[M]) => Logger[M],
): () => void {
  const hasOwn = Object.hasOwn(prototype, method)
  shimmer.wrap(prototype, method, wrapper)
  return () => {
    shimmer.unwrap(prototype, method)
    if (!hasOwn) Reflect.deleteProperty(prototype, method)
  }
}

/** False for winston 2, whose loggers are no streams. */
export function isWinston(exports: unknown): exports is Winston {
  // Of a module that is still loading, Node.js warns about properties that it lacks.
  return Object.hasOwn(exports as object, 'createLogger')
}
