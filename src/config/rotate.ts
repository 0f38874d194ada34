// Rotation's options: when a log file is put aside, what the old ones are called and how long they stay.

import { boolean, fault, object } from './check.js'
import { parseCount, parseDuration, parseSize } from './quantity.js'

/** Rotation of a log file, by size, by time or both. Sizes as `"10m"` or bytes, times as `"1d"` or milliseconds. */
export interface RotateOptions {
  /** No file becomes larger, but one that holds a single record which is. */
  readonly size?: string | number
  /** From `1m` to `1w`, counted from midnight and, for weeks, from Monday: `1d` is a file for each day. */
  readonly interval?: string | number
  /** Whether days begin at midnight UTC. Default: where the process is. */
  readonly utc?: boolean
  /** Old files that stay: how many, or how many, how old and how large together. Default: all. */
  readonly keep?: number | KeepOptions
  /** Whether old files are compressed, to `.gz`. Default: no. */
  readonly compress?: boolean
  /** What old files are called. Default `{name}.{date}.{index}{ext}`: `app.2026-11-22.1.log`. */
  readonly pattern?: string
}

export interface KeepOptions {
  readonly count?: number
  /** Since the last record in it. */
  readonly age?: string | number
  /** Bytes of all old files together. */
  readonly total?: string | number
}

export const DEFAULT_PATTERN = '{name}.{date}.{index}{ext}'
/** What a pattern may hold. */
export const PLACEHOLDER: RegExp = /\{(name|date|index|ext)\}/g
const PLACES = ['name', 'date', 'index', 'ext']

const SECOND = 1000
const DAY = 86_400_000
const WEEK = 7 * DAY

/** Throws `LOGSHARE_ERR_OPTION`. */
export function checkRotate(value: unknown, option: string): RotateOptions {
  const known = ['size', 'interval', 'utc', 'keep', 'compress', 'pattern']
  const given = object(value, option, known)
  if (given.size === undefined && given.interval === undefined) {
    throw fault(option, "'size' or 'interval' in it", value)
  }
  const take = <T>(key: string, check: (member: unknown, option: string) => T): object =>
    given[key] === undefined ? {} : { [key]: check(given[key], `${option}.${key}`) }
  return {
    ...take('size', size),
    ...take('interval', interval),
    ...take('utc', boolean),
    ...take('keep', keep),
    ...take('compress', boolean),
    ...take('pattern', pattern),
  }
}

function size(value: unknown, option: string): number {
  const bytes = parseSize(value, option)
  if (bytes >= 1) return bytes
  throw fault(option, 'a size from 1 byte', value)
}

// Seconds are taken as well: nobody's log needs them, but whoever wants to see a rotation need not wait a minute.
function interval(value: unknown, option: string): number {
  const time = parseDuration(value, option)
  const isWhole = time < DAY ? time % SECOND === 0 : time % DAY === 0
  if (time >= SECOND && time <= WEEK && isWhole) return time
  throw fault(option, 'a time from "1m" to "1w", from a day on in whole days', value)
}

function keep(value: unknown, option: string): number | KeepOptions {
  if (typeof value !== 'object' || value === null) return parseCount(value, option)
  const given = object(value, option, ['count', 'age', 'total'])
  if (Object.keys(given).length === 0) throw fault(option, "'count', 'age' or 'total' in it", value)
  const { count, age, total } = given
  return {
    ...(count !== undefined && { count: parseCount(count, `${option}.count`) }),
    ...(age !== undefined && { age: parseDuration(age, `${option}.age`) }),
    ...(total !== undefined && { total: parseSize(total, `${option}.total`) }),
  }
}

function pattern(value: unknown, option: string): string {
  if (typeof value === 'string' && isPattern(value)) return value
  const what = "a file's name with one {name} and one {index}, and perhaps {date} and {ext}"
  throw fault(option, what, value)
}

function isPattern(value: string): boolean {
  const keys = [...value.matchAll(/\{(.*?)\}/g)].map(([, key]) => key)
  const isKnown = keys.every((key) => key && PLACES.includes(key))
  const isEnough = keys.includes('name') && keys.includes('index')
  return isKnown && isEnough && new Set(keys).size === keys.length && !/[\\/]/.test(value)
}
