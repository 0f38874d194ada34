// Members: which members of a library's record our record holds unchanged, so that the root can rebuild the library's.

import { RESERVED } from '../../../core/record.js'
import { isExact } from './exact.js'

/** Longest text (characters) that our record is sure to hold unchanged. */
export const MAX_STRING: number = 2 ** 16

/** Whether our record holds this member unchanged and under its own name. */
export function isKept(key: string, value: unknown): boolean {
  if (RESERVED.has(key) || key === '__proto__') return false
  switch (typeof value) {
    case 'string':
      return value.length <= MAX_STRING
    case 'number':
      return Number.isFinite(value) && (value !== 0 || !Object.is(value, -0))
    case 'boolean':
      return true
    case 'object':
      return value === null || isExact(value)
    default:
      return false
  }
}

// Most records of a program have the same keys as one of the last few.
const KNOWN = 8
const known: { readonly keys: readonly string[]; readonly text: string }[] = []

/** A record's keys as JSON, in their order. */
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
