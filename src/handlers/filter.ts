// Filter: what decides, from a record's level, logger, producer and library, whether one handler gets it.

import type { FilterOptions, Patterns } from '../config/filter.js'
import { levelNumber } from '../core/level.js'
import { type Delivery, libOf, nameOf, sourceOf } from './handler.js'

/** Undefined if all records may pass. */
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
  readonly takes: boolean
}

// The last pattern that matches decides; before the first stands its contrary.
function by(
  read: (record: Delivery) => string,
  patterns: Patterns,
  end: string,
): (record: Delivery) => boolean {
  const parsed = patterns.map((text) => parse(text, end)).reverse()
  const otherwise = parsed.at(-1)?.takes === false
  const decided = new Map<string, boolean>()
  return (record) => {
    const text = read(record)
    let takes = decided.get(text)
    if (takes === undefined) {
      takes = parsed.find(({ test }) => test.test(text))?.takes ?? otherwise
      if (decided.size > KNOWN) decided.clear()
      decided.set(text, takes)
    }
    return takes
  }
}

/** Names whose answer is remembered: applications that make up names without end exist. */
const KNOWN = 10_000

function parse(text: string, end: string): Pattern {
  const takes = !text.startsWith('!')
  const escaped = (takes ? text : text.slice(1)).replace(/[.+?^${}()|[\]\\]/g, '\\$&')
  return { takes, test: new RegExp(`^${escaped.replace(/\*/g, '.*')}${end}`) }
}
