// Shape: which members a record of bunyan has, and in what order, so that the root makes it again from a record of ours.

import { hostname } from 'node:os'
import { encodeField, type LogRecord, RESERVED } from '../../core/record.js'
import { isKept, keysText, MAX_STRING } from '../kit/capture/members.js'
import type { Rec } from './library.js'

const HOST = hostname()
const PID = process.pid
const OWN = new Set(['name', 'level', 'msg', 'time', 'v'])

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
    if (!isKept(key, value)) return undefined
    fields += encodeField(key, value)
  }
  return { fields, keys: keysText(keys) }
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
