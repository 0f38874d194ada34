// What of winston the adapter touches.

import type { Ranks } from './levels.js'

export const LEVEL: unique symbol = Symbol.for('level') as never
export const SPLAT: unique symbol = Symbol.for('splat') as never
export const MESSAGE: unique symbol = Symbol.for('message') as never

/** A record on its way through winston; an error itself, if that is all that was logged. */
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
  /** Of a file that is rotated by its size. */
  readonly maxsize?: number | null
  readonly _opening?: boolean
  readonly _rotate?: boolean
  /** Waits until its file takes more. */
  readonly _drain?: boolean
  /** Bytes in the file, and on their way into it. */
  readonly _size?: number
  readonly _pendingSize?: number
  readonly writableLength?: number
  /** Its file; pending while it is not open. */
  readonly _dest?: {
    readonly pending?: boolean
    readonly writableNeedDrain?: boolean
    readonly destroyed?: boolean
  } | null
  /** What is on its way into the file. */
  readonly _stream?: { readonly readableLength?: number; readonly writableLength?: number }
  /** The transport within, of one that only takes exceptions. */
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
  /** Those of the default logger. */
  readonly exceptions: { readonly logger: Logger }
}

/** The level of a record that came without the symbol, too. */
export function levelName(info: Info): string {
  return info[LEVEL] ?? info.level
}

/** Whether a logger would write a record of that level anywhere. */
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

/** Whether it writes exceptions or rejections only. */
function isForCrashes(transport: Transport): boolean {
  const { name } = transport.constructor
  return name === 'ExceptionStream' || name === 'RejectionStream'
}

export function isWinston(exports: unknown): exports is Winston {
  const { Logger, Container } = exports as Partial<Winston>
  return typeof Logger?.prototype?.configure === 'function' && Container !== undefined
}
