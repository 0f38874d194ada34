// Codec: encodes any value as one line of text and decodes it in the root to a value that prints the same (winston, log4js).
//
// The text is JSON with tags for what JSON cannot express. The root's formats and layouts see errors with their class,
// dates, maps, and functions with their names. values.ts restores only errors.

import { inspect, types } from 'node:util'
import { isError, thrown } from '../../../core/encode.js'
import { isJson } from '../../../core/json.js'
import { RealDate } from '../../../core/originals.js'
import { attempt, describeInstance, makeInstance, type Pack, type Tagged } from './objects.js'

type Unpack = (value: unknown) => unknown

const MAX_DEPTH = 64
const MAX_BREADTH = 2 ** 16
const MAX_STRING = 2 ** 22

/** The value as one line of text. Never throws, except when memory runs out. */
export function pack(value: unknown): string {
  return packPlain(value) ?? JSON.stringify(describe(value, []))
}

function packPlain(value: unknown): string | undefined {
  try {
    return typeof value === 'object' && value !== null && isJson(value)
      ? JSON.stringify(value)
      : undefined
  } catch {
    return undefined
  }
}

/** Decodes a value. `described` is the text made by `pack`, parsed as JSON. */
export function restore(described: unknown): unknown {
  return restorePart(described, [])
}

// `above` holds the objects that contain the value, from the outermost inwards. A circular reference becomes its index there.
function describe(value: unknown, above: readonly object[]): unknown {
  switch (typeof value) {
    case 'string':
      return value.length > MAX_STRING ? `[String of ${value.length} characters]` : value
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? value : tag('number', String(value))
    case 'undefined':
      return tag('undefined')
    case 'bigint':
      return tag('bigint', String(value))
    case 'symbol':
      return tag('symbol', value.description)
    case 'function':
      return tag(
        'function',
        attempt(() => String(value.name)),
      )
    case 'object':
      return value === null ? null : describeObject(value, above)
    default:
      return value
  }
}

function describeObject(value: object, above: readonly object[]): unknown {
  const circle = above.indexOf(value)
  if (circle !== -1) return tag('above', circle)
  if (above.length >= MAX_DEPTH) return '[Object]'
  const below = [...above, value]
  const packPart: Pack = (part) => describe(part, below)
  try {
    if (Array.isArray(value)) return Array.from(value.slice(0, MAX_BREADTH), packPart)
    return describeKnown(value, packPart) ?? describeInstance(value, packPart)
  } catch (error) {
    return thrown(error)
  }
}

function describeKnown(value: object, packPart: Pack): Tagged | undefined {
  if (types.isProxy(value)) return tag('text', inspect(value))
  if (isError(value)) return tag('error', describeError(value, packPart))
  if (types.isDate(value))
    return tag('date', Number.isNaN(value.getTime()) ? null : value.getTime())
  if (types.isMap(value))
    return tag(
      'map',
      Array.from(value, ([key, v]) => [packPart(key), packPart(v)]),
    )
  if (types.isSet(value)) return tag('set', Array.from(value, packPart))
  if (types.isRegExp(value)) return { ...tag('regexp', value.source), flags: value.flags }
  if (Buffer.isBuffer(value)) return tag('buffer', value.toString('base64'))
  if (types.isBoxedPrimitive(value)) return packPart(value.valueOf()) as Tagged
  if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value) || types.isPromise(value)) {
    return tag('text', inspect(value))
  }
  if (types.isWeakMap(value) || types.isWeakSet(value)) return tag('text', inspect(value))
  return undefined
}

function describeError(error: Error, packPart: Pack): unknown {
  const type = attempt(() => error.constructor.name)
  const read = (key: 'message' | 'stack'): unknown => attempt(() => error[key])
  const own: Record<string, unknown> = {}
  const hidden: Record<string, unknown> = {}
  for (const key of Object.getOwnPropertyNames(error)) {
    if (key === 'message' || key === 'stack') continue
    const isShown = Object.prototype.propertyIsEnumerable.call(error, key)
    const value = packPart(attempt(() => (error as unknown as Record<string, unknown>)[key]))
    Object.defineProperty(isShown ? own : hidden, key, { value, enumerable: true })
  }
  return {
    type,
    name: attempt(() => error.name),
    message: read('message'),
    stack: read('stack'),
    own,
    hidden,
  }
}

function tag($: string, v?: unknown): Tagged {
  return v === undefined ? { $ } : { $, v }
}

function restorePart(value: unknown, above: readonly unknown[]): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const list: unknown[] = []
    const below = [...above, list]
    for (const item of value) list.push(restorePart(item, below))
    return list
  }
  const { $, v } = value as Tagged
  if ($ === 'error') return restoreError(v as Described, above)
  if ($ === 'above') return above[v as number]
  if ($ === 'map')
    return fill(new Map(), above, (map, unpackPart) => {
      for (const [key, item] of v as [unknown, unknown][])
        map.set(unpackPart(key), unpackPart(item))
    })
  if ($ === 'set')
    return fill(new Set(), above, (set, unpackPart) => {
      for (const item of v as unknown[]) set.add(unpackPart(item))
    })
  if ($ === 'object' || $ === undefined) return fillObject(value as Tagged, above)
  return restorePrimitive(value as Tagged)
}

function fillObject(described: Tagged, above: readonly unknown[]): unknown {
  const { made, members } = makeInstance(described)
  return fill(made, above, (object, unpackPart) => copyInto(object, members, unpackPart))
}

function restorePrimitive({ $, v, flags }: Tagged): unknown {
  switch ($) {
    case 'number':
      return Number(v)
    case 'bigint':
      return BigInt(v as string)
    case 'symbol':
      return Symbol(v as string | undefined)
    case 'function':
      return Object.defineProperty(() => {}, 'name', { value: v })
    case 'date':
      return new RealDate((v as number | null) ?? Number.NaN)
    case 'regexp':
      return new RegExp(v as string, flags as string)
    case 'buffer':
      return Buffer.from(v as string, 'base64')
    case 'text':
      return { [inspect.custom]: () => v, toString: () => v, toJSON: () => v }
    default:
      return undefined
  }
}

interface Described {
  readonly type: unknown
  readonly name: unknown
  readonly message: unknown
  readonly stack: unknown
  readonly own: object
  readonly hidden: object
}

function restoreError(described: Described, above: readonly unknown[]): Error {
  const { type, name, message, stack, own, hidden } = described
  const error = new Error(String(message))
  Object.setPrototypeOf(error, prototypeOf(String(type), String(name)))
  Object.defineProperty(error, 'stack', { value: stack, configurable: true, writable: true })
  return fill(error, above, (target, unpackPart) => {
    copyInto(target, own, unpackPart)
    copyInto(target, hidden, unpackPart, false)
  })
}

const prototypes = new Map<string, object>()
const MAX_PROTOTYPES = 1000

// The prototype of the built-in class, if there is one with these names, or else of a class made for them.
function prototypeOf(type: string, name: string): object {
  const builtin: unknown = (globalThis as Record<string, unknown>)[type]
  if (typeof builtin === 'function' && builtin.prototype instanceof Error && type === name) {
    return builtin.prototype
  }
  if (type === 'Error' && name === 'Error') return Error.prototype
  const key = `${type} ${name}`
  let prototype = prototypes.get(key)
  if (!prototype) {
    const known = class extends Error {}
    Object.defineProperty(known, 'name', { value: type })
    if (name !== type || name !== 'Error') {
      Object.defineProperty(known.prototype, 'name', {
        value: name,
        configurable: true,
        writable: true,
      })
    }
    prototype = known.prototype as object
    if (prototypes.size < MAX_PROTOTYPES) prototypes.set(key, prototype)
  }
  return prototype
}

function fill<T>(
  made: T,
  above: readonly unknown[],
  put: (made: T, unpackPart: Unpack) => void,
): T {
  const below = [...above, made]
  put(made, (part) => restorePart(part, below))
  return made
}

function copyInto(target: object, members: object, unpackPart: Unpack, enumerable = true): void {
  for (const [key, member] of Object.entries(members)) {
    const value = unpackPart(member)
    Object.defineProperty(target, key, { value, enumerable, configurable: true, writable: true })
  }
}
