// Restore: makes values of the text that codec.ts has made of a child's.

import { RealDate } from '../../../core/originals.js'
import type { Tagged } from '../capture/objects.js'
import { errorFor, type Failure, prototypeFor, standIn } from './classes.js'
import { functionFor, objectFor } from './functions.js'

type Unpack = (value: unknown) => unknown

/** Decodes a value. `described` is the text made by `pack`, parsed as JSON. */
export function restore(described: unknown): unknown {
  return restorePart(described, [])
}

function restorePart(value: unknown, above: readonly unknown[]): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const list: unknown[] = []
    const below = [...above, list]
    for (const item of value) list.push(restorePart(item, below))
    return list
  }
  return restoreTagged(value as Tagged, above)
}

function restoreTagged(tagged: Tagged, above: readonly unknown[]): unknown {
  const { $, v } = tagged
  switch ($) {
    case undefined:
      return fillMembers({}, tagged, above)
    case 'above':
      return above[v as number]
    case 'error':
      return restoreError(v as Described, above)
    case 'object': {
      const made = standIn(tagged)
      fillMembers(made, v as object, above)
      return fillSymbols(made, tagged.symbols, above)
    }
    case 'array': {
      const list = named([], tagged, Array)
      list.length = tagged.length as number
      return fillMembers(list, v as object, above)
    }
    case 'function':
      return fillMembers(functionFor(tagged), tagged.members ?? {}, above)
    case 'map':
      return fill(named(new Map(), tagged, Map), above, (map, unpackPart) => {
        for (const [key, item] of v as [unknown, unknown][])
          map.set(unpackPart(key), unpackPart(item))
      })
    case 'set':
      return fill(named(new Set(), tagged, Set), above, (set, unpackPart) => {
        for (const item of v as unknown[]) set.add(unpackPart(item))
      })
    case 'arguments':
      return asArguments(...(restorePart(v, above.concat(undefined)) as unknown[]))
    default:
      return restoreSimple(tagged)
  }
}

function restoreSimple(tagged: Tagged): unknown {
  const { $, v } = tagged
  switch ($) {
    case 'number':
      return Number(v)
    case 'bigint':
      return BigInt(v as string)
    case 'symbol':
      return Symbol(v as string | undefined)
    case 'date':
      return named(new RealDate((v as number | null) ?? Number.NaN), tagged, RealDate)
    case 'regexp':
      return new RegExp(v as string, tagged.flags as string)
    case 'boxed':
      return Object(restorePart(v, []))
    case 'empty':
      return objectFor(v)
    case 'buffer':
      return Buffer.from(v as string, 'base64')
    case 'bytes':
      return restoreBytes(tagged)
    case 'view': {
      const { byteOffset, byteLength } = tagged
      return new DataView(
        restorePart(v, []) as ArrayBuffer,
        byteOffset as number,
        byteLength as number,
      )
    }
    default:
      return undefined
  }
}

type Maker = new (size: number | ArrayBufferLike) => ArrayBufferLike

function restoreBytes({ v, class: name }: Tagged): unknown {
  const bytes = Buffer.from(v as string, 'base64')
  const isShared = name === 'SharedArrayBuffer'
  const buffer = isShared ? new SharedArrayBuffer(bytes.length) : new ArrayBuffer(bytes.length)
  bytes.copy(new Uint8Array(buffer))
  if (isShared || name === 'ArrayBuffer') return buffer
  const Made = (globalThis as unknown as Record<string, Maker | undefined>)[String(name)]
  return Made ? new Made(buffer) : bytes
}

/** Of the child's class, if that is not the library's or the language's own. */
function named<T extends object>(
  made: T,
  { class: name }: Tagged,
  base: abstract new () => object,
): T {
  if (name !== undefined) Object.setPrototypeOf(made, prototypeFor(String(name), base))
  return made
}

function asArguments(..._args: unknown[]): unknown {
  // biome-ignore lint/complexity/noArguments: the child's value is such an object
  return arguments
}

interface Described extends Failure {
  readonly own: object
  readonly hidden: object
}

function restoreError(described: Described, above: readonly unknown[]): Error {
  const { own, hidden } = described
  return fill(errorFor(described), above, (target, unpackPart) => {
    copyInto(target, own, unpackPart)
    copyInto(target, hidden, unpackPart, false)
  })
}

function fillMembers<T extends object>(made: T, members: object, above: readonly unknown[]): T {
  return fill(made, above, (object, unpackPart) => copyInto(object, members, unpackPart))
}

function fillSymbols<T extends object>(made: T, symbols: unknown, above: readonly unknown[]): T {
  if (symbols === undefined) return made
  return fill(made, above, (object, unpackPart) => {
    for (const [name, member] of symbols as [string | undefined, unknown][])
      define(object, Symbol(name), unpackPart(member), true)
  })
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
    if ((member as Tagged | null)?.$ === 'accessor')
      defineAccessor(target, key, member as Tagged, unpackPart)
    else define(target, key, unpackPart(member), enumerable)
  }
}

function defineAccessor(target: object, key: string, member: Tagged, unpackPart: Unpack): void {
  const value = unpackPart(member.v)
  Object.defineProperty(target, key, {
    ...(member.get === true && { get: () => value }),
    ...(member.set === true && { set: () => {} }),
    enumerable: true,
    configurable: true,
  })
}

function define(target: object, key: PropertyKey, value: unknown, enumerable: boolean): void {
  Object.defineProperty(target, key, { value, enumerable, configurable: true, writable: true })
}
