// Repeated: whether a member of a JSON record says only what is shown as its time, level or name.

import { RealDate } from '../core/originals.js'
import { LEVEL_KEYS, levelOf, NAME_KEYS } from './facts.js'
import { levelOfLetter } from './marks.js'

const LEVELS: ReadonlySet<string> = new Set(LEVEL_KEYS)
const NAMES: ReadonlySet<string> = new Set(['name', 'context', ...NAME_KEYS])
const TIMES: ReadonlySet<string> = new Set(
  'time timestamp @timestamp ts date asctime datetime timeMillis eventTime __REALTIME_TIMESTAMP ISODATE instant t'.split(
    ' ',
  ),
)
/** Values from which on a number is in microseconds, and in nanoseconds. */
const MICROS = 1e14
const NANOS = 1e17

export function isRepeated(
  key: string,
  value: unknown,
  { level, time, name }: { readonly level: number; readonly time: number; readonly name: string },
): boolean {
  if (NAMES.has(key) && value === name) return true
  if (TIMES.has(key)) return isTime(value, time)
  if (!LEVELS.has(key)) return false
  return key === 's' ? levelOfLetter(String(value)) === level : !Number.isNaN(levelOf(value))
}

/** Whether a value is this time, in any of the forms in which loggers write it. */
export function isTime(value: unknown, time: number): boolean {
  return timesOf(value).some((each) => Math.abs(each - time) < 1)
}

function timesOf(value: unknown): readonly number[] {
  if (typeof value === 'object' && value !== null) return nested(value)
  const text = typeof value === 'string' ? value.replace(/(?<=:\d\d),(?=\d)/, '.') : ''
  const number = Number(value)
  const scaled = number / (number >= NANOS ? 1e6 : number >= MICROS ? 1000 : 1)
  return [RealDate.parse(text), scaled, scaled * 1000]
}

// Of Google, Log4j and MongoDB.
function nested(value: object): readonly number[] {
  const { seconds, nanos, epochSecond = seconds, nanoOfSecond = nanos, $date } = value as Nested
  return [Number(epochSecond) * 1000 + Number(nanoOfSecond ?? 0) / 1e6, RealDate.parse(`${$date}`)]
}

interface Nested {
  readonly seconds?: unknown
  readonly nanos?: unknown
  readonly epochSecond?: unknown
  readonly nanoOfSecond?: unknown
  readonly $date?: unknown
}
