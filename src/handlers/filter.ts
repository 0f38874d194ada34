// Filter: decides whether a handler gets a record, by its level, logger name, producer and library.

import type { FilterOptions, Patterns } from '../config/filter.js'
import { levelNumber } from '../core/level.js'
import { type Delivery, libOf, nameOf, sourceOf } from './handler.js'

/** Makes the test for a handler's filter options; undefined if they let every record pass. */
export function createFilter(options: FilterOptions): ((record: Delivery) => boolean) | undefined {
  const { level, names, sources, lib } = options
  const least = level === undefined ? 0 : levelNumber(level)
  const tests: ((record: Delivery) => boolean)[] = []
  if (least > 0) tests.push((record) => record.level >= least)
  if (lib) tests.push(by(libOf, lib, '$'))
  if (sources) tests.push(by(sourceOf, sources, '(?:/|$)'))
  if (names) tests.push(by(nameOf, names, '(?:\\.|:|$)'))
  if (tests.length === 0) return undefined
  return (record) => tests.every((test) => test(record))
}

interface Pattern {
  readonly test: RegExp
  /** False for a pattern that starts with `!`. */
  readonly includes: boolean
}

// The last matching pattern decides. If none matches, the opposite of the first pattern holds.
function by(
  read: (record: Delivery) => string,
  patterns: Patterns,
  end: string,
): (record: Delivery) => boolean {
  const parsed = patterns.map((text) => parse(text, end)).reverse()
  const otherwise = parsed.at(-1)?.includes === false
  const decided = new Map<string, boolean>()
  return (record) => {
    const text = read(record)
    let includes = decided.get(text)
    if (includes === undefined) {
      includes = parsed.find(({ test }) => test.test(text))?.includes ?? otherwise
      if (decided.size > MAX_CACHED) decided.clear()
      decided.set(text, includes)
    }
    return includes
  }
}

/** Results kept per filter: some applications make an unlimited number of logger names. */
const MAX_CACHED = 10_000

function parse(text: string, end: string): Pattern {
  const includes = !text.startsWith('!')
  const escaped = (includes ? text : text.slice(1)).replace(/[.+?^${}()|[\]\\]/g, '\\$&')
  return { includes, test: new RegExp(`^${escaped.replace(/\*/g, '.*')}${end}`) }
}
