// The encoder: any value becomes JSON text, and nothing it meets on the way makes it throw.

import { types } from 'node:util'
import type { configure } from 'safe-stable-stringify'

type Stringify = ReturnType<typeof configure>
type Plain = Record<string, unknown>

/** Objects nested deeper than this become `"[Object]"`. */
const MAX_DEPTH = 64
const ERROR_KEYS = new Set(['name', 'message', 'stack', 'code', 'cause', 'errors'])

/** JSON text of any value; `undefined` for what JSON leaves out (undefined, a `toJSON` that gives it). */
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
      return JSON.stringify(plain(value))
  }
}

/** A JSON string; lone surrogates become escapes, so the text is always valid UTF-8. */
export function encodeString(text: string): string {
  try {
    return JSON.stringify(text)
  } catch {
    return `"[String of ${text.length} characters]"` // longer than V8's longest string once escaped
  }
}

/** The parts of an error that cross a process boundary. Own enumerable properties come along. */
export function errorRecord(error: Error): Plain {
  return describeError(error, new Map())
}

export function isError(value: unknown): value is Error {
  return types.isNativeError(value) || (typeof value === 'object' && value instanceof Error)
}

function encodeObject(value: object): string | undefined {
  const known = new Map<Error, Plain>()
  const replace = (_key: string, member: unknown): unknown => plain(member, known)
  try {
    return stringify()(value, replace)
  } catch {
    return encodeTamed(value, replace)
  }
}

// A getter, a toJSON or a proxy threw: copy member by member, so that only the bad one is lost.
function encodeTamed(value: object, replace: (key: string, member: unknown) => unknown): string {
  try {
    return stringify()(tame(value, [], replace), replace) ?? 'null'
  } catch (error) {
    return encodeString(thrown(error))
  }
}

function tame(
  value: unknown,
  path: readonly object[],
  replace: (key: string, member: unknown) => unknown,
): unknown {
  const member = attempt(() => replace('', value))
  if (typeof member !== 'object' || member === null) return member
  if (path.includes(member)) return '[Circular]'
  if (path.length >= MAX_DEPTH) return '[Object]'
  const below = [...path, member]
  if (attempt(() => Array.isArray(member)) === true) {
    const list = member as readonly unknown[]
    return Array.from({ length: list.length }, (_, i) =>
      tame(
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
      tame(
        attempt(() => (member as Plain)[key]),
        below,
        replace,
      ),
    ]),
  )
}

function attempt(read: () => unknown): unknown {
  try {
    return read()
  } catch (error) {
    return thrown(error)
  }
}

function thrown(error: unknown): string {
  try {
    return `[Throws: ${isError(error) ? error.message : String(error)}]`
  } catch {
    return '[Throws]'
  }
}

// What JSON has no form for, as the nearest thing it has one for. Everything else is returned as it is.
function plain(value: unknown, known: Map<Error, Plain> = new Map()): unknown {
  switch (typeof value) {
    case 'bigint':
      return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
    case 'number':
      return Number.isFinite(value) ? value : String(value)
    case 'function':
      return `[Function: ${attempt(() => value.name) || 'anonymous'}]`
    case 'symbol':
      return value.toString()
    case 'object':
      return value === null ? null : plainObject(value, known)
    default:
      return value
  }
}

function plainObject(value: object, known: Map<Error, Plain>): unknown {
  if (types.isMap(value)) {
    const entries = [...value]
    return entries.every(([key]) => typeof key === 'string') ? Object.fromEntries(entries) : entries
  }
  if (types.isSet(value)) return [...value]
  if (types.isRegExp(value)) return String(value)
  return isError(value) ? describeError(value, known) : value
}

// `known` keeps one record per error, so that a cycle of causes is seen as one by the stringifier.
function describeError(error: Error, known: Map<Error, Plain>): Plain {
  const seen = known.get(error)
  if (seen) return seen
  const record: Plain = {}
  known.set(error, record)
  record.type = attempt(() => errorType(error))
  record.message = attempt(() => String(error.message))
  record.stack = attempt(() => error.stack)
  for (const key of ['code', 'cause', 'errors'] as const) {
    const value = attempt(() => (error as unknown as Plain)[key])
    if (value !== undefined) record[key] = describeMember(value, known)
  }
  const keys = attempt(() => Object.keys(error))
  for (const key of Array.isArray(keys) ? keys : []) {
    if (ERROR_KEYS.has(key) || key in record) continue
    record[key] = describeMember(
      attempt(() => (error as unknown as Plain)[key]),
      known,
    )
  }
  return record
}

function describeMember(value: unknown, known: Map<Error, Plain>): unknown {
  if (Array.isArray(value)) return value.map((item) => describeMember(item, known))
  return attempt(() => isError(value)) === true ? describeError(value as Error, known) : value
}

// A subclass that never set its name still has one.
function errorType(error: Error): string {
  return error.name === 'Error' ? (error.constructor?.name ?? 'Error') : String(error.name)
}

let loaded: Stringify | undefined

// Loaded with the first object: most records have none.
function stringify(): Stringify {
  if (!loaded) {
    const library = require('safe-stable-stringify') as typeof import('safe-stable-stringify')
    loaded = library.configure({ deterministic: false, maximumDepth: MAX_DEPTH })
  }
  return loaded
}
