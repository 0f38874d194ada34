// Quantity: parses sizes ("10m") to bytes and durations ("20ms") to milliseconds.

import { expected, LogshareError } from '../core/errors.js'

const SIZES: Readonly<Record<string, number>> = { '': 1, b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }
const TIMES: Readonly<Record<string, number>> = {
  '': 1,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/** Bytes, from a number or a text with the unit `b`, `k`, `m` or `g` (powers of 1024). Throws `LOGSHARE_ERR_OPTION`. */
export function parseSize(value: unknown, option: string): number {
  return parse(value, option, SIZES, 'a size such as "64m" or a number of bytes')
}

/**
 * Milliseconds, from a number or a text with the unit `ms`, `s`, `m`, `h`, `d` or `w`. Throws `LOGSHARE_ERR_OPTION`.
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
  const match = typeof value === 'string' && /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(value.trim())
  const unit = match ? (match[2] ?? '').toLowerCase() : ''
  if (match && Object.hasOwn(units, unit)) return Number(match[1]) * (units[unit] ?? 1)
  throw new LogshareError('LOGSHARE_ERR_OPTION', `${option}: ${expected(what, value)}`)
}
