// Standard: the level of a record, whatever levels a library or an application has made up for itself.

import { hostname } from 'node:os'
import { levelOfWord } from '../../../core/severity.js'

/** 10 to 60, by the level's label if that is a known one, or else the next below its number. */
export function standardLevel(level: number, label?: string): number {
  const known = label === undefined ? undefined : levelOfWord(label)
  return known ?? Math.min(60, Math.max(10, Math.floor(level / 10) * 10))
}

const HOST = hostname()
const PID = process.pid

/** Fields of a library's record without those that every record has, which are the same. */
export function fieldsOf(
  line: Readonly<Record<string, unknown>>,
  known: readonly string[],
): Record<string, unknown> {
  return without(line, [
    ...known,
    ...(line.hostname === HOST ? ['hostname'] : []),
    ...(line.pid === PID ? ['pid'] : []),
  ])
}

function without(
  values: Readonly<Record<string, unknown>>,
  keys: readonly string[],
): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  for (const key of Object.keys(values)) {
    if (keys.includes(key)) continue
    const value = values[key]
    if (key === '__proto__') Object.defineProperty(fields, key, { value, enumerable: true })
    else fields[key] = value
  }
  return fields
}
