// Censor: replaces values by path in live objects, before they are formatted into a message. The objects stay as they are.
//
// What holds such a value is copied with its class, so that it is printed as the original would be. Everything else is
// returned as it is. `redact.ts` does the same for encoded fields.

import { types } from 'node:util'
import { isError } from './encode.js'

const REDACTED = '[REDACTED]'

/** The paths as a tree: what follows each member. */
interface Step {
  readonly next: Map<string, Step>
  /** Whether a path ends here. */
  isEnd: boolean
}

export interface Censor {
  args(args: readonly unknown[]): readonly unknown[]
  value(value: unknown): unknown
  /** Whether a path stands for the whole of a field. */
  hides(field: string): boolean
}

export function createCensor(paths: readonly string[]): Censor {
  const root: Step = { next: new Map(), isEnd: false }
  for (const path of paths) add(root, partsOf(path))
  const below = (key: string): readonly Step[] => stepsTo([root], key)
  // An error alone is the record's `err`, and also an object with members of its own.
  const ofError = [root, ...below('err')]
  const value = (given: unknown): unknown => {
    if (typeof given !== 'object' || given === null) return given
    try {
      return censor(given, isError(given) ? ofError : [root])
    } catch {
      return REDACTED // a proxy or a getter that throws
    }
  }
  return {
    value,
    args(args) {
      const left = args.map(value)
      return left.some((each, i) => each !== args[i]) ? left : args
    },
    hides: (field) => below(field).some((each) => each.isEnd),
  }
}

function add(root: Step, parts: readonly string[]): void {
  let step = root
  for (const part of parts) {
    const next = step.next.get(part) ?? { next: new Map(), isEnd: false }
    step.next.set(part, next)
    step = next
  }
  step.isEnd = true
}

/** The members of a path, as `@pinojs/redact` reads it: `a.b`, `a[0]`, `a["b-c"]`, `a[*]`. */
function partsOf(path: string): readonly string[] {
  const parts = path.matchAll(/\[(?:"([^\]]*)"|'([^\]]*)'|([^\]]*))\]|([^.[]+)/g)
  return [...parts].map(
    ([, double, single, bare, plain]) => double ?? single ?? bare ?? plain ?? '',
  )
}

function stepsTo(steps: readonly Step[], key: string): readonly Step[] {
  const found: Step[] = []
  for (const { next } of steps) {
    const [named, any] = [next.get(key), next.get('*')]
    if (named) found.push(named)
    if (any && any !== named) found.push(any)
  }
  return found
}

function censor(value: unknown, steps: readonly Step[]): unknown {
  if (steps.length === 0) return value
  if (steps.some((step) => step.isEnd)) return REDACTED
  if (typeof value !== 'object' || value === null) return value
  if (types.isMap(value)) return censorMap(value, steps)
  if (types.isSet(value)) return censorSet(value, steps)
  const changed = censorMembers(value, steps)
  return changed.size === 0 ? value : copyWith(value, changed)
}

function censorMembers(value: object, steps: readonly Step[]): Map<string, unknown> {
  const changed = new Map<string, unknown>()
  const isAny = steps.some(({ next }) => next.has('*'))
  const keys = isAny
    ? Object.getOwnPropertyNames(value)
    : steps.flatMap(({ next }) => [...next.keys()])
  for (const key of keys) {
    if (Array.isArray(value) && key === 'length') continue
    const own = Object.getOwnPropertyDescriptor(value, key)
    if (!own) continue
    const below = stepsTo(steps, key)
    // A getter is not called: it is printed as one, unless a path ends there.
    const member: unknown = 'value' in own ? own.value : undefined
    const left = censor(member, below)
    if (left !== member) changed.set(key, left)
  }
  return changed
}

// As in JSON, a map is an object if all its keys are texts, and else a list of pairs.
function censorMap(map: ReadonlyMap<unknown, unknown>, steps: readonly Step[]): unknown {
  const entries = [...map]
  if (!entries.every(([key]) => typeof key === 'string')) {
    const left = censor(entries, steps) as readonly unknown[]
    const isChanged = left !== entries
    return isChanged ? new Map(left.filter(Array.isArray) as [unknown, unknown][]) : map
  }
  const left = entries.map(
    ([key, value]) => [key, censor(value, stepsTo(steps, String(key)))] as const,
  )
  return left.some(([, value], i) => value !== entries[i]?.[1]) ? new Map(left) : map
}

function censorSet(set: ReadonlySet<unknown>, steps: readonly Step[]): unknown {
  const items = [...set]
  const left = censor(items, steps) as readonly unknown[]
  return left === items ? set : new Set(left)
}

function copyWith(value: object, changed: ReadonlyMap<string, unknown>): object {
  const own = Object.getOwnPropertyDescriptors(value) as Record<string, PropertyDescriptor>
  const copy: object = Array.isArray(value) ? [] : isError(value) ? new Error() : {}
  // In newer versions of V8 it belongs to the error itself: a copy would have none.
  if (isError(value)) define(own, 'stack', { ...own.stack, value: value.stack })
  for (const [key, left] of changed) define(own, key, { ...own[key], value: left })
  Object.setPrototypeOf(copy, Object.getPrototypeOf(value) as object | null)
  Object.defineProperties(copy, own)
  return copy
}

function define(
  own: Record<string, PropertyDescriptor>,
  key: string,
  { enumerable = false, value }: PropertyDescriptor,
): void {
  const descriptor = { value, enumerable, configurable: true, writable: true }
  Object.defineProperty(own, key, { value: descriptor, enumerable: true, configurable: true })
}
