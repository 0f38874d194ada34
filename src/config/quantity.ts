// Quantities: sizes ("10m") and durations ("20ms") as people write them, in bytes and milliseconds.

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

/** Bytes; `k`, `m`, `g` are powers of 1024. Throws `LOGSHARE_ERR_OPTION`. */
export function parseSize(value: unknown, option: string): number {
  return parse(value, option, SIZES, 'a size such as "64m" or a number of bytes')
}

/** Milliseconds. Throws `LOGSHARE_ERR_OPTION`. */
export function parseDuration(value: unknown, option: string): number {
  return parse(value, option, TIMES, 'a time such as "20ms" or a number of milliseconds')
}

/** A whole number from 1. Throws `LOGSHARE_ERR_OPTION`. */
export function parseCount(value: unknown, option: string): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1) return value
  throw new LogshareError(
    'LOGSHARE_ERR_OPTION',
    `${option}: ${expected('a whole number from 1', value)}`,
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
