// Fields: parts of a record that the formats of log stores have in common.

import { LEVELS } from '../core/level.js'
import { RealDate } from '../core/originals.js'
import type { LogRecord } from '../core/record.js'
import { type ErrorRecord, isErrorRecord } from './text/error.js'

/** Time in RFC 3339 with microseconds, in UTC; `-` if it is no time. */
export function isoTime(time: number): string {
  const date = new RealDate(time)
  if (Number.isNaN(date.getTime())) return '-'
  const micros = Math.round((time - Math.floor(time)) * 1000)
  const fraction = String(Math.min(micros, 999)).padStart(3, '0')
  return `${date.toISOString().slice(0, -1)}${fraction}Z`
}

/** Severity of a level number, RFC 5424 section 6.2.1, table 2. */
export function severityOf(level: number): number {
  if (level >= LEVELS.fatal) return 2
  if (level >= LEVELS.error) return 3
  if (level >= LEVELS.warn) return 4
  return level >= LEVELS.info ? 6 : 7
}

/** The error of a record, if it has one. */
export function errorOf({ err }: LogRecord): ErrorRecord | undefined {
  if (!isErrorRecord(err)) return undefined
  const { stack, ...error } = err
  return typeof stack === 'string' ? { ...error, stack } : error
}
