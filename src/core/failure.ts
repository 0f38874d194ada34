// Failure: the JSON text of an error in one step, if its members are no objects, or such errors again.
//
// The text is the one that `encodeValue` makes of an error, which first describes it as an object: that takes half as long again.

import { ERROR_KEYS, encodeValue, errorType } from './encode.js'
import { encodeString } from './text.js'

/** Causes of causes beyond this many are left to `encodeValue`, which finds cycles. */
const MAX_CAUSES = 8

/** JSON text of an error; undefined for what is none, and for an error that is not that simple. Never throws. */
export function encodeFailure(value: object): string | undefined {
  try {
    return value instanceof Error ? encodeError(value, 0) : undefined
  } catch {
    return undefined // a getter or a proxy that throws
  }
}

function encodeError(error: Error, depth: number): string | undefined {
  const { stack, code, cause, errors } = error as Error & { code?: unknown; errors?: unknown }
  const type: unknown = errorType(error)
  if (typeof type !== 'string') return undefined
  let text: string | undefined = `{"type":${encodeString(type)}`
  text = append(text, ',"message":', String(error.message), depth)
  text = append(text, ',"stack":', stack, depth)
  text = append(text, ',"code":', code, depth)
  text = append(text, ',"cause":', cause, depth)
  text = append(text, ',"errors":', errors, depth)
  for (const key of Object.keys(error)) {
    if (ERROR_KEYS.has(key) || key === 'type') continue
    if (key === '__proto__' || isIndex(key)) return undefined // has another place in an object
    const value = (error as unknown as Record<string, unknown>)[key]
    text = append(text, `,${encodeString(key)}:`, value, depth)
  }
  return text && `${text}}`
}

// Returns the text with a member; undefined if the text is, or the value is an object that is not simple.
function append(
  text: string | undefined,
  key: string,
  value: unknown,
  depth: number,
): string | undefined {
  if (text === undefined) return undefined
  if (typeof value !== 'object' || value === null) {
    const json = encodeValue(value)
    return json === undefined ? text : text + key + json
  }
  if (depth === MAX_CAUSES || !(value instanceof Error)) return undefined
  const inner = encodeError(value, depth + 1)
  return inner && text + key + inner
}

function isIndex(key: string): boolean {
  const code = key.charCodeAt(0)
  return code >= 48 && code <= 57
}
