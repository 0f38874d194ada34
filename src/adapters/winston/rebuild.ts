// Shape: of a record for a logger that the root has, too, its members' order; a record of ours has the members themselves.
//
// Only the root's format is run then, and only one record goes there.

import { encodeField, type LogRecord } from '../../core/record.js'
import type { AdapterContext } from '../kit/adapter.js'
import { isKept, keysText, MAX_STRING } from '../kit/capture/members.js'
import { withoutColours } from '../kit/capture/take.js'
import { type Identity, levelKeys } from './identity.js'
import { type Info, levelName, SPLAT } from './library.js'

export interface Shaped {
  readonly message: string
  /** As `encodeFields` makes them. */
  readonly fields: string
  /** JSON: its keys, and those of what was given beside the text. */
  readonly keys: string
}

/** Undefined for a record that ours would not have just as it is, and one whose text its format may change. */
export function shapeOf(info: Info): Shaped | undefined {
  const { level, message } = info
  if (typeof message !== 'string' || message.length > MAX_STRING) return undefined
  if (level !== levelName(info) || Object.getPrototypeOf(info) !== Object.prototype)
    return undefined
  const splat = info[SPLAT] ?? []
  const given = splat.length === 0 ? 'null' : givenKeys(info, splat)
  const isText = splat.length === 0 || !message.includes('%')
  if (given === undefined || !isText || withoutColours(message) !== message) return undefined
  const keys = Object.keys(info)
  let fields = ''
  for (const key of keys) {
    if (key === 'level' || key === 'message') continue
    const value = info[key]
    if (!isKept(key, value)) return undefined
    fields += encodeField(key, value)
  }
  return { message, fields, keys: `${keysText(keys)},${given}` }
}

// What was given beside the text is, mostly, among the members.
function givenKeys(info: Info, splat: readonly unknown[]): string | undefined {
  const given = splat[0] as Record<string, unknown> | null
  if (splat.length > 1 || typeof given !== 'object' || given === null) return undefined
  if (Object.getPrototypeOf(given) !== Object.prototype) return undefined
  const keys = Object.keys(given)
  for (const key of keys)
    if (given[key] !== info[key] || !Object.hasOwn(info, key)) return undefined
  return keysText(keys)
}

/** The record and what was given beside its text, made again. */
export function revive(
  record: LogRecord,
  level: string,
  keys: readonly string[],
  given: readonly string[] | null,
): { info: Info; splat: unknown[] } {
  const own: Record<string, unknown> = { level, message: record.msg }
  const read = (key: string): [string, unknown] => [
    key,
    Object.hasOwn(own, key) ? own[key] : record[key],
  ]
  const info = Object.fromEntries(keys.map(read)) as unknown as Info
  return { info, splat: given ? [Object.fromEntries(given.map(read))] : [] }
}

const keysOf = new WeakMap<Identity, readonly string[]>()

/** Whether the root has told of such a logger. */
export function isKnown({ levels }: AdapterContext, identity: Identity): boolean {
  let keys = keysOf.get(identity)
  if (!keys) {
    keys = levelKeys(identity)
    keysOf.set(identity, keys)
  }
  return keys.some((key) => levels.find('winston', key) !== undefined)
}
