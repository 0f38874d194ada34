// JSON: which objects are no more and no less than what JSON has a form for.

import { inspect, types } from 'node:util'

/** Deeper and larger values are not looked at whether they are JSON. */
const MAX_DEPTH = 8
const MAX_BREADTH = 2 ** 12
const MAX_STRING = 2 ** 16

/**
 * Whether JSON.stringify makes of an object just what it is: no classes, no functions, nothing that JSON has no form for.
 * `mayLack`: members that are undefined, which it leaves out, do not matter.
 */
export function isJson(value: object, mayLack = false, depth = 0): boolean {
  if (depth > MAX_DEPTH || types.isProxy(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  const isArray = prototype === Array.prototype && Array.isArray(value)
  if (!isArray && prototype !== Object.prototype) return false
  const shown = value as { toJSON?: unknown; [inspect.custom]?: unknown }
  if (shown.toJSON !== undefined || shown[inspect.custom] !== undefined) return false
  const keys = Object.keys(value)
  if (keys.length > MAX_BREADTH || (isArray && keys.length !== (value as unknown[]).length))
    return false
  for (const key of keys) {
    if (
      key === '$' ||
      !isJsonMember((value as Record<string, unknown>)[key], mayLack && !isArray, depth)
    )
      return false
  }
  return true
}

function isJsonMember(value: unknown, mayLack: boolean, depth: number): boolean {
  switch (typeof value) {
    case 'string':
      return value.length < MAX_STRING
    case 'number':
      return Number.isFinite(value) && (value !== 0 || !Object.is(value, -0))
    case 'boolean':
      return true
    case 'object':
      return value === null || isJson(value, mayLack, depth + 1)
    case 'undefined':
      return mayLack
    default:
      return false
  }
}
