// The tslog adapter: loggers are known by name, with their parents' names, and by the file that has made them.
//
// A call is the library's own, on a logger that differs from the application's in what is written here: prefix, mask,
// middleware, bindings and context are done in the child, output and transports in the root.

import { join } from 'node:path'
import { encodeFields, type LogRecord } from '../core/record.js'
import { type Adapter, type AdapterContext, isRelaying, whileRelaying } from './adapter.js'
import { attempt, give } from './give.js'
import { hookPackage } from './hook.js'
import { type Identity, Instances, placeOf } from './instances.js'
import { errorAmong, take as takeRecord } from './take.js'
import { messageOf, pack, packArgs, revive, unpackArgs } from './values.js'

type Plain = Record<string, unknown>
type Log = (this: Logger, id: number, level: string, ...args: unknown[]) => Plain | undefined

interface Settings {
  readonly type?: string
  minLevel: number
  readonly name?: string
  readonly parentNames?: readonly string[]
  readonly attachedTransports?: readonly unknown[]
  readonly maskValuesOfKeys?: readonly unknown[]
  readonly argumentsArrayName?: string
  readonly overwrite?: Plain & { readonly mask?: (args: unknown[]) => unknown[] }
  readonly internalFramePatterns?: readonly RegExp[]
  readonly stack?: Plain & { readonly internalFramePatterns?: readonly RegExp[] }
  readonly meta?: { readonly property?: string }
  readonly metaProperty?: string
}

interface Logger {
  readonly settings: Settings
  readonly callerFrame?: number
  readonly stackDepthLevel?: number
  readonly maskingEngine?: object
  log: Log
  setMinLevel?(level: unknown): unknown
  _mask?(args: unknown[]): unknown[]
  _shouldCaptureStack(): boolean
}

interface Extra {
  readonly identity: Identity
  readonly id: number
  readonly level: string
  readonly args: unknown
  readonly fields: unknown
  readonly meta: unknown
}

const PACKAGE = {
  name: 'tslog',
  main: /[\\/]tslog[\\/](?:cjs[\\/]BaseLogger|esm[\\/](?:BaseLogger|index\.node))\.js$/,
  internal: true,
}
const OWN_FILES = /[\\/]tslog[\\/](?:cjs|esm)[\\/]/
// As they are run, and as their source maps name them.
const OUR_FILES = new RegExp(
  `${join(__dirname, '../..').replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}[\\\\/](?:dist|src)[\\\\/]adapters[\\\\/]`,
)
const MASKED_ARGS = 'tslog.pipeline.maskedArgs'
const OFF = 100
/** The level a logger was made with: a child's that is made with the same has not got its own. */
const AT_FIRST = 'tslog-at-first'

const instances = new Instances<Logger>()
const patched = new WeakMap<object, Log>()

export const tslogAdapter: Adapter = {
  name: 'tslog',

  install(context) {
    const undo: (() => void)[] = []
    const unhook = hookPackage(PACKAGE, (exports) => {
      const { prototype } = (exports as { BaseLogger?: { prototype: Logger } }).BaseLogger ?? {}
      if (typeof prototype?.log !== 'function' || patched.has(prototype)) return
      undo.push(adopt(prototype, context))
    })
    return () => {
      unhook()
      for (const each of undo) each()
    }
  },

  relay(record, text) {
    if (text === undefined) return false
    const extra = JSON.parse(text) as Extra
    const logger = instances.find(extra.identity)
    const log = logger && originalOf(logger)
    if (!logger || !log) return undefined
    return give('tslog', () => {
      log.call(relaying(logger, record, extra), extra.id, extra.level, ...unpackArgs(extra.args))
    })
  },
}

function adopt(prototype: Logger, context: AdapterContext): () => void {
  const { log, _shouldCaptureStack, setMinLevel } = prototype
  const shadows = new WeakMap<Logger, Shadow>()
  const shadowOf = (logger: Logger, isSilent: boolean): Shadow => {
    let shadow = shadows.get(logger)
    if (shadow?.isSilent !== isSilent) shadow = createShadow(logger, isSilent)
    shadows.set(logger, shadow)
    return shadow
  }
  patched.set(prototype, log)
  const watch = createWatch(context)
  prototype._shouldCaptureStack = function (this: Logger) {
    watch.add(this)
    return _shouldCaptureStack.call(this)
  }
  if (context.role !== 'track') {
    prototype.log = function (this: Logger, id, level, ...args) {
      if (isRelaying() || id < this.settings.minLevel) return log.call(this, id, level, ...args)
      const isTaken = context.role === 'take' && !isData(this.settings, context)
      const shadow = shadowOf(this, isTaken)
      shadow.args = args
      const go = (): Plain | undefined => log.call(shadow.logger, id, level, ...args)
      const record = context.role === 'copy' ? whileRelaying(go) : go()
      if (record)
        attempt('tslog', () => take(this, { id, level, record, args: shadow.args }, context))
      return record
    }
  }
  return () => {
    prototype.log = log
    prototype._shouldCaptureStack = _shouldCaptureStack
    if (setMinLevel) prototype.setMinLevel = setMinLevel
    patched.delete(prototype)
    watch.end()
  }
}

interface Shadow {
  readonly logger: Logger
  /** Whether it writes nothing. */
  readonly isSilent: boolean
  /** Those of the call, after the mask. */
  args: readonly unknown[]
}

// The application's logger but for what is ours; settings that change are seen.
function createShadow(logger: Logger, isSilent: boolean): Shadow {
  const { settings } = logger
  const own: Plain = framePatterns(settings)
  const shadow: Shadow = { logger: Object.create(logger), isSilent, args: [] }
  const { maskValuesOfKeys, overwrite } = settings
  // Version 4 keeps the masked arguments to itself.
  const mask = (args: unknown[]): unknown[] => {
    const isMasked = (maskValuesOfKeys?.length ?? 0) > 0 && logger._mask
    const masked = overwrite?.mask?.(args) ?? (isMasked ? logger._mask?.(args) : undefined) ?? args
    shadow.args = masked
    return masked
  }
  if (logger.maskingEngine === undefined) own.overwrite = { ...overwrite, mask }
  if (isSilent) {
    Object.assign(own, { type: 'hidden', attachedTransports: [] })
    if (own.overwrite) Object.assign(own.overwrite, silent)
  }
  Object.defineProperty(shadow.logger, 'settings', { value: derive(settings, own) })
  for (const depth of ['callerFrame', 'stackDepthLevel'] as const) {
    const frame = logger[depth]
    if (Number.isFinite(frame))
      Object.defineProperty(shadow.logger, depth, { value: Number(frame) + 2 })
  }
  return shadow
}

const silent = {
  formatMeta: undefined,
  formatLogObj: undefined,
  transportFormatted: undefined,
  transportJSON: undefined,
}

// What the library tells of the place of a call is not to be here.
function framePatterns({ stack, internalFramePatterns = [] }: Settings): Plain {
  if (!stack) return { internalFramePatterns: [...internalFramePatterns, OUR_FILES] }
  const patterns = [...(stack.internalFramePatterns ?? []), OUR_FILES]
  return { stack: { ...stack, internalFramePatterns: patterns } }
}

interface Call {
  readonly id: number
  readonly level: string
  readonly record: Plain
  readonly args: readonly unknown[]
}

function take(
  logger: Logger,
  { id, level, record, args: given }: Call,
  context: AdapterContext,
): void {
  const { settings } = logger
  const args = maskedArgs(record) ?? given
  const error = errorAmong(args)
  const shown = args.filter((arg) => !isFields(arg))
  const fields = Object.assign({}, ...args.filter(isFields)) as Plain
  const own = ownFields(record, args, settings)
  takeRecord(context, {
    lib: 'tslog',
    name: nameOf(settings),
    level: Math.min(Math.max(Math.floor(id), 1), 6) * 10,
    msg: messageOf(shown),
    error,
    fields: encodeFields({ ...own, ...fields }),
    extra: context.relays ? extraOf(logger, { id, level }, { args, own, record }) : undefined,
  })
}

interface Parts {
  readonly args: readonly unknown[]
  readonly own: Plain
  readonly record: Plain
}

function extraOf(logger: Logger, call: Pick<Call, 'id' | 'level'>, parts: Parts): string {
  const start = JSON.stringify({ identity: identify(logger), ...call }).slice(0, -1)
  // The root sets the time; what is read lazily is read here.
  const { date: _date, ...meta } = metaOf(parts.record, logger.settings)
  const rest = `"fields":${pack(parts.own)},"meta":${pack(meta)}`
  return `${start},"args":${packArgs(parts.args)},${rest}}`
}

function maskedArgs(record: Plain): readonly unknown[] | undefined {
  const key = Object.getOwnPropertySymbols(record).find(
    ({ description }) => description === MASKED_ARGS,
  )
  return key && ((record as Record<symbol, unknown>)[key] as readonly unknown[] | undefined)
}

// Bindings and the application's default fields: what is in the record and does not come from the arguments.
function ownFields(record: Plain, args: readonly unknown[], settings: Settings): Plain {
  const [first] = args
  const isSpread = args.length === 1 && typeof first === 'object' && first !== null
  const theirs = new Set(['nativeError', metaKey(settings), settings.argumentsArrayName])
  if (isSpread) for (const key of Object.keys(first)) theirs.add(key)
  if (isSpread && first instanceof Error)
    for (const key of ['name', 'message', 'stack', 'cause']) theirs.add(key)
  return Object.fromEntries(
    Object.entries(record).filter(([key]) => !theirs.has(key) && !/^\d+$/.test(key)),
  )
}

function metaOf(record: Plain, settings: Settings): Plain {
  return (record[metaKey(settings)] ?? {}) as Plain
}

function metaKey({ meta, metaProperty }: Settings): string {
  return meta?.property ?? metaProperty ?? '_meta'
}

// The root's logger, for a record that is finished but for its output.
function relaying(logger: Logger, { time }: LogRecord, extra: Extra): Logger {
  const { settings } = logger
  const meta = { ...(revive(extra.meta) as Plain), date: new Date(time) }
  const withMeta = (fields: Plain): Plain => ({ ...fields, [metaKey(settings)]: meta })
  const mask = (args: unknown): unknown => args
  const own: Plain = {
    minLevel: Number.NEGATIVE_INFINITY,
    prefix: [],
    middleware: [],
    bindings: undefined,
  }
  if (logger.maskingEngine === undefined) {
    const { overwrite } = settings
    own.overwrite = {
      ...overwrite,
      mask,
      ...(overwrite?.addMeta ? { addMeta: withMeta } : undefined),
    }
  }
  return Object.create(logger, {
    settings: { value: derive(settings, own) },
    logObj: { value: revive(extra.fields) },
    maskingEngine: { value: logger.maskingEngine && { mask } },
    asyncContextBox: { value: {} },
    _resolveLogArguments: { value: mask },
    _addMetaToLogObj: { value: withMeta },
  })
}

function derive(settings: Settings, own: Plain): Settings {
  return Object.create(settings, Object.getOwnPropertyDescriptors(own))
}

function originalOf(logger: Logger): Log | undefined {
  for (let at: object | null = logger; at; at = Object.getPrototypeOf(at)) {
    const log = patched.get(at)
    if (log) return log
  }
  return undefined
}

// Whatever is not hidden goes to stdout.
function isData({ type, overwrite }: Settings, { capture }: AdapterContext): boolean {
  if (capture.stdout || type === 'hidden') return false
  return !(overwrite?.transportFormatted || overwrite?.transportJSON)
}

interface Watch {
  readonly add: (logger: Logger) => void
  readonly end: () => void
}

// A level is a plain property of the settings: an accessor in its place tells when it changes.
function createWatch({ role, levels }: AdapterContext): Watch {
  const explicit = new WeakSet<Logger>()
  const given = new Set<number>([0])
  let following = false
  const follow = (logger: Logger): void => {
    if (role !== 'take' || explicit.has(logger)) return
    const level = levels.find('tslog', nameOf(logger.settings))
    if (level === undefined) return
    const minLevel = level >= OFF ? Number.POSITIVE_INFINITY : level / 10
    given.add(minLevel)
    following = true
    logger.settings.minLevel = minLevel
    following = false
  }
  const changed = (logger: Logger): void => {
    if (!following) explicit.add(logger)
    if (role !== 'take') levels.announce('tslog', nameOf(logger.settings), thresholdOf(logger))
  }
  const announceFirst = (logger: Logger): void => {
    const name = nameOf(logger.settings)
    if (levels.find(AT_FIRST, name) === undefined) {
      levels.announce(AT_FIRST, name, thresholdOf(logger))
    }
  }
  const isAsInRoot = (logger: Logger): boolean =>
    levels.find(AT_FIRST, nameOf(logger.settings)) === thresholdOf(logger)
  const add = (logger: Logger): void => {
    const { settings } = logger
    if (instances.identify(logger) || typeof settings?.minLevel !== 'number') return
    identify(logger)
    let { minLevel } = settings
    Object.defineProperty(settings, 'minLevel', {
      configurable: true,
      enumerable: true,
      get: () => minLevel,
      set(level: number) {
        minLevel = level
        changed(logger)
      },
    })
    if (role !== 'take') {
      changed(logger)
      announceFirst(logger)
    } else if (!given.has(minLevel) && !isAsInRoot(logger)) explicit.add(logger)
    follow(logger)
  }
  const end = levels.watch(() => {
    for (const logger of instances) follow(logger)
  })
  return { add, end }
}

function thresholdOf({ settings: { minLevel } }: Logger): number {
  return Math.min(Math.max(minLevel * 10, 0), OFF)
}

function identify(logger: Logger): Identity {
  return (
    instances.identify(logger) ?? instances.add(logger, nameOf(logger.settings), placeOf(OWN_FILES))
  )
}

function nameOf({ name, parentNames }: Settings): string {
  return [...(parentNames ?? []), name].filter(Boolean).join(':') || 'tslog'
}

function isFields(value: unknown): value is Plain {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
