// Quantity: parses sizes ("10m") to bytes and durations ("20ms") to milliseconds.

import { expected, LogshareError } from '../core/errors.js'

const K = 1024
const SIZES: Readonly<Record<string, number>> = {
  '': 1,
  ...units({ b: 1, k: K, m: K ** 2, g: K ** 3 }, ['', 'b', 'ib']),
}
const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const WEEK = 7 * DAY
const TIMES: Readonly<Record<string, number>> = {
  '': 1,
  ms: 1,
  ...units({ s: SECOND, m: MINUTE, h: HOUR, d: DAY, w: WEEK }, ['']),
  ...units({ sec: SECOND, min: MINUTE }, ['', 's']),
  ...units({ second: SECOND, minute: MINUTE, hour: HOUR, day: DAY, week: WEEK }, ['', 's']),
}
const WORDS: Readonly<Record<string, number>> = { hourly: HOUR, daily: DAY, weekly: WEEK }

function units(
  sizes: Readonly<Record<string, number>>,
  endings: readonly string[],
): Record<string, number> {
  const all = Object.entries(sizes)
  return Object.fromEntries(endings.flatMap((end) => all.map(([name, size]) => [name + end, size])))
}

/**
 * Bytes, from a number or a text with the unit `b`, `k`, `m` or `g`, also `kb` or `KiB`: powers of 1024 in any case. Throws
 * `LOGSHARE_ERR_OPTION`.
 */
export function parseSize(value: unknown, option: string): number {
  return parse(value, option, SIZES, 'a size such as "64m" or a number of bytes')
}

/**
 * Milliseconds, from a number, a text with the unit `ms`, `s`, `m`, `h`, `d` or `w`, also `10 minutes`, or `hourly`,
 * `daily` or `weekly`. Throws `LOGSHARE_ERR_OPTION`.
 */
export function parseDuration(value: unknown, option: string): number {
  return parse(value, option, TIMES, 'a duration such as "20ms" or a number of milliseconds')
}

/** An integer of 1 or more. Throws `LOGSHARE_ERR_OPTION`. */
export function parseCount(value: unknown, option: string): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1) return value
  throw new LogshareError(
    'LOGSHARE_ERR_OPTION',
    `${option}: ${expected('an integer of 1 or more', value)}`,
  )
}

function parse(
  value: unknown,
  option: string,
  units: Readonly<Record<string, number>>,
  what: string,
): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value
  const word = typeof value === 'string' ? value.trim().toLowerCase() : ''
  if (units === TIMES && Object.hasOwn(WORDS, word)) return WORDS[word] ?? 0
  const match = typeof value === 'string' && /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(value.trim())
  const unit = match ? (match[2] ?? '').toLowerCase() : ''
  if (match && Object.hasOwn(units, unit)) return Number(match[1]) * (units[unit] ?? 1)
  throw new LogshareError('LOGSHARE_ERR_OPTION', `${option}: ${expected(what, value)}`)
}
