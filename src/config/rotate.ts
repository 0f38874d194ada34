// Rotate: the options of a log file's rotation, its old files' names and their retention.

import { boolean, object, optionError } from './check.js'
import { parseCount, parseDuration, parseSize } from './quantity.js'

/** Rotation of a log file, by size, by time or both; at least one of `size` and `interval` is required. */
export interface RotateOptions {
  /**
   * Bytes, or a text such as `"10m"`; at least 1 byte. A file never grows beyond it, unless a single record is larger.
   * Default: no limit.
   */
  readonly size?: string | number
  /**
   * Milliseconds, or a text from `"1m"` to `"1w"`; whole days from `"1d"` on. Intervals are counted from midnight and
   * those of several days from Monday: with `"1d"` there is one file per day. Default: no rotation by time.
   */
  readonly interval?: string | number
  /** Whether days begin at midnight UTC instead of the process's local midnight. Default false. */
  readonly utc?: boolean
  /** Old files to keep: their number (an integer of 1 or more), or limits on number, age and size. Default: all. */
  readonly keep?: number | KeepOptions
  /** Whether old files are compressed to `.gz`. Default false. */
  readonly compress?: boolean
  /**
   * Names of old files: a file name with the placeholders `{name}` and `{index}`, optionally `{date}` and `{ext}`, each
   * once at most. Default `"{name}.{date}.{index}{ext}"`, for instance `app.2026-11-22.1.log`.
   */
  readonly pattern?: string
}

/** Limits on old files; at least one is required. The oldest files that exceed a limit are removed. */
export interface KeepOptions {
  /** Number of old files: an integer of 1 or more. Default: no limit. */
  readonly count?: number
  /** Milliseconds, or a text such as `"14d"`, since the last record in the file. Default: no limit. */
  readonly age?: string | number
  /** Bytes, or a text such as `"1g"`, of all old files together. Default: no limit. */
  readonly total?: string | number
}

export const DEFAULT_PATTERN = '{name}.{date}.{index}{ext}'
/** Matches the placeholders of a pattern. */
export const PLACEHOLDER: RegExp = /\{(name|date|index|ext)\}/g
const PLACEHOLDER_NAMES = ['name', 'date', 'index', 'ext']

const SECOND = 1000
const DAY = 86_400_000
const WEEK = 7 * DAY

/** Checks the option `rotate`. Throws `LOGSHARE_ERR_OPTION`. */
export function checkRotate(value: unknown, option: string): RotateOptions {
  const known = ['size', 'interval', 'utc', 'keep', 'compress', 'pattern']
  const given = object(value, option, known)
  if (given.size === undefined && given.interval === undefined) {
    throw optionError(option, "an object with 'size' or 'interval'", value)
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
  throw optionError(option, 'a size of at least 1 byte', value)
}

// Whole seconds are accepted, but not documented: they let a user watch a rotation without waiting a minute.
function interval(value: unknown, option: string): number {
  const time = parseDuration(value, option)
  const isWhole = time < DAY ? time % SECOND === 0 : time % DAY === 0
  if (time >= SECOND && time <= WEEK && isWhole) return time
  throw optionError(option, 'a duration from "1m" to "1w", in whole days from "1d" on', value)
}

function keep(value: unknown, option: string): number | KeepOptions {
  if (typeof value !== 'object' || value === null) return parseCount(value, option)
  const given = object(value, option, ['count', 'age', 'total'])
  if (Object.keys(given).length === 0) {
    throw optionError(option, "an object with 'count', 'age' or 'total'", value)
  }
  const { count, age, total } = given
  return {
    ...(count !== undefined && { count: parseCount(count, `${option}.count`) }),
    ...(age !== undefined && { age: parseDuration(age, `${option}.age`) }),
    ...(total !== undefined && { total: parseSize(total, `${option}.total`) }),
  }
}

function pattern(value: unknown, option: string): string {
  if (typeof value === 'string' && isPattern(value)) return value
  const what =
    'a file name with one {name} and one {index}, and optionally one {date} and one {ext}'
  throw optionError(option, what, value)
}

function isPattern(value: string): boolean {
  const keys = [...value.matchAll(/\{(.*?)\}/g)].map(([, key]) => key)
  const isKnown = keys.every((key) => key && PLACEHOLDER_NAMES.includes(key))
  const isEnough = keys.includes('name') && keys.includes('index')
  return isKnown && isEnough && new Set(keys).size === keys.length && !/[\\/]/.test(value)
}
