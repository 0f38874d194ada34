// Codec: encodes any value as one line of text, from which restore.ts makes a value in the root that prints the same (winston,
// log4js, tslog).
//
// The text is JSON with tags for what JSON cannot express. The root's formats and layouts see errors with their class,
// dates, maps, and functions with their names.

import { inspect, types } from 'node:util'
import { isError, thrown } from '../../../core/encode.js'
import { RealDate } from '../../../core/originals.js'
import { isExact } from './exact.js'
import {
  attempt,
  classOf,
  describeFunction,
  describeInstance,
  describeMembers,
  describeOpaque,
  MAX_BREADTH,
  type Pack,
  type Tagged,
} from './objects.js'

const MAX_DEPTH = 64
const MAX_STRING = 2 ** 22

/** The value as one line of text. Never throws, except when memory runs out. */
export function pack(value: unknown): string {
  return packExact(value) ?? JSON.stringify(describe(value, []))
}

function packExact(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null && isExact(value)
    ? JSON.stringify(value)
    : undefined
}

// `above` holds the objects that contain the value, from the outermost inwards. A circular reference becomes its index there.
function describe(value: unknown, above: readonly object[]): unknown {
  switch (typeof value) {
    case 'string':
      return value.length > MAX_STRING ? `[String of ${value.length} characters]` : value
    case 'number':
      if (Object.is(value, -0)) return tag('number', '-0')
      return Number.isFinite(value) ? value : tag('number', String(value))
    case 'undefined':
      return tag('undefined')
    case 'bigint':
      return tag('bigint', String(value))
    case 'symbol':
      return tag('symbol', value.description)
    case 'function':
      return describeFunction(value, (part) => describe(part, [...above, value]))
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
    if (Array.isArray(value)) return describeArray(value, packPart)
    return describeKnown(value, packPart) ?? describeInstance(value, packPart)
  } catch (error) {
    return types.isProxy(value) ? describeOpaque(value) : thrown(error)
  }
}

function describeArray(list: readonly unknown[], packPart: Pack): unknown {
  const keys = Object.keys(list)
  const known = classOf(list, Array.prototype)
  const isDense = keys.length === list.length && (keys.at(-1) ?? '-1') === String(list.length - 1)
  if (isDense && known === undefined) return Array.from(list.slice(0, MAX_BREADTH), packPart)
  return { ...tag('array', describeMembers(list, packPart)), length: list.length, class: known }
}

function describeKnown(value: object, packPart: Pack): Tagged | undefined {
  if (isError(value)) return tag('error', describeError(value, packPart))
  if (types.isDate(value)) {
    const time = value.getTime()
    const v = Number.isNaN(time) ? null : time
    return { $: 'date', v, class: classOf(value, RealDate.prototype) }
  }
  if (types.isMap(value)) {
    const v = Array.from(value, ([key, item]) => [packPart(key), packPart(item)])
    return { $: 'map', v, class: classOf(value, Map.prototype) }
  }
  if (types.isSet(value))
    return { $: 'set', v: Array.from(value, packPart), class: classOf(value, Set.prototype) }
  if (types.isRegExp(value)) return { ...tag('regexp', value.source), flags: value.flags }
  if (types.isBoxedPrimitive(value)) return tag('boxed', packPart(value.valueOf()))
  if (types.isArgumentsObject(value))
    return tag('arguments', Array.from(value as ArrayLike<unknown>, packPart))
  const empty = EMPTY.find((kind) => types[`is${kind}`](value))
  if (empty) return tag('empty', empty)
  return describeBytes(value, packPart) ?? (isOpaque(value) ? describeOpaque(value) : undefined)
}

function describeBytes(value: object, packPart: Pack): Tagged | undefined {
  if (Buffer.isBuffer(value)) return tag('buffer', value.toString('base64'))
  if (ArrayBuffer.isView(value)) {
    const { buffer, byteLength, byteOffset } = value
    if (types.isDataView(value)) return { ...tag('view', packPart(buffer)), byteLength, byteOffset }
    const bytes = Buffer.from(buffer, byteOffset, byteLength)
    return { $: 'bytes', v: bytes.toString('base64'), class: kindOf(value) }
  }
  if (!types.isAnyArrayBuffer(value)) return undefined
  return { $: 'bytes', v: Buffer.from(value).toString('base64'), class: kindOf(value) }
}

function kindOf(value: object): string {
  return String((value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag])
}

/** What is made anew: what it holds cannot be seen. */
const EMPTY = ['WeakMap', 'WeakSet', 'GeneratorObject'] as const

// What has no members and shows what it holds by `util.inspect` alone.
function isOpaque(value: object): boolean {
  return (
    types.isPromise(value) ||
    types.isMapIterator(value) ||
    types.isSetIterator(value) ||
    types.isExternal(value) ||
    types.isModuleNamespaceObject(value) ||
    value instanceof WeakRef
  )
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
  const { [inspect.custom]: custom } = error as { [inspect.custom]?: unknown }
  return {
    type,
    name: attempt(() => error.name),
    message: read('message'),
    stack: read('stack'),
    own,
    hidden,
    ...(!Object.hasOwn(error, 'message') && { isBare: true }),
    ...(typeof custom === 'function' && { shown: attempt(() => inspect(error)) }),
  }
}

function tag($: string, v?: unknown): Tagged {
  return v === undefined ? { $ } : { $, v }
}
