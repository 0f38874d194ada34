// The consola adapter: instances are known by tag and by the file that has made them.

import * as shimmer from 'shimmer'
import { encodeString } from '../../core/encode.js'
import { encodeFields, type Fields, type LogRecord } from '../../core/record.js'
import { type Adapter, type AdapterContext, isRelaying, whileRelaying } from '../kit/adapter.js'
import { canDefer, errorAmong, takeDeferred, take as takeRecord } from '../kit/capture/take.js'
import { messageOf, pack, packArgs, packPlain, revive, unpackArgs } from '../kit/capture/values.js'
import { relayInto, tryCapture } from '../kit/guard.js'
import { hookPackage } from '../kit/hook/package.js'
import { placeOf } from '../kit/identity/callers.js'
import { type InstanceIdentity, Instances } from '../kit/identity/instances.js'

interface LogObject {
  readonly date: Date
  readonly args: readonly unknown[]
  readonly type: string
  readonly level: number
  readonly tag: string
  readonly [field: string]: unknown
}

interface Options {
  level: number
  readonly defaults: { readonly tag?: string }
  readonly reporters: readonly object[]
  readonly stdout?: object
  readonly stderr?: object
}

interface Consola {
  level: number
  readonly options: Options
  _log(object: LogObject): void
  _wrapLogFn(...args: unknown[]): unknown
}

interface Extra {
  readonly identity: InstanceIdentity
  readonly type: string
  readonly level: number
  readonly tag: string
  readonly args: unknown
  readonly others: unknown
}

const PACKAGE = {
  name: 'consola',
  main: /[\\/]consola[\\/]dist[\\/]core\.[cm]js$/,
  internal: true,
}
const OWN_FILES = /[\\/]consola[\\/](?:dist|lib)[\\/]/
const OWN_REPORTERS = new Set(['BasicReporter', 'FancyReporter', 'BrowserReporter'])

const instances = new Instances<Consola>()
let standard: WeakRef<Consola> | undefined

export const consolaAdapter: Adapter = {
  name: 'consola',

  install(context) {
    const undo: (() => void)[] = []
    const unhook = hookPackage(PACKAGE, (exports) => {
      const { prototype } = (exports as { Consola?: { prototype: Consola } }).Consola ?? {}
      if (typeof prototype?._log !== 'function') return
      const explicit = new WeakSet<Consola>()
      undo.push(watchInstances(prototype, context, explicit))
      if (context.role !== 'track') {
        shimmer.wrap(prototype, '_log', (original) => wrap(original, context))
        undo.push(() => shimmer.unwrap(prototype, '_log'))
      }
    })
    return () => {
      unhook()
      for (const each of undo) each()
    }
  },

  relay(record, text) {
    if (text === undefined) return false
    const { identity, ...extra } = JSON.parse(text) as Extra
    const instance = instances.find(identity) ?? standard?.deref()
    if (!instance) return undefined
    return relayInto('consola', () => instance._log(objectOf(record, extra)))
  },
}

function objectOf({ time }: LogRecord, extra: Omit<Extra, 'identity'>): LogObject {
  const { type, tag, args, others } = extra
  const level = extra.level ?? Number.POSITIVE_INFINITY // as JSON has it
  return {
    ...(revive(others) as object),
    date: new Date(time),
    args: unpackArgs(args),
    type,
    level,
    tag,
  }
}

function wrap(original: Consola['_log'], context: AdapterContext): Consola['_log'] {
  return function _log(this: Consola, object) {
    if (isRelaying()) return original.call(this, object)
    if (context.role === 'copy') whileRelaying(() => original.call(this, object))
    else if (isData(this.options, object, context)) return original.call(this, object)
    const isTaken = tryCapture('consola', () => take(this, object, context))
    if (!isTaken && context.role === 'take') original.call(this, object)
  }
}

function take(instance: Consola, object: LogObject, context: AdapterContext): void {
  const { args, type, tag } = object
  const name = tag || 'consola'
  const level = type === 'fatal' ? 60 : numberOf(object.level)
  const others = othersOf(object)
  const plain = canDefer(context) ? packPlain(args) : undefined
  const extra = context.relays
    ? `${headOf(instance, object)}"args":${plain ?? packArgs(args)},"others":${pack(others)}}`
    : undefined
  if (plain && extra && takeDeferred(context, 'consola', name, level, extra)) return
  takeRecord(context, {
    lib: 'consola',
    name,
    level,
    msg: messageOf(args),
    error: errorAmong(args),
    fields: `,"type":${encodeString(type)}${encodeFields(others)}`,
    extra,
  })
}

const OWN = new Set(['date', 'args', 'type', 'level', 'tag'])
const NONE: Fields = {}

function othersOf(object: LogObject): Fields {
  let others: Record<string, unknown> | undefined
  for (const key of Object.keys(object)) {
    if (OWN.has(key)) continue
    others ??= {}
    others[key] = object[key]
  }
  return others ?? NONE
}

interface Head {
  readonly level: number
  readonly tag: string
  readonly text: string
}

const heads = new WeakMap<Consola, Map<string, Head>>()

// Mostly the same for all that one method of an instance logs.
function headOf(instance: Consola, { type, level, tag }: LogObject): string {
  const known = heads.get(instance) ?? new Map<string, Head>()
  heads.set(instance, known)
  const head = known.get(type)
  if (head?.level === level && head.tag === tag) return head.text
  const own = JSON.stringify({ type, level, tag }).slice(1, -1)
  const text = `{"identity":${instances.describe(instance) ?? 'null'},${own},`
  known.set(type, { level, tag, text })
  return text
}

// Reporters of the library itself print to the standard streams, unless they were given others.
function isData(
  { reporters, stdout, stderr }: Options,
  { level }: LogObject,
  { capture }: AdapterContext,
): boolean {
  if (capture.stdout && capture.stderr) return false
  if (!reporters.some((reporter) => OWN_REPORTERS.has(reporter.constructor?.name))) return false
  const stream = level < 2 ? (stderr ?? process.stderr) : (stdout ?? process.stdout)
  if (stream === process.stdout) return !capture.stdout
  return stream === process.stderr && !capture.stderr
}

// The constructor calls `_wrapLogFn` once it has its options.
function watchInstances(
  prototype: Consola,
  { role, levels }: AdapterContext,
  explicit: WeakSet<Consola>,
): () => void {
  const announce = (instance: Consola): void => {
    if (role !== 'take') levels.announce('consola', tagOf(instance), thresholdOf(instance.level))
  }
  const follow = (instance: Consola): void => {
    if (role !== 'take' || explicit.has(instance)) return
    const level = levels.find('consola', tagOf(instance))
    if (level !== undefined) instance.options.level = levelOf(level)
  }
  shimmer.wrap(prototype, '_wrapLogFn', (original) => {
    return function _wrapLogFn(this: Consola, ...args: unknown[]) {
      if (!instances.identify(this)) {
        instances.add(this, tagOf(this), placeOf(OWN_FILES))
        const first = standard?.deref()
        if (!first) standard = new WeakRef(this)
        else if (this.options.level !== first.options.level) explicit.add(this)
        follow(this)
        announce(this)
      }
      return original.apply(this, args)
    }
  })
  const level = Object.getOwnPropertyDescriptor(prototype, 'level')
  if (level?.set) {
    const { set } = level
    Object.defineProperty(prototype, 'level', {
      ...level,
      set(this: Consola, value: unknown) {
        set.call(this, value)
        explicit.add(this)
        announce(this)
      },
    })
  }
  const unwatch = levels.watch(() => {
    for (const instance of instances) follow(instance)
  })
  return () => {
    shimmer.unwrap(prototype, '_wrapLogFn')
    if (level) Object.defineProperty(prototype, 'level', level)
    unwatch()
  }
}

function tagOf({ options }: Consola): string {
  return options.defaults?.tag || 'consola'
}

function numberOf(level: number): number {
  if (level <= 0) return 50
  if (level === 1) return 40
  if (level <= 3) return 30
  return level <= 4 ? 20 : 10
}

// The library's levels go the other way, and `log` is between warn and info.
const THRESHOLDS = [50, 40, 35, 30, 20, 10] as const

function thresholdOf(level: number): number {
  if (level < 0) return 100
  return level > 5 ? 0 : (THRESHOLDS[Math.floor(level)] ?? 0)
}

function levelOf(threshold: number): number {
  if (threshold >= 100) return Number.NEGATIVE_INFINITY
  const level = THRESHOLDS.findLastIndex((each) => each >= threshold)
  if (level < 0) return 0
  return threshold <= 0 ? Number.POSITIVE_INFINITY : level
}
