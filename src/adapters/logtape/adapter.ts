// The LogTape adapter: loggers are known by category. All copies share one root logger, on the global object.

import { encodeJson, encodeString, isError } from '../../core/encode.js'
import { encodeFields } from '../../core/record.js'
import { type Adapter, type AdapterContext, isRelaying, whileRelaying } from '../kit/adapter.js'
import { keysText } from '../kit/capture/members.js'
import { canDefer, inspectionOf, takeDeferred, take as takeRecord } from '../kit/capture/take.js'
import { pack, packArgs, packPlain, revive, unpackArgs } from '../kit/capture/values.js'
import { relayInto, tryCapture } from '../kit/guard.js'
import { onGlobal } from '../kit/hook/globals.js'

type Plain = Record<string, unknown>
type LevelName = (typeof LEVELS)[number]
type Sink = (record: Entry) => void

interface Entry {
  readonly category: readonly string[]
  readonly level: LevelName
  readonly message: readonly unknown[]
  readonly rawMessage: string | readonly string[]
  readonly timestamp: number
  readonly properties: Plain
}

interface Logger {
  readonly category: readonly string[]
  readonly parent: Logger | null
  readonly sinks: readonly Sink[]
  readonly parentSinks: string
  readonly lowestLevel: LevelName | null
  readonly contextLocalStorage?: { getStore(): Plain | undefined }
  getChild(category: readonly string[]): Logger
  getSinks(level: LevelName): Iterable<Sink>
  filter(record: Entry): boolean
  isEnabledFor(level: LevelName): boolean
  isCertainlyDropped(level: LevelName): boolean
  reset(): void
  emitResolved(record: Entry, bypassSinks?: ReadonlySet<Sink>): void
}

interface Extra {
  readonly category: readonly string[]
  readonly level: LevelName
  readonly timestamp: number
  readonly message: unknown
  readonly rawMessage: string | readonly string[]
  readonly properties: unknown
}

export const GLOBAL: symbol = Symbol.for('logtape.rootLogger')
const LIB = 'logtape'
/** What a category was configured with at first: a child that configures the same follows the root. */
const AT_FIRST = 'logtape-at-first'
const LEVELS = ['trace', 'debug', 'info', 'warning', 'error', 'fatal'] as const
const OFF = 100
const INFO = 30
const SCOPED = Symbol.for('logtape.scopedConfig')

let root: Logger | undefined

export const logtapeAdapter: Adapter = {
  name: 'logtape',

  install(context) {
    const undo: (() => void)[] = []
    const patched = new WeakSet<Logger>()
    const release = onGlobal(GLOBAL, (given) => {
      root = given as Logger
      const prototype = Object.getPrototypeOf(root) as Logger
      if (typeof prototype.emitResolved !== 'function' || patched.has(prototype)) return
      patched.add(prototype)
      undo.push(adopt(prototype, context))
    })
    return () => {
      release()
      for (const each of undo) each()
    }
  },

  // Unconfigured it drops everything: then it has no logger for it yet. Configured it may want to drop it.
  relay(_record, text) {
    if (text === undefined) return false
    if (!root || !configured) return undefined
    const extra = JSON.parse(text) as Extra
    const logger = root.getChild(extra.category)
    return relayInto('logtape', () => write(logger, recordOf(extra)))
  },
}

/** Whether the application has configured it here. */
let configured = false

// The child has checked the level, which may be one of its own.
function write(logger: Logger, record: Entry): void {
  if (!isBelow(record.level, logger.lowestLevel)) logger.emitResolved(record)
  else if (logger.filter(record)) for (const sink of logger.getSinks('fatal')) sink(record)
}

function recordOf(extra: Extra): Entry {
  const { category, level, timestamp, message, rawMessage, properties } = extra
  return {
    category,
    level,
    message: unpackArgs(message),
    rawMessage,
    timestamp,
    properties: revive(properties) as Plain,
  }
}

function adopt(prototype: Logger, context: AdapterContext): () => void {
  const before = Object.getOwnPropertyDescriptors(prototype)
  const settings = context.role === 'take' ? followRoot(before, context) : announceAll(context)
  watchSettings(prototype, before, settings)
  if (context.role !== 'track') prototype.emitResolved = wrap(prototype.emitResolved, context)
  if (context.role === 'take') {
    // What is not configured here is as it is in the root.
    const { isEnabledFor, isCertainlyDropped } = prototype
    prototype.isEnabledFor = function (level) {
      return isLeft(this, context) ? isWanted(this, level, context) : isEnabledFor.call(this, level)
    }
    prototype.isCertainlyDropped = function (level) {
      if (isLeft(this, context)) return !isWanted(this, level, context)
      return isCertainlyDropped.call(this, level)
    }
  }
  return () => {
    settings.end()
    Object.defineProperties(prototype, before)
  }
}

function wrap(original: Logger['emitResolved'], context: AdapterContext): Logger['emitResolved'] {
  return function emitResolved(this: Logger, record, bypassSinks) {
    const go = (): void => original.call(this, record, bypassSinks)
    if (isRelaying()) return go()
    const isOwn = context.role === 'copy' || !isLeft(this, context)
    if (isOwn && !isDispatched(this, record)) return go()
    if (context.role === 'copy') whileRelaying(go)
    else if (isOwn && isData(this, record, context)) return whileRelaying(go)
    const isTaken = tryCapture('logtape', () => take(record, context))
    if (!isTaken && context.role === 'take') go()
  }
}

function take(record: Entry, context: AdapterContext): void {
  const { category, level: word, message } = record
  const name = nameOf(category)
  const level = (LEVELS.indexOf(word) + 1) * 10
  const properties = resolve(record.properties)
  const isBare = canDefer(context)
  const plain = isBare ? packPlain(message) : undefined
  const others = isBare ? encodeJson(properties) : undefined
  if (plain && others && takeDeferred(context, LIB, name, level, extraOf(record, plain, others)))
    return
  const known = errorOf(properties)
  const { error, ...rest } = properties
  takeRecord(context, {
    lib: LIB,
    name,
    level,
    msg: message.map((part, i) => (i % 2 === 0 ? String(part) : textOf(part))).join(''),
    error: known,
    fields: encodeFields(known === error ? rest : properties),
    extra: context.relays
      ? extraOf(record, packArgs(message), others ?? pack(properties))
      : undefined,
  })
}

// As text: the message's parts and the properties.
function extraOf(record: Entry, message: string, properties: string): string {
  const { category, level, timestamp, rawMessage } = record
  const raw = typeof rawMessage === 'string' ? encodeString(rawMessage) : pack([...rawMessage])
  const head = `{"category":${keysText(category)},"level":"${level}","timestamp":${pack(timestamp)}`
  return `${head},"rawMessage":${raw},"message":${message},"properties":${properties}}`
}

function errorOf(properties: Plain): Error | undefined {
  if (isError(properties.error)) return properties.error
  for (const key of Object.keys(properties)) {
    const value = properties[key]
    if (isError(value)) return value
  }
  return undefined
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  return value instanceof Error ? value.message : inspectionOf([value])
}

const LAZY = Symbol.for('logtape.lazy')

type Lazy = { readonly [LAZY]?: true; readonly getter?: () => unknown } | null | undefined

// A lazy value is one that is asked for at each call.
function resolve(properties: Plain): Plain {
  const read = (value: unknown): unknown => {
    const given = value as Lazy
    return given?.[LAZY] && given.getter ? given.getter() : value
  }
  const hasLazy = Object.keys(properties).some((key) => (properties[key] as Lazy)?.[LAZY])
  if (!hasLazy) return properties
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, read(value)]))
}

function isDispatched(logger: Logger, record: Entry): boolean {
  if (scopeOf()) return logger.isEnabledFor(record.level)
  return logger.isEnabledFor(record.level) && logger.filter(record)
}

// Sinks are functions; the library's own for the console names it.
function isData(logger: Logger, { level }: Entry, { capture }: AdapterContext): boolean {
  if (capture.stdout && capture.stderr) return false
  for (const sink of scopeOf() ? [] : logger.getSinks(level)) {
    if (/\bconsole\b/.test(Function.prototype.toString.call(sink))) return true
  }
  return false
}

function isLeft(_logger: Logger, { role }: AdapterContext): boolean {
  return role === 'take' && !configured && !scopeOf()
}

function isWanted({ category }: Logger, level: LevelName, { levels }: AdapterContext): boolean {
  const number = (LEVELS.indexOf(level) + 1) * 10
  for (let end = category.length; end >= 0; end--) {
    const found = levels.find('logtape', nameOf(category.slice(0, end)))
    if (found !== undefined) return number >= found
  }
  return number >= INFO
}

function scopeOf(): unknown {
  return root?.contextLocalStorage?.getStore()?.[SCOPED as never]
}

type Descriptors = { [K in keyof Logger]: PropertyDescriptor }

interface Settings {
  /** A logger was configured, or its level set. */
  changed(logger: Logger): void
  /** What was configured holds no more. */
  cleared(): void
  end(): void
}

// Configuring sets `parentSinks` of each logger that is configured, then its level, if one is given.
function announceAll({ levels }: AdapterContext): Settings {
  const known = new Set<string>()
  const fresh = new Set<string>()
  return {
    changed(logger) {
      const name = nameOf(logger.category)
      const level = thresholdOf(logger.lowestLevel)
      if (!known.has(name)) fresh.add(name)
      known.add(name)
      if (fresh.has(name)) levels.announce(AT_FIRST, name, level)
      levels.announce(LIB, name, level)
    },
    cleared: () => fresh.clear(),
    end() {},
  }
}

// A level that the child has from a configuration like the root's is the root's to change.
function followRoot({ lowestLevel }: Descriptors, { levels }: AdapterContext): Settings {
  const followers = new Set<Logger>()
  const follow = (logger: Logger): void => {
    const level = levels.find(LIB, nameOf(logger.category))
    if (level !== undefined) lowestLevel.set?.call(logger, LEVELS[level / 10 - 1] ?? null)
  }
  const end = levels.watch(() => {
    for (const logger of followers) follow(logger)
  })
  return {
    changed(logger) {
      const first = levels.find(AT_FIRST, nameOf(logger.category))
      if (first === thresholdOf(logger.lowestLevel)) {
        followers.add(logger)
        follow(logger)
      } else followers.delete(logger)
    },
    cleared: () => followers.clear(),
    end,
  }
}

// It begins and ends with a reset.
function watchSettings(prototype: Logger, before: Descriptors, settings: Settings): void {
  let resetting = false
  for (const key of ['parentSinks', 'lowestLevel'] as const) {
    const { set } = before[key]
    if (!set) continue
    Object.defineProperty(prototype, key, {
      ...before[key],
      set(this: Logger, value: unknown) {
        set.call(this, value)
        if (resetting) return
        configured ||= !isMeta(this)
        settings.changed(this)
      },
    })
  }
  const { reset } = prototype
  prototype.reset = function () {
    resetting = true
    try {
      reset.call(this)
    } finally {
      resetting = false
    }
    if (this.parent !== null) return
    configured = false
    settings.cleared()
  }
}

function thresholdOf(level: LevelName | null): number {
  return level === null ? OFF : (LEVELS.indexOf(level) + 1) * 10
}

function isMeta({ category }: Logger): boolean {
  return category[0] === 'logtape' && category[1] === 'meta'
}

function isBelow(level: LevelName, lowest: LevelName | null): boolean {
  return lowest === null || LEVELS.indexOf(level) < LEVELS.indexOf(lowest)
}

function nameOf(category: readonly string[]): string {
  return category.join('.') || 'logtape'
}
