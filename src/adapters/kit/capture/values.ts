// Values: arguments of a library's call, on their way to the root's logger and as themselves again.

import { encodeJson, encodeString, encodeValue, isError } from '../../../core/encode.js'
import { formatArgs } from '../../../core/record.js'
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

/** Text of arguments, printf-like; of an error alone its message, for the record has the rest of it. */
export function messageOf(args: readonly unknown[]): string {
  const [first] = args
  if (args.length !== 1 || !isError(first)) return formatArgs(args)
  try {
    return String(first.message)
  } catch {
    return ''
  }
}

/** One line of JSON, `[[a],[b],[]]`: each in a list of its own, which is empty for `undefined`. Never throws. */
export function packArgs(args: readonly unknown[]): string {
  let text = '['
  for (let i = 0; i < args.length; i++)
    text += `${i === 0 ? '[' : ',['}${encodeValue(args[i]) ?? ''}]`
  return `${text}]`
}

/** The same for arguments that are JSON, no more and no less; undefined if one is not. */
export function packPlain(args: readonly unknown[]): string | undefined {
  let text = '['
  for (let i = 0; i < args.length; i++) {
    const plain = plainText(args[i])
    if (plain === undefined) return undefined
    text += `${i === 0 ? '[' : ',['}${plain}]`
  }
  return `${text}]`
}

/** JSON of a value that is just that; undefined for others. */
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

/** One value as it is packed, for `revive`. */
export function pack(value: unknown): string {
  return encodeValue(value) ?? 'null'
}

/** What was packed, with its errors as errors. */
export function unpackArgs(packed: unknown): unknown[] {
  return (packed as readonly (readonly unknown[])[]).map(([arg]) => revive(arg))
}

/** A parsed value with its errors as errors again: of a class where the language has it, by name where not. */
export function revive(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revive)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(([key, member]) => [key, revive(member)] as const)
  const plain: Plain = Object.fromEntries(members)
  return isErrorText(plain) ? createError(plain) : plain
}

// As the encoder describes errors: these three, in this order.
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

// As the language itself has them: not enumerable.
function define(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, configurable: true, writable: true })
}
