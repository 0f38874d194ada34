// Exact: whether JSON holds all of a value that is printed, also by `util.inspect`.

import { isJson } from '../../../core/json.js'

/** Whether the object is the same again when it has been JSON. `isJson` lets getters and symbols pass. Never throws. */
export function isExact(value: object): boolean {
  try {
    return isJson(value, false, hasOnlyData)
  } catch {
    return false // a getter that throws
  }
}

// The function finds an own getter in a quarter of the time that its descriptor takes.
const { __lookupGetter__: getterOf } = Object.prototype as unknown as {
  __lookupGetter__(this: object, key: string): unknown
}

function hasOnlyData(value: object, keys: readonly string[]): boolean {
  const symbols = Object.getOwnPropertySymbols(value)
  if (symbols.length > 0 && symbols.some(isShown)) return false
  return Array.isArray(value) || !keys.some((key) => getterOf.call(value, key) !== undefined)
}

/** Members that winston keeps in each info. The root's logger sets them itself. */
const OWN_OF_WINSTON: ReadonlySet<symbol> = new Set(
  ['level', 'message', 'splat'].map((key) => Symbol.for(key)),
)

/** Whether a member with this key is the application's. */
export function isShown(key: symbol): boolean {
  return !OWN_OF_WINSTON.has(key)
}
