// Values: encodes a log call's arguments as JSON and decodes them in the root; only errors are restored to their class.
//
// For the libraries whose own output needs no more than that; codec.ts also restores other values.

import { encodeJson, encodeString, encodeValue, isError } from '../../../core/encode.js'
import { formatted } from './inspected.js'
import { MAX_STRING } from './members.js'

type Plain = Record<string, unknown>

const CLASSES: Readonly<Record<string, new (message: string) => Error>> = {
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
}

/** The text that `util.format` makes of the arguments. For a single error only its message: the record has the rest. */
export function messageOf(args: readonly unknown[]): string {
  const [first] = args
  if (args.length !== 1 || !isError(first)) return formatted(args)
  try {
    return String(first.message)
  } catch {
    return ''
  }
}

/**
 * The arguments as one line of JSON, `[[a],[b],[]]`: each one is in its own list, which is empty for `undefined`. Never
 * throws.
 */
export function packArgs(args: readonly unknown[]): string {
  let text = '['
  for (let i = 0; i < args.length; i++)
    text += `${i === 0 ? '[' : ',['}${encodeValue(args[i]) ?? ''}]`
  return `${text}]`
}

/** Like `packArgs`, but undefined unless JSON expresses each argument exactly. */
export function packPlain(args: readonly unknown[]): string | undefined {
  let text = '['
  for (let i = 0; i < args.length; i++) {
    const plain = plainText(args[i])
    if (plain === undefined) return undefined
    text += `${i === 0 ? '[' : ',['}${plain}]`
  }
  return `${text}]`
}

/** The value as JSON, or undefined unless JSON expresses it exactly. */
export function plainText(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return value.length < MAX_STRING ? encodeString(value) : undefined
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? String(value) : undefined
    case 'boolean':
      return String(value)
    case 'object':
      return value === null ? 'null' : encodeJson(value)
    default:
      return undefined
  }
}

/** One value as JSON, for `revive`. */
export function pack(value: unknown): string {
  return encodeValue(value) ?? 'null'
}

/** The arguments from the text made by `packArgs` or `packPlain`, parsed as JSON. */
export function unpackArgs(packed: unknown): unknown[] {
  return (packed as readonly (readonly unknown[])[]).map(([arg]) => revive(arg))
}

/**
 * Turns encoded errors within a parsed value into errors again: of their class if the language has it, or else `Error`
 * objects with that `name`.
 */
export function revive(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revive)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(([key, member]) => [key, revive(member)] as const)
  const plain: Plain = Object.fromEntries(members)
  return isErrorText(plain) ? createError(plain) : plain
}

// `encodeValue` writes an error as an object that starts with these three members.
function isErrorText(value: Plain): boolean {
  const [first, second, third] = Object.keys(value)
  if (first !== 'type' || second !== 'message' || third !== 'stack') return false
  return typeof value.message === 'string' && typeof value.stack === 'string'
}

function createError({ type, message, stack, cause, errors, ...others }: Plain): Error {
  const name = String(type)
  const text = String(message)
  const error = Array.isArray(errors)
    ? new AggregateError(errors, text)
    : new (CLASSES[name] ?? Error)(text)
  if (error.name !== name) define(error, 'name', name)
  if (cause !== undefined) define(error, 'cause', cause)
  define(error, 'stack', stack)
  return Object.assign(error, others)
}

// Not enumerable, like the members of an error made by the language.
function define(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, configurable: true, writable: true })
}
