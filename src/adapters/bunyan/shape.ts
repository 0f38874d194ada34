// Shape: which members a record of bunyan has, and in what order, so that the root makes it again from a record of ours.

import { hostname } from 'node:os'
import { isJson } from '../../core/encode.js'
import { encodeField, type LogRecord, RESERVED } from '../../core/record.js'
import type { Rec } from './library.js'

const HOST = hostname()
const PID = process.pid
const OWN = new Set(['name', 'level', 'msg', 'time', 'v'])
/** A longer text might be cut in a record of ours. */
const MAX_STRING = 2 ** 16

export interface Shaped {
  /** Its fields, as `encodeFields` makes them. */
  readonly fields: string
  /** JSON of all its keys. */
  readonly keys: string
}

/** Undefined for a record that ours would not have just as it is. */
export function shapeOf(rec: Rec): Shaped | undefined {
  const { name, level, msg, time, v } = rec
  const isUsual = typeof name === 'string' && typeof level === 'number' && typeof v === 'number'
  if (!isUsual || typeof msg !== 'string' || msg.length > MAX_STRING) return undefined
  if (!(time instanceof Date) || Number.isNaN(time.getTime())) return undefined
  const keys = Object.keys(rec)
  let fields = ''
  for (const key of keys) {
    const value = rec[key]
    if (OWN.has(key) || (key === 'hostname' && value === HOST)) continue
    if (key === 'pid' && value === PID) continue
    if (RESERVED.has(key) || key === '__proto__' || !isPlain(value)) return undefined
    fields += encodeField(key, value)
  }
  return { fields, keys: keysText(keys) }
}

function isPlain(value: unknown): boolean {
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

function keysText(keys: readonly string[]): string {
  for (const each of known) {
    if (each.keys.length === keys.length && each.keys.every((key, i) => key === keys[i])) {
      return each.text
    }
  }
  const text = JSON.stringify(keys)
  known.unshift({ keys, text })
  if (known.length > KNOWN) known.pop()
  return text
}

/** Makes it again, with what a record of ours has not. */
export function revive(record: LogRecord, keys: readonly string[], own: object): Rec {
  const rec: Record<string, unknown> = {}
  const given = { msg: record.msg, pid: record.pid, hostname: HOST, ...own }
  for (const key of keys) {
    const isField = Object.hasOwn(record, key) && !RESERVED.has(key)
    rec[key] = isField ? record[key] : given[key as keyof typeof given]
  }
  return rec as Rec
}
