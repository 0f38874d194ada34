// Encode: converts any value to JSON text and never throws.

import { types } from 'node:util'
import type { configure } from 'safe-stable-stringify'
import { isJson } from './json.js'
import { bounded, encodeString, escapeControls } from './text.js'

export { encodeString, escapeControls } from './text.js'

type Stringify = ReturnType<typeof configure>
type Plain = Record<string, unknown>

/** Objects nested deeper than this become `"[Object]"`. */
const MAX_DEPTH = 64
/** Members of one object or array beyond this many are replaced by their count. */
const MAX_BREADTH = 2 ** 20
/** Members of an error that come first, or not at all. */
export const ERROR_KEYS: ReadonlySet<string> = new Set([
  'name',
  'message',
  'stack',
  'code',
  'cause',
  'errors',
  'toJSON',
])

/** JSON text of any value; `undefined` for what JSON omits (undefined, or a `toJSON` that returns it). Never throws. */
export function encodeValue(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return encodeString(value)
    case 'number':
      return Number.isFinite(value) ? String(value) : `"${value}"`
    case 'boolean':
      return value ? 'true' : 'false'
    case 'undefined':
      return undefined
    case 'object':
      return value === null ? 'null' : encodeObject(value)
    default:
      return encodeValue(toPlain(value))
  }
}

/** Whether a value is an error of this realm or another. False for a proxy that throws. */
export function isError(value: unknown): value is Error {
  if (typeof value !== 'object' || value === null) return false
  if (types.isNativeError(value)) return true
  try {
    return value instanceof Error
  } catch {
    return false
  }
}

/** Placeholder for a value whose getter, `toJSON` or `toString` threw `error`. */
export function thrown(error: unknown): string {
  try {
    return `[Throws: ${isError(error) ? error.message : String(error)}]`
  } catch {
    return '[Throws]'
  }
}

function encodeObject(value: object): string | undefined {
  return encodeJson(value, true) ?? encodeAny(value)
}

/** JSON text of an object that JSON represents exactly (`isJson`); undefined for others. */
export function encodeJson(value: object, allowUndefined = false): string | undefined {
  try {
    return isJson(value, allowUndefined) ? escapeControls(JSON.stringify(value)) : undefined
  } catch {
    return undefined // a getter that throws
  }
}

function encodeAny(value: object): string | undefined {
  const known = new Map<Error, Plain>()
  const replace = (_key: string, member: unknown): unknown => toPlain(member, known)
  try {
    // Ignore an error's own toJSON, which could omit parts that `err` always has.
    const described = isError(value) ? describeError(value, known) : value
    const flat = described === value ? undefined : encodeFlat(described as Plain)
    if (flat !== undefined) return flat
    const json = stringify()(described, replace)
    return json && escapeControls(json)
  } catch {
    return encodeCopy(value, replace)
  }
}

// Most errors have no members that are objects: their text takes half as long without the library. Undefined for others.
function encodeFlat(record: Plain): string | undefined {
  let text = ''
  for (const key of Object.keys(record)) {
    const value = record[key]
    if (typeof value === 'object' && value !== null) return undefined
    const json = encodeValue(value)
    if (json !== undefined) text += `,${encodeString(key)}:${json}`
  }
  return `{${text.slice(1)}}`
}

// A getter, a toJSON or a proxy threw: copy member by member, so that only the throwing member is lost.
function encodeCopy(value: object, replace: (key: string, member: unknown) => unknown): string {
  try {
    return escapeControls(stringify()(copy(value, [], replace), replace) ?? 'null')
  } catch (error) {
    return encodeString(thrown(error))
  }
}

function copy(
  value: unknown,
  path: readonly object[],
  replace: (key: string, member: unknown) => unknown,
): unknown {
  const member = attempt(() => replace('', jsonOf(value)))
  if (typeof member !== 'object' || member === null) return member
  if (path.includes(member)) return '[Circular]'
  if (path.length >= MAX_DEPTH) return '[Object]'
  const below = [...path, member]
  if (attempt(() => Array.isArray(member)) === true) {
    const list = member as readonly unknown[]
    return Array.from({ length: Math.min(list.length, MAX_BREADTH) }, (_, i) =>
      copy(
        attempt(() => list[i]),
        below,
        replace,
      ),
    )
  }
  const keys = attempt(() => Object.keys(member))
  if (!Array.isArray(keys)) return keys
  return Object.fromEntries(
    keys.map((key) => [
      key,
      copy(
        attempt(() => (member as Plain)[key]),
        below,
        replace,
      ),
    ]),
  )
}

// The result of the value's toJSON; the value itself if it has none or its toJSON throws.
function jsonOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || isError(value)) return value
  try {
    const { toJSON } = value as { toJSON?: unknown }
    return typeof toJSON === 'function' ? toJSON.call(value, '') : value
  } catch {
    return value
  }
}

function attempt(read: () => unknown): unknown {
  try {
    return read()
  } catch (error) {
    return thrown(error)
  }
}

// Converts a value that JSON cannot represent to the closest one it can. Returns everything else unchanged.
function toPlain(value: unknown, known: Map<Error, Plain> = new Map()): unknown {
  switch (typeof value) {
    case 'string':
      return bounded(value)
    case 'bigint':
      return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
    case 'number':
      return Number.isFinite(value) ? value : String(value)
    case 'function':
      return `[Function: ${attempt(() => String(value.name)) || 'anonymous'}]`
    case 'symbol':
      return value.toString()
    case 'object':
      return value === null ? null : toPlainObject(value, known)
    default:
      return value
  }
}

function toPlainObject(value: object, known: Map<Error, Plain>): unknown {
  if (types.isMap(value)) {
    const entries = [...value]
    return entries.every(([key]) => typeof key === 'string') ? Object.fromEntries(entries) : entries
  }
  if (types.isSet(value)) return [...value]
  if (types.isRegExp(value)) return String(value)
  if (types.isBoxedPrimitive(value)) return toPlain(value.valueOf())
  return isError(value) ? describeError(value, known) : value
}

// `known` maps each error to one object, so that the stringifier detects a cycle of causes.
function describeError(error: Error, known: Map<Error, Plain>, depth = 0): Plain {
  const seen = known.get(error)
  if (seen) return seen
  const record: Plain = {}
  known.set(error, record)
  record.type = attempt(() => errorType(error))
  record.message = attempt(() => String(error.message))
  record.stack = attempt(() => error.stack)
  if (depth > MAX_DEPTH) return record
  const keys = attempt(() => Object.keys(error))
  const own = Array.isArray(keys) ? keys.filter((key) => !ERROR_KEYS.has(key)) : []
  for (const key of ['code', 'cause', 'errors', ...own]) {
    const value = attempt(() => describeMember((error as unknown as Plain)[key], known, depth + 1))
    if (value === undefined || Object.hasOwn(record, key)) continue
    if (key === '__proto__') define(record, key, value)
    else record[key] = value
  }
  return record
}

function describeMember(value: unknown, known: Map<Error, Plain>, depth: number): unknown {
  const describe = (item: unknown): unknown =>
    isError(item) ? describeError(item, known, depth) : item
  return Array.isArray(value) ? Array.from(value, describe) : describe(value)
}

// Sets an own property where an assignment would not.
function define(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  })
}

/** The type of an error. A subclass that does not set `name` is named after its constructor. */
export function errorType(error: Error): string {
  return error.name === 'Error' ? (error.constructor?.name ?? 'Error') : String(error.name)
}

let loaded: Stringify | undefined

// Loads the library with the first object that needs it: most records have none.
function stringify(): Stringify {
  if (!loaded) {
    const library = require('safe-stable-stringify') as typeof import('safe-stable-stringify')
    loaded = library.configure({
      deterministic: false,
      maximumDepth: MAX_DEPTH,
      maximumBreadth: MAX_BREADTH,
    })
  }
  return loaded
}
