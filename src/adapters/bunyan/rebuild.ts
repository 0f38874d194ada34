// Rebuild: restores bunyan's record from ours and its keys, so that a child does not send the same values twice.
//
// Used if the root has the logger. The child does not format bunyan's line then.

import { hostname } from 'node:os'
import { process, RealDate } from '../../core/originals.js'
import { encodeField, type LogRecord, RESERVED } from '../../core/record.js'
import { isKept, keysText, MAX_STRING } from '../kit/capture/members.js'
import type { Rec } from './library.js'
import type { Origin } from './record.js'

const HOST = hostname()
const PID = process.pid
const OWN = new Set(['name', 'level', 'msg', 'time', 'v'])

export interface Shape {
  /** The record's fields, as encoded by `encodeFields`. */
  readonly fields: string
  /** All its keys as JSON. */
  readonly keys: string
}

export type ShortExtra = readonly [
  origin: Origin,
  level: number,
  time: number,
  v: number,
  keys: string[],
]

/** Undefined if the record cannot be rebuilt exactly from ours. */
export function shapeOf(rec: Rec): Shape | undefined {
  const { name, level, msg, time, v } = rec
  const isUsual = typeof name === 'string' && typeof level === 'number' && typeof v === 'number'
  if (!isUsual || typeof msg !== 'string' || msg.length > MAX_STRING) return undefined
  if (!(time instanceof RealDate) || Number.isNaN(time.getTime())) return undefined
  const keys = Object.keys(rec)
  let fields = ''
  for (const key of keys) {
    const value = rec[key]
    if (OWN.has(key) || (key === 'hostname' && value === HOST)) continue
    if (key === 'pid' && value === PID) continue
    if (!isKept(key, value)) return undefined
    fields += encodeField(key, value)
  }
  return { fields, keys: keysText(keys) }
}

const texts = new WeakMap<Origin, string>()

/** The members of bunyan's record that ours does not have. */
export function toShortExtra(origin: Origin, { level, time, v }: Rec, { keys }: Shape): string {
  const text = texts.get(origin) ?? JSON.stringify(origin)
  texts.set(origin, text)
  return `[${text},${level},${time.getTime()},${v as number},${keys}]`
}

/** Returns undefined if `text` was not produced by `toShortExtra`. */
export function fromShortExtra(text: string): ShortExtra | undefined {
  return text[0] === '[' ? (JSON.parse(text) as ShortExtra) : undefined
}

/** Rebuilds bunyan's record, with its keys in their order. */
export function rebuildRec(record: LogRecord, [{ name }, level, time, v, keys]: ShortExtra): Rec {
  const { msg, pid } = record
  const own = { msg, pid, hostname: HOST, name, level, time: new RealDate(time), v }
  const rec: Record<string, unknown> = {}
  for (const key of keys) {
    const isField = Object.hasOwn(record, key) && !RESERVED.has(key)
    rec[key] = isField ? record[key] : own[key as keyof typeof own]
  }
  return rec as Rec
}
