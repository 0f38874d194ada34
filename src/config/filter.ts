// Filter: the options of every handler that say which records reach it.

import { levelNumber, type Threshold } from '../core/level.js'
import { type Check, fault, list, object, optional, type Shape, text, threshold } from './check.js'
import { parseCount, parseDuration } from './quantity.js'

/** At most `limit` records of a logger pass within each `interval`; the rest is counted and told of by one record. */
export interface RateOptions {
  readonly limit: number
  /** Default `1s`. */
  readonly interval?: string | number
}

/**
 * Patterns of names: `*` stands for any characters, a name for itself and all beneath it, a leading `!` takes out again;
 * the last one that matches decides.
 */
export type Patterns = readonly string[]

export interface FilterOptions {
  /** Records below this level do not reach the handler. Default: all do. */
  readonly level?: Threshold
  /** Logger names this handler takes. Default: all. */
  readonly names?: Patterns
  /** Producers this handler takes, by their path in the tree: `worker#1`, `cluster#*`, `!root`. Default: all. */
  readonly sources?: Patterns
  /** Libraries this handler takes, as a record's `lib` names them; `logshare` for records of our own loggers. Default: all. */
  readonly lib?: Patterns
  /** A limit for each logger. Default: none. */
  readonly rate?: RateOptions
  /** The share of records that pass, from 0 to 1, by level: `{ "debug": 0.01 }`. Default: all. */
  readonly sample?: Readonly<Record<string, number>>
}

export const FILTER_NAMES = ['level', 'names', 'sources', 'lib', 'rate', 'sample'] as const

/** What is given of them, checked; throws `LOGSHARE_ERR_OPTION`. */
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
    levelNumber(threshold(level, `${option}: a level's name`))
    if (typeof share !== 'number' || !(share >= 0 && share <= 1)) {
      throw fault(`${option}.${level}`, 'a number from 0 to 1', share)
    }
  }
  return given as Readonly<Record<string, number>>
}
