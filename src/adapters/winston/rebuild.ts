// Rebuild: restores an info from our record and its keys, so that a child does not send the same values twice.
//
// Used if nothing but the root's logger of the same identity reads the record. The child does not run its format then.

import { encodeField, type LogRecord } from '../../core/record.js'
import { isShown } from '../kit/capture/exact.js'
import { isKept, keysText, MAX_STRING } from '../kit/capture/members.js'
import { withoutColours } from '../kit/capture/take.js'
import { type Info, levelName, SPLAT } from './library.js'

export interface Shape {
  readonly message: string
  /** The info's other members, as `encodeFields` makes them. */
  readonly fields: string
  /** Two JSON values, separated by a comma: the info's keys, and the keys of the splat object or null. */
  readonly keys: string
}

/** Undefined if the info cannot be rebuilt exactly, or if the `splat` format may change its message. */
export function shapeOf(info: Info): Shape | undefined {
  const { level, message } = info
  if (typeof message !== 'string' || message.length > MAX_STRING) return undefined
  if (level !== levelName(info) || Object.getPrototypeOf(info) !== Object.prototype)
    return undefined
  if (Object.getOwnPropertySymbols(info).some(isShown)) return undefined
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

// winston copies a metadata object into the info and also keeps it in SPLAT. Undefined if SPLAT has anything else.
function givenKeys(info: Info, splat: readonly unknown[]): string | undefined {
  const given = splat[0] as Record<string, unknown> | null
  if (splat.length > 1 || typeof given !== 'object' || given === null) return undefined
  if (Object.getPrototypeOf(given) !== Object.prototype) return undefined
  const keys = Object.keys(given)
  for (const key of keys)
    if (given[key] !== info[key] || !Object.hasOwn(info, key)) return undefined
  return keysText(keys)
}

/** Rebuilds the info and its SPLAT array. `given`: keys of the metadata object; null if the call had none. */
export function rebuildInfo(
  record: LogRecord,
  level: string,
  keys: readonly string[],
  given: readonly string[] | null,
): { info: Info; splat: unknown[] | null } {
  const own: Record<string, unknown> = { level, message: record.msg }
  const read = (key: string): [string, unknown] => [
    key,
    Object.hasOwn(own, key) ? own[key] : record[key],
  ]
  const info = Object.fromEntries(keys.map(read)) as unknown as Info
  return { info, splat: given && [Object.fromEntries(given.map(read))] }
}
