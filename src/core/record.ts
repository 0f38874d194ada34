// Record: the fields of a log record, which are those of its JSON line, and the encoding of a log call's arguments.
//
// A line is `{"level":…,"time":…,"pid":…,"tid":…,"source":…,"seq":…,"name":…` (written by queue/handler.ts), then
// `,"msg":…` and the fields of the call (encoded here), then `}`.

import { format, types } from 'node:util'
import { encodeValue, isError } from './encode.js'
import { encodeFailure } from './failure.js'
import { encodeField, encodeFields, type Fields, readField, type Serializers } from './fields.js'
import type { Redact } from './redact.js'
import { encodeString } from './text.js'

/**
 * One record, as every handler gets it. The JSON line has the same fields in this order.
 *
 * A call's field that has the name of one of these (`level` to `msg`, and `lib`) is written with a leading underscore:
 * `_pid`. An error is `err: { type, message, stack, code?, cause?, errors? }`. A record that adds up to more than 2^26
 * characters is replaced by a message with its length.
 */
export interface LogRecord {
  /**
   * 10 trace, 20 debug, 30 info, 40 warn, 50 error, 60 fatal. Records that `logshare collect` gets from other programs
   * can have any number from 1 to 255.
   */
  readonly level: number
  /** Wall time in milliseconds since the Unix epoch, with a fraction (microseconds). */
  readonly time: number
  /** Process id of the producer. */
  readonly pid: number
  /** Thread id of the producer within its process; 0 is the main thread. */
  readonly tid: number
  /**
   * Path of the producer in the tree of children: `root`, `worker#1`, `cluster#2/worker#1`, `fork#1`, `spawn#3`. Each
   * part is a kind of child and its count within its parent, from 1.
   */
  readonly source: string
  /** Sequence count of the producer, from 1. It has no gaps except where dropped records are reported. */
  readonly seq: number
  /** Dotted name of the logger; `root` for the root logger. */
  readonly name: string
  /** The message, formatted. Empty if the call had none. */
  readonly msg: string
  /** Name of the library that an adapter captured the record from. Absent for records of our own loggers. */
  readonly lib?: string
  /**
   * Fields of the call and of its logger. With an active OpenTelemetry span also `trace_id`, `span_id`, `trace_flags`.
   */
  readonly [field: string]: unknown
}

/** The fields that are the same in all records of a producer. */
export interface Origin {
  readonly pid: number
  readonly tid: number
  readonly source: string
}

export { encodeField, encodeFields, type Fields, RESERVED, type Serializers } from './fields.js'

/** What a logger applies to each of its calls. */
export interface Context {
  /** The logger's own fields, encoded (`,"key":value…`). */
  readonly bindings: string
  readonly serializers?: Serializers | undefined
  readonly redact?: Redact | undefined
}

/**
 * Encodes a call in pino's shape, `(msg, ...args)`, `(fields, msg, ...args)` or `(error, msg?, ...args)`, to
 * `,"msg":"…"` and the fields, the logger's own fields first. An error as last argument that no placeholder consumes
 * becomes `err`. Never throws, whatever the arguments do, unless the text exceeds V8's longest string.
 */
export function encodeCall(args: readonly unknown[], context: Context): string {
  const { redact } = context
  try {
    const first = args[0]
    if (typeof first === 'string') return encodeMessageCall(args, context)
    if (isPlain(first)) return encodeFieldsCall(first, args, context)
    if (isError(first)) {
      const text = hasMessage(args)
        ? formatArgs(args.slice(1), redact)
        : errorMessage(first, redact)
      return join(text, errorField(first, context), context)
    }
    return isFields(first)
      ? encodeFieldsCall(first, args, context)
      : encodeMessageCall(args, context)
  } catch {
    // The first argument threw (a toJSON, a proxy): encode what is readable of it, and the message.
    const fields = `,"fields":${encodeValue(args[0]) ?? 'null'}`
    return join(formatArgs(args.slice(1), redact), fields, context)
  }
}

/** A shallow copy of the fields, so that later changes to the object have no effect. Never throws. */
export function copyFields(fields: Fields): Fields {
  try {
    return { ...fields }
  } catch {
    const keys = ownKeys(fields)
    return Object.fromEntries(keys.map((key) => [key, readField(fields, key)]))
  }
}

/** Formats arguments as `util.format` does (`%s %d %i %f %j %o %O %%`), redacted if `redact` is given. Never throws. */
export function formatArgs(given: readonly unknown[], redact?: Redact): string {
  const args = redact ? redact.args(given) : given
  if (args.length === 1 && typeof args[0] === 'string') return args[0]
  try {
    return format(...args)
  } catch {
    return formatEach(args)
  }
}

// An argument threw, as a BigInt does for `%j`: only what stands for its own placeholder is encoded.
function formatEach([first, ...args]: readonly unknown[]): string {
  try {
    if (typeof first !== 'string') throw new TypeError('no format')
    let next = 0
    const text = first.replace(PLACEHOLDER, (placeholder) => {
      if (placeholder === '%%' || next >= args.length) return placeholder
      const at = next++
      args[at] = formatOne(placeholder, args[at])
      return '%s'
    })
    return format(text, ...args)
  } catch {
    return appended([first, ...args])
  }
}

const PLACEHOLDER = /%[sdifjoOc%]/g

function formatOne(placeholder: string, arg: unknown): string {
  try {
    return format(placeholder, arg)
  } catch {
    return encodeValue(arg) ?? 'undefined'
  }
}

// Keeps the placeholders in the text and appends the arguments.
function appended(args: readonly unknown[]): string {
  return args
    .map((arg) => (typeof arg === 'string' ? arg : (encodeValue(arg) ?? 'undefined')))
    .join(' ')
}

/** `,"msg":"…"`. */
export function encodeMessage(text: string): string {
  return `,"msg":${encodeString(text)}`
}

/** `,"err":{…}`. */
export function encodeError(error: Error): string {
  return `,"err":${encodeFailure(error) ?? encodeValue(error)}`
}

// As the logger's serializer for `err` makes it.
function errorField(error: Error, { serializers }: Context): string {
  if (!serializers || !Object.hasOwn(serializers, 'err')) return encodeError(error)
  return encodeField('err', readField({ err: error }, 'err', serializers))
}

function encodeMessageCall(args: readonly unknown[], context: Context): string {
  const { redact } = context
  if (args.length === 1) return join(formatArgs(args, redact), '', context)
  const { args: shown, error } = splitError(args)
  return join(formatArgs(shown, redact), error ? errorField(error, context) : '', context)
}

function encodeFieldsCall(given: Fields, args: readonly unknown[], context: Context): string {
  const { serializers, redact } = context
  const fields = typeof given.toJSON === 'function' ? given.toJSON() : given
  if (fields !== given && !isFields(fields)) {
    return join(formatArgs([fields, ...args.slice(1)], redact), '', context) // a URL
  }
  if (hasMessage(args)) {
    const text =
      args.length === 2 && typeof args[1] === 'string' ? args[1] : formatArgs(args.slice(1), redact)
    return join(text, encodeFields(fields, serializers), context)
  }
  const { msg, ...others } = fields
  if (typeof msg === 'string') return join(msg, encodeFields(others, serializers), context)
  const text = isError(fields.err) ? errorMessage(fields.err, redact) : ''
  return join(text, encodeFields(fields, serializers), context)
}

// nestjs-pino and pino-http pass undefined where there is none.
function hasMessage(args: readonly unknown[]): boolean {
  return args.length > 2 || (args.length === 2 && args[1] !== undefined)
}

function join(text: string, fields: string, { bindings, redact }: Context): string {
  const all = bindings + fields
  if (!redact) return encodeMessage(text) + all
  return encodeMessage(redact.message(text)) + redact.fields(all)
}

function ownKeys(fields: Fields): readonly string[] {
  try {
    return Object.keys(fields)
  } catch {
    return []
  }
}

function errorMessage(error: unknown, redact?: Redact): string {
  try {
    return String(((redact ? redact.value(error) : error) as Error).message)
  } catch {
    return ''
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

// Objects that are formatted into the message, because their content is not in their own properties.
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

// log.error('failed', error): no placeholder consumes the error, so it becomes the record's `err`.
function splitError(args: readonly unknown[]): { args: readonly unknown[]; error?: Error } {
  const last = args.at(-1)
  if (args.length < 2 || !isError(last)) return { args }
  const placeholders =
    typeof args[0] === 'string' ? (args[0].match(/%[sdifjoOc]/g)?.length ?? 0) : 0
  return placeholders >= args.length - 1 ? { args } : { args: args.slice(0, -1), error: last }
}
