// Normalize: turns the levels and fields of a library that writes JSON lines into those of our records (pino, bunyan).

import { hostname } from 'node:os'
import { levelOfWord } from '../../../core/alias.js'
import { process } from '../../../core/originals.js'

/** Our level, 10 to 60: that of the label if it is a known word, or else `level` rounded down to a multiple of ten. */
export function standardLevel(level: unknown, label?: string): number {
  if (typeof level !== 'number' || Number.isNaN(level))
    return levelOfWord(label ?? String(level)) ?? USUAL
  const known = label === undefined ? undefined : levelOfWord(label)
  return known ?? Math.min(60, Math.max(10, Math.floor(level / 10) * 10))
}

/** Of a record whose level is no number: the application has given a field of this name. */
const USUAL = 30

const HOST = hostname()
const PID = process.pid

/**
 * The fields of a library's record without those named in `known`, and without a `hostname` and `pid` that are this
 * process's own.
 */
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
