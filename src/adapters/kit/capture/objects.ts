// Objects: the part of the codec for instances of classes, which the root may not have; they print as in the child.

import { inspect } from 'node:util'
import { thrown } from '../../../core/encode.js'
import { RealDate } from '../../../core/originals.js'

/** A value that JSON cannot express: `$` is its kind, `v` what it is made from. */
export interface Tagged {
  readonly $: string
  readonly v?: unknown
  readonly [part: string]: unknown
}

export type Pack = (value: unknown) => unknown

const MAX_BREADTH = 2 ** 16

interface Shown {
  toJSON?: unknown
  [inspect.custom]?: unknown
}

/**
 * The members of an object. For an instance of a class also the class's name and the results of `toJSON`,
 * `util.inspect.custom` and `toString`.
 */
export function describeInstance(value: object, packPart: Pack): unknown {
  const prototype: unknown = Object.getPrototypeOf(value)
  const { toJSON, [inspect.custom]: custom } = value as Shown
  const isPlain = prototype === Object.prototype && typeof toJSON !== 'function'
  const members = describeMembers(value, packPart)
  if (isPlain && typeof custom !== 'function') {
    return Object.hasOwn(members, '$') ? { $: 'object', v: members } : members
  }
  return {
    $: 'object',
    v: members,
    class: prototype === null ? null : attempt(() => value.constructor.name),
    ...(typeof toJSON === 'function' && { json: packPart(attempt(() => toJSON.call(value, ''))) }),
    ...(typeof custom === 'function' && { shown: attempt(() => inspect(value)) }),
    ...(hasText(value) && { text: attempt(() => String(value)) }),
  }
}

/** An empty object that stands for the instance that was described, and the members to put into it. */
export function makeInstance(described: Tagged): { made: object; members: object } {
  if (described.$ === undefined) return { made: {}, members: described }
  const { v, class: name, shown, text } = described
  if (name === undefined) return { made: {}, members: v as object }
  const made: object = Object.create(name === null ? null : prototypeFor(String(name)))
  if ('json' in described) hide(made, 'toJSON', () => plain(described.json))
  if (shown !== undefined) hide(made, inspect.custom, () => shown)
  if (text !== undefined) hide(made, 'toString', () => text)
  return { made, members: v as object }
}

// The result of a `toJSON` may hold further instances: of those their own `toJSON` results are used.
function plain(json: unknown): unknown {
  if (typeof json !== 'object' || json === null) return json
  if (Array.isArray(json)) return json.map(plain)
  const { $, v, json: inner } = json as Tagged
  if ($ === undefined)
    return Object.fromEntries(Object.entries(json).map(([k, m]) => [k, plain(m)]))
  if ($ === 'date') return v === null ? null : new RealDate(v as number).toJSON()
  if ($ === 'undefined' || $ === 'function') return undefined
  return plain(inner ?? v)
}

function describeMembers(value: object, packPart: Pack): Record<string, unknown> {
  const members: Record<string, unknown> = {}
  for (const key of Object.keys(value).slice(0, MAX_BREADTH)) {
    const member = packPart(attempt(() => (value as Record<string, unknown>)[key]))
    Object.defineProperty(members, key, { value: member, enumerable: true })
  }
  return members
}

function hasText(value: object): boolean {
  const { toString: own } = value
  return typeof own === 'function' && own !== Object.prototype.toString
}

function hide(target: object, key: PropertyKey, value: unknown): void {
  Object.defineProperty(target, key, { value, configurable: true, writable: true })
}

function prototypeFor(name: string): object {
  if (name === 'Object') return Object.prototype
  const known = class {}
  Object.defineProperty(known, 'name', { value: name })
  return known.prototype as object
}

/** The result of `read`, or a text about the exception it threw. */
export function attempt(read: () => unknown): unknown {
  try {
    return read()
  } catch (error) {
    return thrown(error)
  }
}
