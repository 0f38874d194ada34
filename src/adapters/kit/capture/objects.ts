// Objects: the part of the codec for functions, instances of classes and what cannot leave its thread: they print as in the
// child, where the root has no such class.

import { inspect } from 'node:util'
import { thrown } from '../../../core/encode.js'
import { isShown } from './exact.js'

/** A value that JSON cannot express: `$` is its kind, `v` what it is made from. */
export interface Tagged {
  readonly $: string
  readonly v?: unknown
  readonly [part: string]: unknown
}

export type Pack = (value: unknown) => unknown

export const MAX_BREADTH: number = 2 ** 16
/** Characters of a function's source. */
const MAX_SOURCE = 2 ** 12

interface Shown {
  toJSON?: unknown
  [inspect.custom]?: unknown
  [Symbol.toStringTag]?: unknown
}

/**
 * The members of an object. For an instance of a class also the class's name and the results of `toJSON`,
 * `util.inspect.custom` and `toString`.
 */
export function describeInstance(value: object, packPart: Pack): unknown {
  const prototype: unknown = Object.getPrototypeOf(value)
  const { toJSON, [inspect.custom]: custom } = value as Shown
  const tag = tagOf(value)
  const isPlain = prototype === Object.prototype && typeof toJSON !== 'function'
  const members = describeMembers(value, packPart)
  const symbols = describeSymbols(value, packPart)
  if (isPlain && typeof custom !== 'function' && symbols === undefined && tag === undefined)
    return Object.hasOwn(members, '$') ? { $: 'object', v: members } : members
  return {
    $: 'object',
    v: members,
    class: prototype === null ? null : attempt(() => value.constructor.name),
    ...(symbols && { symbols }),
    ...(tag !== undefined && { tag }),
    ...(typeof toJSON === 'function' && { json: packPart(attempt(() => toJSON.call(value, ''))) }),
    ...(typeof custom === 'function' && describeShown(value)),
    ...(hasText(value) && { text: attempt(() => String(value)) }),
  }
}

// Deep within another value, `util.inspect` asks for a shorter text.
function describeShown(value: object): Readonly<Record<string, unknown>> {
  const shown = attempt(() => inspect(value))
  const flat = attempt(() => inspect(value, { depth: -1 }))
  return flat === shown ? { shown } : { shown, flat }
}

/** A function's name, what `util.inspect` prints of it, and its source. */
export function describeFunction(value: object): Tagged {
  const name = attempt(() => String((value as { name?: unknown }).name))
  const shown = attempt(() => inspect(value))
  const source = attempt(() => String(value))
  const isUsual = shown === (name === '' ? '[Function (anonymous)]' : `[Function: ${name}]`)
  return {
    $: 'function',
    v: name,
    ...(!isUsual && { shown }),
    text: String(source).length > MAX_SOURCE ? shown : source,
  }
}

/** What cannot leave its thread, such as a promise: its texts and its JSON. */
export function describeOpaque(value: object): Tagged {
  return {
    $: 'object',
    v: {},
    class: attempt(() => value.constructor?.name ?? 'Object'),
    tag: attempt(() => tagOf(value)),
    shown: attempt(() => inspect(value)),
    text: attempt(() => String(value)),
    json: jsonOf(value),
  }
}

function jsonOf(value: object): unknown {
  try {
    const text = JSON.stringify(value)
    return text === undefined ? { $: 'undefined' } : { $: 'json', v: JSON.parse(text) as unknown }
  } catch (error) {
    return thrown(error)
  }
}

/** The name of the value's class, if it is another than that of the prototype. */
export function classOf(value: object, prototype: object): unknown {
  return Object.getPrototypeOf(value) === prototype
    ? undefined
    : attempt(() => String(value.constructor.name))
}

/** The enumerable members with names. A getter is read: JSON has its value, `util.inspect` prints that there is one. */
export function describeMembers(value: object, packPart: Pack): Record<string, unknown> {
  const members: Record<string, unknown> = {}
  for (const key of Object.keys(value).slice(0, MAX_BREADTH)) {
    const { get, set } = Object.getOwnPropertyDescriptor(value, key) ?? {}
    const v = packPart(attempt(() => (value as Record<string, unknown>)[key]))
    const isAccessor = get !== undefined || set !== undefined
    const member = isAccessor ? { $: 'accessor', v, get: !!get, set: !!set } : v
    Object.defineProperty(members, key, { value: member, enumerable: true })
  }
  return members
}

function describeSymbols(value: object, packPart: Pack): unknown[] | undefined {
  const shown = Object.getOwnPropertySymbols(value).filter(
    (key) => isShown(key) && Object.prototype.propertyIsEnumerable.call(value, key),
  )
  if (shown.length === 0) return undefined
  return shown.map((key) => [
    key.description,
    packPart(attempt(() => (value as Record<symbol, unknown>)[key])),
  ])
}

// An own one that is enumerable is among the symbols.
function tagOf(value: object): string | undefined {
  const tag = (value as Shown)[Symbol.toStringTag]
  const isOwn = Object.prototype.propertyIsEnumerable.call(value, Symbol.toStringTag)
  return typeof tag === 'string' && tag !== '' && !isOwn ? tag : undefined
}

function hasText(value: object): boolean {
  const { toString: own } = value
  return typeof own === 'function' && own !== Object.prototype.toString
}

/** The result of `read`, or a text about the exception it threw. */
export function attempt(read: () => unknown): unknown {
  try {
    return read()
  } catch (error) {
    return thrown(error)
  }
}
