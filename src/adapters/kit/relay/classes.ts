// Classes: stand in for the classes of a child's values, which the root may not have.

import { inspect } from 'node:util'
import { RealDate } from '../../../core/originals.js'
import type { Tagged } from '../capture/objects.js'

type Class = abstract new (...args: never[]) => object

/** An empty object that stands for the instance that was described. */
export function standIn(described: Tagged): object {
  const { class: name, json, shown, text, tag, isDerived } = described
  if (name === undefined) return {}
  const isPlain = name === 'Object' && isDerived !== true
  const known = isPlain ? Object.prototype : prototypeFor(String(name), Object)
  const prototype = name === null ? null : known
  const made: object = Object.create(prototype)
  // `%o` shows what is not enumerable of an object, but no functions of its prototype.
  const home = prototype === null || prototype === Object.prototype ? made : prototype
  if (tag !== undefined) hide(home, Symbol.toStringTag, tag)
  if (json !== undefined) hide(home, 'toJSON', () => plain(json))
  if (shown !== undefined) hide(home, inspect.custom, inspectOf(described))
  if (text !== undefined) hide(home, 'toString', () => text)
  return made
}

function inspectOf({ shown, low = shown, flat = low }: Tagged): (depth: number) => unknown {
  return (depth) => (depth < 0 ? flat : depth === 0 ? low : shown)
}

// The result of a `toJSON` may hold further instances: of those their own `toJSON` results are used.
function plain(json: unknown): unknown {
  if (typeof json !== 'object' || json === null) return json
  if (Array.isArray(json)) return json.map(plain)
  const { $, v, json: inner } = json as Tagged
  if ($ === undefined)
    return Object.fromEntries(Object.entries(json).map(([k, m]) => [k, plain(m)]))
  if ($ === 'json') return v
  if ($ === 'date') return v === null ? null : new RealDate(v as number).toJSON()
  if ($ === 'undefined' || $ === 'function') return undefined
  return plain(inner ?? v)
}

/** A new prototype, whose class has this name and extends `base`. */
export function prototypeFor(name: string, base: Class): object {
  const known = { [name]: class {} }[name] as Class
  Object.setPrototypeOf(known.prototype, base.prototype as object)
  Object.defineProperty(known, 'name', { value: name })
  return known.prototype as object
}

export interface Failure {
  readonly type: unknown
  readonly name: unknown
  readonly message: unknown
  readonly stack: unknown
  /** Whether the message is not a member of its own. */
  readonly isBare?: boolean
  readonly shown?: unknown
}

/** An error of the built-in class, if there is one with these names, or else of a class made for them. */
export function errorFor({ type, name, message, stack, isBare, shown }: Failure): Error {
  const error = isBare ? new Error() : new Error(String(message))
  Object.setPrototypeOf(error, errorPrototype(String(type), String(name)))
  Object.defineProperty(error, 'stack', { value: stack, configurable: true, writable: true })
  if (isBare && message !== error.message) hide(error, 'message', message)
  if (shown !== undefined) hide(error, inspect.custom, () => shown)
  return error
}

const prototypes = new Map<string, object>()
const MAX_PROTOTYPES = 1000

function errorPrototype(type: string, name: string): object {
  const builtin: unknown = (globalThis as Record<string, unknown>)[type]
  if (typeof builtin === 'function' && builtin.prototype instanceof Error && type === name)
    return builtin.prototype
  if (type === 'Error' && name === 'Error') return Error.prototype
  const key = `${type} ${name}`
  let prototype = prototypes.get(key)
  if (!prototype) {
    prototype = prototypeFor(type, name === 'Error' ? Error : namedError(name))
    if (prototypes.size < MAX_PROTOTYPES) prototypes.set(key, prototype)
  }
  return prototype
}

// `%o` shows the members of prototypes up to that of a built-in class.
function namedError(name: string): Class {
  const prototype = prototypeFor('Error', Error)
  hide(prototype, 'name', name)
  return prototype.constructor as Class
}

export function hide(target: object, key: PropertyKey, value: unknown): void {
  Object.defineProperty(target, key, { value, configurable: true, writable: true })
}
