// LogRecord: what a log call says, as the JSON line of the contract, and the way back from the line.

import { format, types } from 'node:util'
import { encodeString, encodeValue, isError, thrown } from './encode.js'
import type { Redact } from './redact.js'

/** One record, as every handler sees it and as the JSON line spells it. */
export interface LogRecord {
  /** 10 trace, 20 debug, 30 info, 40 warn, 50 error, 60 fatal. */
  readonly level: number
  /** Milliseconds since the epoch, with a fraction. */
  readonly time: number
  readonly pid: number
  /** Thread within the process; 0 is the main thread. */
  readonly tid: number
  /** Path in the tree of children: `root`, `worker#1`, `cluster#2/worker#1`. */
  readonly source: string
  /** This producer's count, from 1. */
  readonly seq: number
  /** The logger's dotted name. */
  readonly name: string
  readonly msg: string
  /** The library an adapter took the record from. */
  readonly lib?: string
  readonly [field: string]: unknown
}

export type Fields = Readonly<Record<string, unknown>>
export type Serializers = Readonly<Record<string, (value: never) => unknown>>

/** Where a record comes from: the part of its line that is the same for all of a producer's records. */
export interface Origin {
  readonly pid: number
  readonly tid: number
  readonly source: string
}

/** What a logger adds to each of its calls: the text of its own fields, and how values are prepared. */
export interface Context {
  readonly bindings: string
  readonly serializers?: Serializers | undefined
  readonly redact?: Redact | undefined
}

/** A field of this name would shadow the record's own; it is kept under `_name`. */
export const RESERVED: ReadonlySet<string> = new Set([
  'level',
  'time',
  'pid',
  'tid',
  'source',
  'seq',
  'name',
  'msg',
  'lib',
])

/**
 * `,"msg":"…"` and the fields of a call in pino's shape: `(msg, ...args)`, `(fields, msg, ...args)` or
 * `(error, msg?, ...args)`. An error left over behind a message becomes `err`. The logger's own fields come first.
 * Never throws.
 */
export function encodeCall(args: readonly unknown[], context: Context): string {
  try {
    const first = args[0]
    if (typeof first === 'string') return encodeMessageCall(args, context)
    if (isPlain(first)) return encodeFieldsCall(first, args, context)
    if (isError(first)) {
      const text = args.length > 1 ? formatArgs(args.slice(1)) : errorMessage(first)
      return join(text, encodeError(first), context)
    }
    return isFields(first)
      ? encodeFieldsCall(first, args, context)
      : encodeMessageCall(args, context)
  } catch {
    // A toJSON that throws, a proxy that throws at every question: what can be said of it, and the rest.
    const fields = `,"fields":${encodeValue(args[0]) ?? 'null'}`
    return join(formatArgs(args.slice(1)), fields, context)
  }
}

/** `,"key":value` for each field; a getter that throws costs only its own field. */
export function encodeFields(fields: Fields, serializers?: Serializers): string {
  let text = ''
  for (const key of Object.keys(fields)) {
    text += encodeField(key, member(fields, key, serializers))
  }
  return text
}

/** `,"key":value`; nothing for what JSON leaves out. */
export function encodeField(key: string, value: unknown): string {
  const text = encodeValue(value)
  return text === undefined ? '' : encodeKey(key) + text
}

// Applications have few different keys, and log them all the time.
const MAX_KEYS = 1000
const MAX_KEY_LENGTH = 100
const keys = new Map<string, string>()

function encodeKey(key: string): string {
  let text = keys.get(key)
  if (text === undefined) {
    text = `,${encodeString(RESERVED.has(key) ? `_${key}` : key)}:`
    if (keys.size < MAX_KEYS && key.length <= MAX_KEY_LENGTH) keys.set(key, text)
  }
  return text
}

/** The fields as they are now, so that changing the object changes nothing; never throws. */
export function copyFields(fields: Fields): Fields {
  try {
    return { ...fields }
  } catch {
    const keys = ownKeys(fields)
    return Object.fromEntries(keys.map((key) => [key, member(fields, key)]))
  }
}

/** printf-like text of arguments (`%s %d %i %f %j %o %O %%`), as `util.format` gives it; never throws. */
export function formatArgs(args: readonly unknown[]): string {
  if (args.length === 1 && typeof args[0] === 'string') return args[0]
  try {
    return format(...args)
  } catch {
    // An argument threw: the text keeps its placeholders, and the arguments follow it.
    return args
      .map((arg) => (typeof arg === 'string' ? arg : (encodeValue(arg) ?? 'undefined')))
      .join(' ')
  }
}

/** `,"msg":"…"`. */
export function encodeMessage(text: string): string {
  return `,"msg":${encodeString(text)}`
}

/** `,"err":{…}`. */
export function encodeError(error: Error): string {
  return `,"err":${encodeValue(error)}`
}

function encodeMessageCall(args: readonly unknown[], context: Context): string {
  if (args.length === 1) return join(formatArgs(args), '', context)
  const { args: shown, error } = splitError(args)
  return join(formatArgs(shown), error ? encodeError(error) : '', context)
}

function encodeFieldsCall(given: Fields, args: readonly unknown[], context: Context): string {
  const { serializers } = context
  const fields = typeof given.toJSON === 'function' ? given.toJSON() : given
  if (fields !== given && !isFields(fields)) {
    return join(formatArgs([fields, ...args.slice(1)]), '', context) // a URL
  }
  if (args.length > 1) {
    const text =
      args.length === 2 && typeof args[1] === 'string' ? args[1] : formatArgs(args.slice(1))
    return join(text, encodeFields(fields, serializers), context)
  }
  const { msg, ...others } = fields
  if (typeof msg === 'string') return join(msg, encodeFields(others, serializers), context)
  const text = isError(fields.err) ? errorMessage(fields.err) : ''
  return join(text, encodeFields(fields, serializers), context)
}

function join(text: string, fields: string, { bindings, redact }: Context): string {
  const all = bindings + fields
  return encodeMessage(text) + (redact ? redact(all) : all)
}

function ownKeys(fields: Fields): readonly string[] {
  try {
    return Object.keys(fields)
  } catch {
    return []
  }
}

function errorMessage(error: unknown): string {
  try {
    return String((error as Error).message)
  } catch {
    return ''
  }
}

function member(fields: Fields, key: string, serializers?: Serializers): unknown {
  try {
    const value = fields[key]
    if (!serializers || !Object.hasOwn(serializers, key)) return value
    return (serializers[key] as (value: unknown) => unknown)(value)
  } catch (error) {
    return thrown(error)
  }
}

function isPlain(value: unknown): value is Fields {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function isFields(value: unknown): value is Fields {
  if (typeof value !== 'object' || value === null) return false
  try {
    return !(Array.isArray(value) || isText(value))
  } catch {
    return false // a revoked proxy
  }
}

// Objects that say what they hold as a message, and have no fields.
function isText(value: object): boolean {
  return (
    types.isMap(value) ||
    types.isSet(value) ||
    types.isDate(value) ||
    types.isRegExp(value) ||
    types.isBoxedPrimitive(value) ||
    ArrayBuffer.isView(value)
  )
}

// log.error('failed', error): no placeholder is left for it, so it is the record's error.
function splitError(args: readonly unknown[]): { args: readonly unknown[]; error?: Error } {
  const last = args.at(-1)
  if (args.length < 2 || !isError(last)) return { args }
  const placeholders =
    typeof args[0] === 'string' ? (args[0].match(/%[sdifjoOc]/g)?.length ?? 0) : 0
  return placeholders >= args.length - 1 ? { args } : { args: args.slice(0, -1), error: last }
}
