// JSON: the test whether an object survives JSON.stringify without loss.

import { inspect, types } from 'node:util'

/** Deeper and larger values are not examined; they count as not JSON. */
const MAX_DEPTH = 8
const MAX_BREADTH = 2 ** 12
const MAX_STRING = 2 ** 16

/**
 * Whether JSON represents the object exactly: only plain objects and arrays, no functions, no value that JSON lacks.
 * `allowUndefined`: accept members that are undefined, which JSON.stringify leaves out. `accepts`: asked about each object
 * in it, with its keys.
 */
export function isJson(
  value: object,
  allowUndefined = false,
  accepts?: (value: object, keys: readonly string[]) => boolean,
  depth = 0,
): boolean {
  if (depth > MAX_DEPTH || types.isProxy(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  const isArray = prototype === Array.prototype && Array.isArray(value)
  if (!isArray && prototype !== Object.prototype) return false
  const shown = value as { toJSON?: unknown; [inspect.custom]?: unknown }
  if (shown.toJSON !== undefined || shown[inspect.custom] !== undefined) return false
  const keys = Object.keys(value)
  if (keys.length > MAX_BREADTH || (isArray && keys.length !== (value as unknown[]).length))
    return false
  if (accepts && !accepts(value, keys)) return false
  for (const key of keys) {
    if (key === '$') return false
    const member = (value as Record<string, unknown>)[key]
    if (!isJsonMember(member, allowUndefined && !isArray, accepts, depth)) return false
  }
  return true
}

function isJsonMember(
  value: unknown,
  allowUndefined: boolean,
  accepts: Parameters<typeof isJson>[2],
  depth: number,
): boolean {
  switch (typeof value) {
    case 'string':
      return value.length < MAX_STRING
    case 'number':
      return Number.isFinite(value) && (value !== 0 || !Object.is(value, -0))
    case 'boolean':
      return true
    case 'object':
      return value === null || isJson(value, allowUndefined, accepts, depth + 1)
    case 'undefined':
      return allowUndefined
    default:
      return false
  }
}
