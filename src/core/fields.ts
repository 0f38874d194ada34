// Fields: the fields of a call or a logger as members of a JSON line, and the names that they cannot have there.

import type { Draft } from './draft.js'
import { encodeValue, thrown } from './encode.js'
import { encodeFailure } from './failure.js'
import { encodeOther, encodeString, isPlainText } from './text.js'

/** Fields of a log call or a child logger, by name. */
export type Fields = Readonly<Record<string, unknown>>
/** Functions by field name; each returns the value that is encoded in place of the field's. */
export type Serializers = Readonly<Record<string, (value: never) => unknown>>

/** Names of the record's own fields. A call's field of such a name is written with a leading underscore. */
export const RESERVED: ReadonlySet<string> = new Set([
  'level',
  'time',
  'pid',
  'tid',
  'source',
  'seq',
  'name',
  'msg',
  'lib',
])

/** `,"key":value` for each field. If a getter or serializer throws, only its own field is lost. */
export function encodeFields(fields: Fields, serializers?: Serializers): string {
  let text = ''
  for (const key of Object.keys(fields)) {
    text += encodeField(key, readField(fields, key, serializers))
  }
  return text
}

/** Adds the same to a draft. */
export function addFields(draft: Draft, fields: Fields, serializers?: Serializers): void {
  for (const key of Object.keys(fields)) {
    const value = readField(fields, key, serializers)
    if (typeof value === 'string') {
      draft.add(keyOf(key).quoted)
      draft.addText(value)
      draft.add('"')
    } else if (typeof value === 'number' && (value | 0) === value && value >= 0) {
      draft.add(keyOf(key).text)
      draft.addNumber(value)
    } else draft.add(encodeField(key, value))
  }
}

/** `,"key":value`; empty for a value that JSON omits. */
export function encodeField(key: string, value: unknown): string {
  if (typeof value === 'string') {
    return isPlainText(value)
      ? `${keyOf(key).quoted}${value}"`
      : keyOf(key).text + encodeOther(value)
  }
  const failure = typeof value === 'object' && value !== null ? encodeFailure(value) : undefined
  const text = failure ?? encodeValue(value)
  return text === undefined ? '' : keyOf(key).text + text
}

/** The value of a field, as its serializer returns it; a placeholder if a getter or the serializer throws. */
export function readField(fields: Fields, key: string, serializers?: Serializers): unknown {
  try {
    const value = fields[key]
    if (!serializers || !Object.hasOwn(serializers, key)) return value
    return (serializers[key] as (value: unknown) => unknown)(value)
  } catch (error) {
    return thrown(error)
  }
}

interface Key {
  /** `,"key":`. */
  readonly text: string
  /** `,"key":"`, for a text. */
  readonly quoted: string
}

// Cache of encoded keys: applications use few different keys, again and again.
const MAX_KEYS = 1000
const MAX_KEY_LENGTH = 100
const keys = new Map<string, Key>()

function keyOf(key: string): Key {
  let encoded = keys.get(key)
  if (encoded === undefined) {
    // Joined, so that the text is in one piece.
    const text = [',', encodeString(RESERVED.has(key) ? `_${key}` : key), ':'].join('')
    encoded = { text, quoted: [text, '"'].join('') }
    if (keys.size < MAX_KEYS && key.length <= MAX_KEY_LENGTH) keys.set(key, encoded)
  }
  return encoded
}
