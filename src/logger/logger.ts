// Logger: the object an application logs with; its methods have pino's shape, so it fits wherever a pino logger does.

import { thrown } from '../core/encode.js'
import {
  checkThreshold,
  LEVELS,
  type Level,
  levelName,
  levelNumber,
  type Threshold,
} from '../core/level.js'
import {
  type Closed,
  copyFields,
  createClosed,
  encodeCall,
  encodeFields,
  encodeMessage,
  encodeUsual,
  type Fields,
  type Serializers,
} from '../core/record.js'
import { isAscii, wideTexts } from '../core/text.js'
import type { Node } from './registry.js'

/**
 * Logs a message with printf-like arguments (`%s %d %i %f %j %o %O`), or fields with or without a message. An Error as
 * first argument, or as last one if no placeholder consumes it, becomes the record's `err`. Never throws.
 */
export interface LogMethod {
  (message: unknown, ...args: readonly unknown[]): void
  (fields: object, message?: string, ...args: readonly unknown[]): void
}

/** Options of `child()`. */
export interface ChildOptions {
  /**
   * Level of the child logger alone. Default: that of its parent. The type is `string`, as in pino; a text that is not
   * a level throws `LOGSHARE_ERR_LEVEL`.
   */
  readonly level?: string | undefined
  /** Functions by field name; each returns the value to log in place of the field's. Default: the parent's. */
  readonly serializers?: Serializers
}

/** A logger, as `getLogger()` returns it. */
export interface Logger {
  readonly trace: LogMethod
  readonly debug: LogMethod
  readonly info: LogMethod
  readonly warn: LogMethod
  readonly error: LogMethod
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
  child(fields: Fields, options?: ChildOptions): Logger
  /** A copy of the fields that this logger adds. */
  bindings(): Fields
}

/** Creates the logger of a node of the registry. */
export function createLogger(node: Node): Logger {
  return new NodeLogger(node)
}

interface Inherited {
  readonly fields: Fields
  readonly serializers?: Serializers | undefined
  readonly level?: string | undefined
}

class NodeLogger implements Logger {
  readonly #node: Node
  readonly #inherited: Inherited
  readonly #bindings: string
  readonly #closed: Closed
  readonly #isChild: boolean
  /** Whether the name and the bindings are ASCII. */
  readonly #isAscii: boolean
  // Own level of a logger made with `child()`; it is not part of the tree of names.
  #own: number | undefined

  constructor(node: Node, inherited?: Inherited) {
    this.#node = node
    this.#isChild = inherited !== undefined
    this.#inherited = inherited ?? { fields: {} }
    this.#bindings = encodeFields(this.#inherited.fields, this.#inherited.serializers)
    this.#closed = createClosed(this.#bindings)
    this.#isAscii = isAscii(node.opening) && isAscii(this.#bindings)
    this.#own = this.#numberOf(inherited?.level)
  }

  trace(...args: readonly unknown[]): void {
    if (LEVELS.trace >= (this.#own ?? this.#node.threshold)) this.#log(LEVELS.trace, ...args)
  }

  debug(...args: readonly unknown[]): void {
    if (LEVELS.debug >= (this.#own ?? this.#node.threshold)) this.#log(LEVELS.debug, ...args)
  }

  info(...args: readonly unknown[]): void {
    if (LEVELS.info >= (this.#own ?? this.#node.threshold)) this.#log(LEVELS.info, ...args)
  }

  warn(...args: readonly unknown[]): void {
    if (LEVELS.warn >= (this.#own ?? this.#node.threshold)) this.#log(LEVELS.warn, ...args)
  }

  error(...args: readonly unknown[]): void {
    if (LEVELS.error >= (this.#own ?? this.#node.threshold)) this.#log(LEVELS.error, ...args)
  }

  fatal(...args: readonly unknown[]): void {
    if (LEVELS.fatal >= (this.#own ?? this.#node.threshold)) this.#log(LEVELS.fatal, ...args)
  }

  silent(): void {}

  get name(): string {
    return this.#node.name
  }

  get level(): Threshold {
    return levelName(this.#own ?? this.#node.threshold)
  }

  set level(level: Threshold) {
    if (this.#isChild) this.#own = this.#numberOf(level)
    else this.#node.registry.setLevel(this.#node, level)
  }

  isLevelEnabled(level: string): boolean {
    const number = LEVELS[level as Level]
    return number !== undefined && number >= (this.#own ?? this.#node.threshold)
  }

  child(fields: Fields, options: ChildOptions = {}): Logger {
    const serializers = { ...this.#inherited.serializers, ...options.serializers }
    return new NodeLogger(this.#node, {
      fields: { ...this.#inherited.fields, ...copyFields(fields) },
      ...(Object.keys(serializers).length > 0 && { serializers }),
      level: options.level ?? (this.#own === undefined ? undefined : levelName(this.#own)),
    })
  }

  bindings(): Fields {
    return { ...this.#inherited.fields }
  }

  #numberOf(level: string | undefined): number | undefined {
    return level === undefined ? undefined : levelNumber(checkThreshold(level, this.name))
  }

  // Spread at both ends: V8 then makes no array for the usual calls.
  #log(level: number, ...args: readonly unknown[]): void {
    const { registry, json, opening } = this.#node
    const wide = wideTexts()
    const usual = registry.redact ? undefined : this.#encodeUsual(...args)
    if (usual === undefined) registry.queue.handle(level, json, this.#encode(args))
    else registry.queue.log(level, opening, usual, this.#isAscii && wide === wideTexts())
  }

  #encodeUsual(...args: readonly unknown[]): string | undefined {
    try {
      return encodeUsual(args, this.#closed, this.#inherited.serializers)
    } catch {
      return undefined
    }
  }

  #encode(args: readonly unknown[]): string {
    try {
      return encodeCall(args, {
        bindings: this.#bindings,
        serializers: this.#inherited.serializers,
        redact: this.#node.registry.redact,
      })
    } catch (error) {
      return encodeMessage(thrown(error)) // the text exceeds V8's longest string
    }
  }
}
