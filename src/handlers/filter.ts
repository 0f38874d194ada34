// Filter: decides whether a handler gets a record, by its level, logger name, producer and library.

import type { FilterOptions, Patterns } from '../config/filter.js'
import { matchGlob } from '../core/glob.js'
import { levelNumber } from '../core/level.js'
import { type Delivery, libOf, nameOf, sourceOf } from './handler.js'

/** Makes the test for a handler's filter options; undefined if they let every record pass. */
export function createFilter(options: FilterOptions): ((record: Delivery) => boolean) | undefined {
  const { level, names, sources, lib } = options
  const least = level === undefined ? 0 : levelNumber(level)
  const tests: ((record: Delivery) => boolean)[] = []
  if (least > 0) tests.push((record) => record.level >= least)
  if (lib) tests.push(by(libOf, lib, ''))
  if (sources) tests.push(by(sourceOf, sources, '/'))
  if (names) tests.push(by(nameOf, names, '.:'))
  if (tests.length === 0) return undefined
  return (record) => tests.every((test) => test(record))
}

/** The lowest level that passes, if nothing but the level decides; otherwise undefined. */
export function leastLevel({ level, names, sources, lib }: FilterOptions): number | undefined {
  if (names || sources || lib) return undefined
  return level === undefined ? 0 : levelNumber(level)
}

interface Pattern {
  readonly glob: string
  /** False for a pattern that starts with `!`. */
  readonly includes: boolean
}

// The last matching pattern decides. If none matches, the opposite of the first pattern holds.
function by(
  read: (record: Delivery) => string,
  patterns: Patterns,
  separators: string,
): (record: Delivery) => boolean {
  const parsed = patterns.map(parse).reverse()
  const otherwise = parsed.at(-1)?.includes === false
  const decided = new Map<string, boolean>()
  return (record) => {
    const text = read(record)
    let includes = decided.get(text)
    if (includes === undefined) {
      const decisive = parsed.find(({ glob }) => matchGlob(glob, text, { separators }))
      includes = decisive?.includes ?? otherwise
      if (decided.size > MAX_CACHED) decided.clear()
      if (text.length <= MAX_CACHED_LENGTH) decided.set(text, includes)
    }
    return includes
  }
}

/** Results kept per filter: some applications make an unlimited number of logger names. */
const MAX_CACHED = 10_000
const MAX_CACHED_LENGTH = 200

function parse(text: string): Pattern {
  const includes = !text.startsWith('!')
  return { includes, glob: includes ? text : text.slice(1) }
}
