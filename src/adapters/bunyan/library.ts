// Library: types of what the adapter uses inside a loaded copy of bunyan.

/** A record as bunyan makes it, after its serializers. */
export interface Rec extends Record<string, unknown> {
  readonly name: string
  readonly level: number
  readonly msg: string
  readonly time: Date
}

export interface LogStream {
  readonly type: string
  readonly level: number
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
}

type Method = (this: Logger, ...args: never[]) => unknown

export interface Bunyan {
  new (...args: unknown[]): Logger
  readonly prototype: Logger & Record<'_emit' | 'addStream' | 'level' | 'levels', Method>
  readonly stdSerializers: { err(error: unknown): unknown }
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
