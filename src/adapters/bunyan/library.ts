// Library: types of what the adapter uses inside a loaded copy of bunyan.

import type { RealDate } from '../../core/originals.js'

/** A record as bunyan makes it, after its serializers. */
export interface Rec extends Record<string, unknown> {
  readonly name: string
  readonly level: number
  readonly msg: string
  readonly time: RealDate
}

export interface StreamOptions {
  readonly type?: string
  readonly path?: string
  readonly stream?: unknown
}

export interface LogStream {
  type: string
  level: number
  readonly name?: string
  readonly raw?: boolean
  readonly path?: string
  readonly stream: { readonly fd?: unknown; write(chunk: unknown): unknown }
}

export interface Logger {
  readonly fields: { readonly name: string }
  readonly streams: readonly LogStream[]
  /** The lowest level of its streams. */
  _level: number
  _emit(rec: Rec, noEmit?: boolean): string | undefined
  reopenFileStreams?(): void
}

/** A stream of bunyan's type `rotating-file`. */
export interface Rotating {
  timeout?: NodeJS.Timeout
  _setRotationTimer(): void
  write(chunk: unknown): boolean
}

type Method = (this: Logger, ...args: never[]) => unknown
type MethodName = '_emit' | 'addStream' | 'level' | 'levels' | 'reopenFileStreams'

export interface Bunyan {
  new (...args: unknown[]): Logger
  readonly prototype: Logger & Record<MethodName, Method>
  readonly stdSerializers: { err(error: unknown): unknown }
  /** A function that is called as a constructor. Null if a package that it needs is not installed. */
  readonly RotatingFileStream: {
    readonly prototype: Rotating
    call(stream: Rotating, options: StreamOptions): void
  } | null
  createLogger(options: object): Logger
}

export interface Library {
  readonly bunyan: Bunyan
  /** Path of its main file. */
  readonly path: string
}

/** Undefined if `exports` is not a version of bunyan that can be adapted. */
export function libraryOf(exports: unknown, path: string): Library | undefined {
  const bunyan = exports as Bunyan
  const isBunyan =
    typeof bunyan === 'function' &&
    typeof bunyan.createLogger === 'function' &&
    typeof bunyan.prototype?._emit === 'function'
  return isBunyan ? { bunyan, path } : undefined
}
