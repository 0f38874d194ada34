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
    isDerived: prototype !== Object.prototype,
    ...(symbols && { symbols }),
    ...(tag !== undefined && { tag }),
    ...(typeof toJSON === 'function' && { json: packPart(attempt(() => toJSON.call(value, ''))) }),
    ...(typeof custom === 'function' && describeShown(value)),
    ...(hasText(value) && { text: attempt(() => String(value)) }),
  }
}

// Deep within another value, and for `%s`, `util.inspect` asks for a shorter text.
function describeShown(value: object): Readonly<Record<string, unknown>> {
  const [shown, low, flat] = [2, 0, -1].map((depth) => attempt(() => inspect(value, { depth })))
  return { shown, ...(low !== shown && { low }), ...(flat !== low && { flat }) }
}

/** A function's name, kind, number of parameters, members and source. */
export function describeFunction(value: object, packPart: Pack): Tagged {
  const { name, length } = value as { readonly name?: unknown; readonly length?: unknown }
  const source = attempt(() => String(value))
  const members = describeMembers(value, packPart)
  const text = attempt(() => inspect(value))
  return {
    $: 'function',
    v: typeof name === 'string' ? name : '',
    ...kindOf(value, String(text)),
    ...(length !== 0 && { length }),
    ...(Object.keys(members).length > 0 && { members }),
    text: String(source).length > MAX_SOURCE ? text : source,
  }
}

// `[class A extends B]` names a class and the one above it.
function kindOf(value: object, text: string): { readonly kind: string; readonly above?: string } {
  if (text.startsWith('[class ')) {
    const above = / extends ([^\]\s]+)/.exec(text)?.[1]
    return { kind: 'class', ...(above !== undefined && { above }) }
  }
  const [, kind = 'Function'] = /^\[(\w+)/.exec(text) ?? []
  return { kind: kind === 'Function' && !Object.hasOwn(value, 'prototype') ? 'arrow' : kind }
}

/** What cannot leave its thread, such as a promise: its texts and its JSON. */
export function describeOpaque(value: object): Tagged {
  return {
    $: 'object',
    v: {},
    class: attempt(() => value.constructor?.name ?? 'Object'),
    isDerived: true,
    tag: attempt(() => tagOf(value)),
    shown: attempt(() => inspect(value)),
    ...(attempt(() => hasText(value)) === true && { text: attempt(() => String(value)) }),
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
