// Level: our six levels and the conversion between their names and numbers.
//
// Level names of other loggers are in alias.ts; the levels that the root's loggers are set to are in levels.ts.

import { expected, LogshareError } from './errors.js'

/** A level a record can have. Numbers: trace 10, debug 20, info 30, warn 40, error 50, fatal 60. */
export type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'

/** What a logger or a handler can be set to: the lowest level that passes, or `silent` if none does. */
export type Threshold = Level | 'silent'

/** Numbers by level name, as in pino. */
export const LEVELS: Readonly<Record<Level, number>> = {
  trace: 10,
  debug: 20,
  info: 30,
  warn: 40,
  error: 50,
  fatal: 60,
}

/** Number of `silent`, above every level. */
export const SILENT = 100

export const THRESHOLD_NAMES: readonly Threshold[] = [...(Object.keys(LEVELS) as Level[]), 'silent']

export function isThreshold(value: unknown): value is Threshold {
  return typeof value === 'string' && THRESHOLD_NAMES.includes(value as Threshold)
}

/** Returns `level` if it is a threshold. Throws `LOGSHARE_ERR_LEVEL`, naming the logger, for anything else. */
export function checkThreshold(level: unknown, logger: string): Threshold {
  if (isThreshold(level)) return level
  throw new LogshareError(
    'LOGSHARE_ERR_LEVEL',
    `level of ${logger}: ${expected(`one of ${THRESHOLD_NAMES.join(', ')}`, level)}`,
  )
}

export function levelNumber(name: Threshold): number {
  return name === 'silent' ? SILENT : LEVELS[name]
}

/** Name of a level number. A number between two levels gets the name of the lower one. */
export function levelName(level: number): Threshold {
  if (level >= SILENT) return 'silent'
  let name: Level = 'trace'
  for (const [candidate, number] of Object.entries(LEVELS)) {
    if (number <= level) name = candidate as Level
  }
  return name
}
