// Filter: the options that every handler has to select the records it gets.

import { levelNumber, type Threshold } from '../core/level.js'
import {
  type Check,
  list,
  object,
  optional,
  optionError,
  type Shape,
  text,
  threshold,
} from './check.js'
import { parseCount, parseDuration } from './quantity.js'

/**
 * A limit on each logger's records. Records above it are counted; one record per interval and logger reports the count.
 */
export interface RateOptions {
  /** Records of one logger that pass within `interval`: an integer of 1 or more. Required. */
  readonly limit: number
  /** Milliseconds, or a text such as `"500ms"` or `"1m"`. Default `"1s"`. */
  readonly interval?: string | number
}

/**
 * Patterns for names. A pattern matches the name itself and all names below it; `*` matches any characters; a pattern
 * with a leading `!` excludes. The last pattern that matches a name decides.
 */
export type Patterns = readonly string[]

/** Options of every handler. A record reaches the handler if it passes all of them. */
export interface FilterOptions {
  /** Lowest level that reaches the handler, by name; `silent` for no records. Default: all levels. */
  readonly level?: Threshold
  /** Logger names: `["app", "!app.http"]`. Default: all. */
  readonly names?: Patterns
  /** Producers, by their path in the tree: `["worker#1", "cluster#*"]`, `["!root"]`. Default: all. */
  readonly sources?: Patterns
  /** Libraries, by the `lib` of their records; `logshare` for records of our own loggers. Default: all. */
  readonly lib?: Patterns
  /** A limit on the records of each logger. Default: none. */
  readonly rate?: RateOptions
  /**
   * The share of records that pass, a number from 0 to 1, by level name: `{ "debug": 0.01 }`. Default: 1 for each
   * level.
   */
  readonly sample?: Readonly<Record<string, number>>
}

/** Names of the options in `FilterOptions`. */
export const FILTER_NAMES = ['level', 'names', 'sources', 'lib', 'rate', 'sample'] as const

/** The filter options among a handler's options, checked. Throws `LOGSHARE_ERR_OPTION`. */
export function checkFilter(given: Shape, option: string): FilterOptions {
  const checked = {
    level: optional(given.level, `${option}.level`, threshold),
    names: optional(given.names, `${option}.names`, list(text)),
    sources: optional(given.sources, `${option}.sources`, list(text)),
    lib: optional(given.lib, `${option}.lib`, list(text)),
    rate: optional(given.rate, `${option}.rate`, rate),
    sample: optional(given.sample, `${option}.sample`, sample),
  }
  return Object.fromEntries(Object.entries(checked).filter(([, value]) => value !== undefined))
}

const rate: Check<RateOptions> = (value, option) => {
  const given = object(value, option, ['limit', 'interval'])
  return {
    limit: parseCount(given.limit, `${option}.limit`),
    interval: optional(given.interval, `${option}.interval`, parseDuration) ?? 1000,
  }
}

const sample: Check<Readonly<Record<string, number>>> = (value, option) => {
  const given = object(value, option)
  for (const [level, share] of Object.entries(given)) {
    levelNumber(threshold(level, `${option}: level name`))
    if (typeof share !== 'number' || !(share >= 0 && share <= 1)) {
      throw optionError(`${option}.${level}`, 'a number from 0 to 1', share)
    }
  }
  return { ...given } as Readonly<Record<string, number>>
}
