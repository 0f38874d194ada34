// Members: of a library's record that one of ours has all of, so that the root makes it again from ours.

import { isJson } from '../../../core/json.js'
import { RESERVED } from '../../../core/record.js'

/** A longer text might be cut in a record of ours. */
export const MAX_STRING: number = 2 ** 16

/** Whether a record of ours has a member as it is, under its own name. */
export function isKept(key: string, value: unknown): boolean {
  if (RESERVED.has(key) || key === '__proto__') return false
  switch (typeof value) {
    case 'string':
      return value.length <= MAX_STRING
    case 'number':
      return Number.isFinite(value)
    case 'boolean':
      return true
    case 'object':
      return value === null || isJson(value)
    default:
      return false
  }
}

// A program's records mostly have the keys of one of the last ones.
const KNOWN = 8
const known: { readonly keys: readonly string[]; readonly text: string }[] = []

/** JSON of a record's keys, in their order. */
export function keysText(keys: readonly string[]): string {
  for (const each of known) if (isSame(each.keys, keys)) return each.text
  const text = JSON.stringify(keys)
  known.unshift({ keys, text })
  if (known.length > KNOWN) known.pop()
  return text
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

const MAX_KEYS = 1000
const MAX_KEY_LENGTH = 100
const keys = new Map<string, string>()

/** `,"key":`. */
export function keyText(key: string): string {
  let text = keys.get(key)
  if (text === undefined) {
    text = `,${JSON.stringify(key)}:`
    if (keys.size < MAX_KEYS && key.length <= MAX_KEY_LENGTH) keys.set(key, text)
  }
  return text
}
