// Library: types of the parts of winston that the adapter reads or patches.

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
  /** The stream that is piped into `_dest`. */
  readonly _stream?: { readonly readableLength?: number; readonly writableLength?: number }
  /** Set on ExceptionStream and RejectionStream: the transport they wrap. */
  readonly transport?: Transport
  emit?(event: string): unknown
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
  end(...args: unknown[]): unknown
  push(info: unknown, ...rest: unknown[]): boolean
  _transform(info: Info, encoding: unknown, done: unknown): void
}

export interface Container {
  readonly loggers: ReadonlyMap<string, Logger>
  add(id: string, options?: Options): Logger
}

export interface Winston {
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

/** Whether the logger would pass the info to a transport; if it has none, whether its own level allows the info. */
export function isWanted({ silent, levels, level, transports }: Logger, info: Info): boolean {
  const rank = levels[levelName(info)]
  if (silent || rank === undefined) return false
  const passes = (name: string | undefined): boolean =>
    !name || (levels[name] ?? Number.NEGATIVE_INFINITY) >= rank
  if (transports.length === 0) return passes(level)
  return transports.some((transport) => {
    if (transport.silent) return false
    if (info.exception || info.rejection) return true
    return !isForCrashes(transport) && passes(transport.level || level)
  })
}

/** Whether the transport writes only uncaught exceptions or unhandled rejections. */
function isForCrashes(transport: Transport): boolean {
  const { name } = transport.constructor
  return name === 'ExceptionStream' || name === 'RejectionStream'
}

export function isWinston(exports: unknown): exports is Winston {
  const { Logger, Container } = exports as Partial<Winston>
  return typeof Logger?.prototype?.configure === 'function' && Container !== undefined
}
