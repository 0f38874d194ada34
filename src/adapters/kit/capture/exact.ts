// Exact: whether JSON holds all of a value that is printed, also by `util.inspect`.

import { isJson } from '../../../core/json.js'

/** Whether the object is the same again when it has been JSON. `isJson` lets getters and symbols pass. Never throws. */
export function isExact(value: object): boolean {
  try {
    return isJson(value) && hasOnlyData(value)
  } catch {
    return false // a getter that throws
  }
}

// The function finds an own getter in a quarter of the time that its descriptor takes.
const { __lookupGetter__: getterOf } = Object.prototype as unknown as {
  __lookupGetter__(this: object, key: string): unknown
}

function hasOnlyData(value: object): boolean {
  if (Object.getOwnPropertySymbols(value).some(isShown)) return false
  if (Array.isArray(value)) return value.every(isPart)
  for (const key of Object.keys(value)) {
    if (getterOf.call(value, key) !== undefined) return false
    if (!isPart((value as Record<string, unknown>)[key])) return false
  }
  return true
}

/** Members that winston keeps in each info. The root's logger sets them itself. */
const OWN_OF_WINSTON: ReadonlySet<symbol> = new Set(
  ['level', 'message', 'splat'].map((key) => Symbol.for(key)),
)

/** Whether a member with this key is the application's. */
export function isShown(key: symbol): boolean {
  return !OWN_OF_WINSTON.has(key)
}

function isPart(member: unknown): boolean {
  return typeof member !== 'object' || member === null || hasOnlyData(member)
}
