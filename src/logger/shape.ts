// Shape: what a logger has. It is that of pino's loggers, so that it fits wherever a library asks for one of those.

import type { EventEmitter } from 'node:events'
import type { Threshold } from '../core/level.js'
import type { Fields, Serializers } from '../core/record.js'

/**
 * Logs a message with printf-like arguments (`%s %d %i %f %j %o %O`), or fields with or without a message. An Error as
 * first argument, or as last one if no placeholder consumes it, becomes the record's `err`. Never throws.
 */
export interface LogMethod {
  (message: unknown, ...args: readonly unknown[]): void
  (fields: object, message?: string, ...args: readonly unknown[]): void
}

/** Options of `child()`. */
export interface ChildOptions<Custom extends string = string> {
  /**
   * Level of the child logger alone. Default: that of its parent. The type is `string`, as in pino; a text that is not
   * a level throws `LOGSHARE_ERR_LEVEL`.
   */
  readonly level?: string | undefined
  /** Functions by field name; each returns the value to log in place of the field's. Default: the parent's. */
  readonly serializers?: Serializers
  /** Text before each message, behind that of the parent. */
  readonly msgPrefix?: string | undefined
  /** Paths of fields whose values are replaced by `[REDACTED]`, beside those of the option `redact`. */
  readonly redact?: readonly string[] | { readonly paths: readonly string[] }
  /**
   * Further levels by name, from 1 to 99: the child has a method for each. Throws `LOGSHARE_ERR_LEVEL` for another number
   * and for a name that loggers have already.
   */
  readonly customLevels?: Readonly<Record<Custom, number>> | undefined
}

/** Numbers of the levels by name, and the other way round. */
export interface LevelMapping {
  readonly values: Record<string, number>
  readonly labels: Record<number, string>
}

/** What a child has by its option `customLevels`. */
export type CustomLevels<Custom extends string> = Readonly<Record<Custom, LogMethod>> & {
  readonly customLevels: Readonly<Record<Custom, number>>
}

/**
 * A logger, as `getLogger()` returns it. It emits `level-change` with the new level, its number, the level before, the
 * number of that, and the logger: one of `getLogger()` also when it has inherited the level.
 */
export interface Logger extends EventEmitter {
  readonly trace: LogMethod
  readonly debug: LogMethod
  readonly info: LogMethod
  readonly warn: LogMethod
  readonly error: LogMethod
  /** In the root's main thread it returns when the record has been written, so that it outlives a kill of the process. */
  readonly fatal: LogMethod
  /** Does nothing; exists because pino's loggers have it. */
  readonly silent: LogMethod
  /** The dotted name; `root` for the root logger. */
  readonly name: string
  /**
   * The level in force: the logger's own, or that of the nearest ancestor that has one. Setting it gives the logger its
   * own level; anything that is not a level throws `LOGSHARE_ERR_LEVEL`.
   */
  level: Threshold
  /** Whether records of a level are logged; false for a text that is not a level. */
  isLevelEnabled(level: string): boolean
  /**
   * Returns a logger of the same name that adds fields to each record. Throws `LOGSHARE_ERR_LEVEL` for a wrong `level`.
   */
  child<Custom extends string = never>(
    fields: Fields,
    options?: ChildOptions<Custom>,
  ): Logger & CustomLevels<Custom>
  /** A copy of the fields that this logger adds. */
  bindings(): Fields
  /** Adds fields to each further record of this logger and of children that are made later. */
  setBindings(fields: Fields): void
  /** Calls back when everything logged before has been written, as the `flush()` of the package does. */
  flush(done?: (error?: Error) => void): void
  /** Text before each message; set with the option of `child()`. */
  readonly msgPrefix: string | undefined
  /** Number of the level in force; `Infinity` for `silent`. */
  readonly levelVal: number
  /** Numbers and names of all levels. */
  readonly levels: LevelMapping
  /** Called with each child logger. */
  onChild: (child: unknown) => void
  /** Those of the option, by name. */
  readonly customLevels: Readonly<Record<never, number>>
  /** Always false. */
  readonly useOnlyCustomLevels: boolean
  /** Always false: the level of a record is a number. */
  readonly useLevelLabels: boolean
  /** That of this package. */
  readonly version: string
}
