// Custom: levels that a child logger has beside ours, from the option `customLevels`.

import { expected, LogshareError } from '../core/errors.js'
import { LEVELS, SILENT } from '../core/level.js'
import type { LevelMapping, Logger } from './shape.js'

/** Of `silent` and above is no record. */
const MAX = SILENT - 1

type Custom = Readonly<Record<string, number>>

/** All levels of the logger with those. Throws `LOGSHARE_ERR_LEVEL`. */
export function checkLevels(added: Custom, logger: Logger): Custom {
  for (const [name, number] of Object.entries(added)) {
    const isNumber = Number.isInteger(number) && number >= 1 && number <= MAX
    if (!isNumber) fail(name, logger, expected(`an integer from 1 to ${MAX}`, number))
    const isSame = ownValue(logger.customLevels, name) === number
    if (name in logger && !isSame) fail(name, logger, 'loggers have a member of this name already')
  }
  return { ...logger.customLevels, ...added }
}

/** Gives a logger a method for each level. */
export function addMethods(
  logger: object,
  levels: Custom,
  log: (level: number, args: readonly unknown[]) => void,
): void {
  for (const [name, level] of Object.entries(levels)) {
    const value = (...args: readonly unknown[]): void => log(level, args)
    Object.defineProperty(logger, name, { value, configurable: true, writable: true })
  }
}

/** As pino's: `silent` is not enumerable. */
export function createMapping(custom: Custom): LevelMapping {
  const values: Record<string, number> = { ...LEVELS, ...custom }
  const labels = Object.fromEntries(Object.entries(values).map(([name, level]) => [level, name]))
  Object.defineProperty(values, 'silent', { value: Number.POSITIVE_INFINITY })
  Object.defineProperty(labels, 'Infinity', { value: 'silent' })
  return { values, labels }
}

export function ownValue(levels: Custom | undefined, name: string): number | undefined {
  return levels && Object.hasOwn(levels, name) ? levels[name] : undefined
}

function fail(name: string, logger: Logger, reason: string): never {
  throw new LogshareError('LOGSHARE_ERR_LEVEL', `level ${name} of ${logger.name}: ${reason}`)
}
