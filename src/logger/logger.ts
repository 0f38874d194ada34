// Logger: the object an application logs with.
//
// Its methods have pino's shape (shape.ts), so it fits wherever a pino logger does.

import type { Draft } from '../core/draft.js'
import { thrown } from '../core/encode.js'
import {
  checkThreshold,
  LEVELS,
  type Level,
  levelName,
  levelNumber,
  SILENT,
  type Threshold,
} from '../core/level.js'
import {
  copyFields,
  encodeCall,
  encodeFields,
  encodeMessage,
  type Fields,
  type Serializers,
} from '../core/record.js'
import { addUsual, type Closed, createClosed } from '../core/usual.js'
import { announceLevel, Base, BINDINGS, SERIALIZERS } from './base.js'
import { addMethods, checkLevels, createMapping, ownValue } from './custom.js'
import { withRedact } from './redacted.js'
import type { Node } from './registry.js'
import type { ChildOptions, CustomLevels, LevelMapping, Logger } from './shape.js'

export type { ChildOptions, CustomLevels, LevelMapping, Logger, LogMethod } from './shape.js'

/** Creates the logger of a node of the registry. */
export function createLogger(node: Node): Logger {
  return new NodeLogger(node)
}

interface Inherited {
  readonly fields: Fields
  /** The fields, encoded with the serializers of the logger that they were given to. */
  readonly bindings: string
  readonly prefix: string
  readonly serializers?: Serializers | undefined
  readonly own?: number | undefined
  readonly custom?: Readonly<Record<string, number>> | undefined
}

const MESSAGE = ',"msg":"'
const NOTHING: Inherited = { fields: {}, bindings: '', prefix: '' }

class NodeLogger extends Base implements Logger {
  readonly #node: Node
  #inherited: Inherited
  #closed: Closed
  readonly #isChild: boolean
  /** What is before the text of a message. */
  readonly #opening: string
  // Own level of a logger made with `child()`; it is not part of the tree of names.
  #own: number | undefined

  constructor(node: Node, inherited?: Inherited) {
    super()
    this.#node = node
    this.#isChild = inherited !== undefined
    this.#inherited = inherited ?? NOTHING
    const { prefix, bindings, own, custom } = this.#inherited
    // Joined, so that the text is in one piece.
    const before = encodeMessage(prefix).slice(MESSAGE.length, -1)
    this.#opening = prefix === '' ? node.opening : [node.opening, before].join('')
    this.#closed = createClosed(bindings)
    this.#own = own
    if (custom) addMethods(this, custom, (level, args) => this.#logAt(level, args))
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
    if (LEVELS.fatal >= (this.#own ?? this.#node.threshold)) this.#logLast(args)
  }

  silent(): void {}

  get name(): string {
    return this.#node.name
  }

  get level(): Threshold {
    return this.#nameOf(this.#own ?? this.#node.threshold)
  }

  set level(level: Threshold) {
    if (!this.#isChild) {
      this.#node.registry.setLevel(this.#node, level)
      return
    }
    const before = this.levelVal
    this.#own = level === undefined ? undefined : this.#numberOf(level)
    announceLevel(this, before)
  }

  get levelVal(): number {
    const level = this.#own ?? this.#node.threshold
    return level >= SILENT ? Number.POSITIVE_INFINITY : level
  }

  get levels(): LevelMapping {
    return createMapping(this.customLevels)
  }

  get customLevels(): Readonly<Record<string, number>> {
    return this.#inherited.custom ?? {}
  }

  get msgPrefix(): string | undefined {
    return this.#inherited.prefix || undefined
  }

  isLevelEnabled(level: string): boolean {
    const number = LEVELS[level as Level] ?? ownValue(this.#inherited.custom, level)
    return number !== undefined && number >= (this.#own ?? this.#node.threshold)
  }

  child<Custom extends string = never>(
    fields: Fields,
    options?: ChildOptions<Custom>,
  ): Logger & CustomLevels<Custom> {
    const { redact } = options ?? {}
    const paths: readonly string[] | undefined = isList(redact) ? redact : redact?.paths
    const node = paths ? withRedact(this.#node, paths) : this.#node
    const child = new NodeLogger(node, this.#inherit(fields, options ?? {}))
    if (this.onChild !== ignore) {
      child.onChild = this.onChild
      this.onChild(child)
    }
    return child as Logger as Logger & CustomLevels<Custom>
  }

  bindings(): Fields {
    return { ...this.#inherited.fields }
  }

  setBindings(fields: Fields): void {
    const { own: _, ...inherited } = this.#inherit(fields, {})
    this.#inherited = inherited
    this.#closed = createClosed(inherited.bindings)
  }

  flush(done?: (error?: Error) => void): void {
    const written = this.#node.registry.flush?.() ?? Promise.resolve()
    void written.then(() => done?.(), done)
  }

  /** The serializers, for whoever adds to them. */
  get [SERIALIZERS](): Serializers | undefined {
    return this.#inherited.serializers
  }

  /** The fields of `bindings()`, encoded. */
  get [BINDINGS](): string {
    return this.#inherited.bindings
  }

  #inherit(
    given: Fields,
    { serializers, msgPrefix, customLevels, level }: ChildOptions,
  ): Inherited {
    const parent = this.#inherited
    const fields = copyFields(given)
    const custom = customLevels ? checkLevels(customLevels, this) : parent.custom
    const all = { ...parent.serializers, ...serializers }
    const added = encodeFields(fields, all)
    const isNew = !Object.keys(fields).some((key) => Object.hasOwn(parent.fields, key))
    const merged = { ...parent.fields, ...fields }
    return {
      fields: merged,
      bindings: isNew ? parent.bindings + added : encodeFields(merged, all),
      prefix: parent.prefix + (typeof msgPrefix === 'string' ? msgPrefix : ''),
      ...(Object.keys(all).length > 0 && { serializers: all }),
      custom,
      own: level === undefined ? this.#own : this.#numberOf(level, custom),
    }
  }

  #numberOf(level: string, custom = this.#inherited.custom): number {
    return ownValue(custom, level) ?? levelNumber(checkThreshold(level, this.name))
  }

  #nameOf(level: number): Threshold {
    const found = Object.entries(this.customLevels).find(([, number]) => number === level)
    return found ? (found[0] as Threshold) : levelName(level)
  }

  // One whose level is its own.
  #logAt(level: number, args: readonly unknown[]): void {
    if (level >= (this.#own ?? this.#node.threshold)) this.#log(level, ...args)
  }

  // The process may end at once.
  #logLast(args: readonly unknown[]): void {
    this.#log(LEVELS.fatal, ...args)
    this.#node.registry.settle?.()
  }

  // Spread at both ends: V8 then makes no array for the usual calls.
  #log(level: number, ...args: readonly unknown[]): void {
    const { registry, json } = this.#node
    const draft = registry.redact ? undefined : registry.queue.open(level, this.#opening)
    if (draft && this.#add(draft, ...args) && registry.queue.send(level, draft)) return
    if (draft) registry.queue.discard(draft)
    registry.queue.handle(level, json, this.#encode(args))
  }

  #add(draft: Draft, ...args: readonly unknown[]): boolean {
    try {
      return addUsual(draft, args, this.#closed, this.#inherited.serializers)
    } catch {
      return false
    }
  }

  #encode(args: readonly unknown[]): string {
    const { bindings, serializers, prefix } = this.#inherited
    try {
      const { redact } = this.#node.registry
      return withPrefix(prefix, encodeCall(args, { bindings, serializers, redact }))
    } catch (error) {
      return encodeMessage(thrown(error)) // the text exceeds V8's longest string
    }
  }
}

const isList = Array.isArray as (value: unknown) => value is readonly unknown[]

const ignore = (_child: unknown): void => {}
// Not a field, which each child would have.
Object.defineProperty(NodeLogger.prototype, 'onChild', { value: ignore, writable: true })

function withPrefix(prefix: string, body: string): string {
  return prefix === '' ? body : encodeMessage(prefix).slice(0, -1) + body.slice(MESSAGE.length)
}
