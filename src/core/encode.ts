// The encoder: any value becomes JSON text, and nothing it meets on the way makes it throw.

import { types } from 'node:util'
import type { configure } from 'safe-stable-stringify'
import { isJson } from './json.js'

type Stringify = ReturnType<typeof configure>
type Plain = Record<string, unknown>

/** Objects nested deeper than this become `"[Object]"`. */
const MAX_DEPTH = 64
/** Members of one object or list beyond this many are only counted. */
const MAX_BREADTH = 2 ** 20
/** A longer text is only counted. */
const MAX_STRING = 2 ** 26
/** What JSON leaves as it is, and a terminal or a reader of lines does not. */
const CONTROLS = /[\u007f-\u009f\u2028\u2029]/
const ALL_CONTROLS = new RegExp(CONTROLS, 'g')
/** What is in JSON as it is: to find that out takes half as long as to have JSON.stringify find nothing to escape. */
const PLAIN = /^[ !#-[\]-~]*$/
/** Shorter texts are looked at character by character. */
const SHORT = 32
/** Longer ones are left to JSON.stringify. */
const LONG = 1000
const ERROR_KEYS = new Set(['name', 'message', 'stack', 'code', 'cause', 'errors', 'toJSON'])

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
      return encodeValue(plain(value))
  }
}

/** A JSON string; lone surrogates become escapes, so the text is always valid UTF-8. */
export function encodeString(text: string): string {
  if (isPlainText(text)) return `"${text}"`
  return escapeControls(JSON.stringify(bounded(text)))
}

/** JSON text that is one line for everybody, and moves nobody's cursor. */
export function escapeControls(json: string): string {
  if (!CONTROLS.test(json)) return json
  return json.replace(ALL_CONTROLS, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

function bounded(text: string): string {
  return text.length > MAX_STRING ? `[String of ${text.length} characters]` : text
}

function isPlainText(text: string): boolean {
  if (text.length >= SHORT) return text.length < LONG && PLAIN.test(text)
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 32 || code > 126 || code === 34 || code === 92) return false
  }
  return true
}

/** Whether a value is an error of this realm or another; a proxy that throws is none. */
export function isError(value: unknown): value is Error {
  if (typeof value !== 'object' || value === null) return false
  if (types.isNativeError(value)) return true
  try {
    return value instanceof Error
  } catch {
    return false
  }
}

/** What stands in the place of a value whose getter, `toJSON` or `toString` has thrown. */
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

/** JSON text of an object that is just that (`isJson`); undefined for others. */
export function encodeJson(value: object, mayLack = false): string | undefined {
  try {
    return isJson(value, mayLack) ? escapeControls(JSON.stringify(value)) : undefined
  } catch {
    return undefined // a getter that throws
  }
}

function encodeAny(value: object): string | undefined {
  const known = new Map<Error, Plain>()
  const replace = (_key: string, member: unknown): unknown => plain(member, known)
  try {
    // An error's own toJSON would leave out what `err` always has.
    const json = stringify()(isError(value) ? describeError(value, known) : value, replace)
    return json && escapeControls(json)
  } catch {
    return encodeTamed(value, replace)
  }
}

// A getter, a toJSON or a proxy threw: copy member by member, so that only the bad one is lost.
function encodeTamed(value: object, replace: (key: string, member: unknown) => unknown): string {
  try {
    return escapeControls(stringify()(tame(value, [], replace), replace) ?? 'null')
  } catch (error) {
    return encodeString(thrown(error))
  }
}

function tame(
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

// What its toJSON gives; the value itself where it has none, or one that throws.
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

// What JSON has no form for, as the nearest thing it has one for. Everything else is returned as it is.
function plain(value: unknown, known: Map<Error, Plain> = new Map()): unknown {
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
  if (types.isBoxedPrimitive(value)) return plain(value.valueOf())
  return isError(value) ? describeError(value, known) : value
}

// `known` keeps one record per error, so that a cycle of causes is seen as one by the stringifier.
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
    if (value !== undefined && !Object.hasOwn(record, key)) define(record, key, value)
  }
  return record
}

function describeMember(value: unknown, known: Map<Error, Plain>, depth: number): unknown {
  const describe = (item: unknown): unknown =>
    isError(item) ? describeError(item, known, depth) : item
  return Array.isArray(value) ? Array.from(value, describe) : describe(value)
}

// An own property, whatever its name: `__proto__` too.
function define(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  })
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
    loaded = library.configure({
      deterministic: false,
      maximumDepth: MAX_DEPTH,
      maximumBreadth: MAX_BREADTH,
    })
  }
  return loaded
}
