// Filter: selects records by time, level, logger name and producer.

import { matchGlob } from '../core/glob.js'
import { levelIn, readFacts, readText } from './facts.js'
import { textRange } from './inner.js'
import type { LogEntry } from './page.js'
import { createMayBe, type MayBe } from './words.js'

export interface Wanted {
  /** Earliest and latest time (ms since the epoch), both inclusive. */
  readonly since?: number | undefined
  readonly until?: number | undefined
  /** Lowest level number. Excludes records of unknown level. */
  readonly level?: number | undefined
  /** Globs for logger names. A glob that begins with `!` excludes. */
  readonly names?: readonly string[] | undefined
  /** Globs for the `source` of logshare's records and the path of the log of other records. */
  readonly sources?: readonly string[] | undefined
}

/** Returns the test for a record of the log at `path`, or undefined if all records are wanted. */
export function createAccepts(
  wanted: Wanted,
): ((entry: LogEntry, path: string) => boolean) | undefined {
  const { since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY, level } = wanted
  const isName = createMatch(wanted.names, '.:')
  const isSource = createMatch(wanted.sources, '/')
  const mayBe = level === undefined ? undefined : createMayBe(level)
  const isAbout = level !== undefined || isName !== undefined || isSource !== undefined
  if (!isAbout && wanted.since === undefined && wanted.until === undefined) return undefined
  return (entry, path) => {
    if (entry.time < since || entry.time > until) return false
    if (!isAbout) return true
    if (mayBe && isOther(entry, mayBe)) return false
    if (level !== undefined && !(levelIn(entry) >= level)) return false
    if (!isName && !isSource) return true
    const facts = entry.isJson ? readFacts(entry) : { ...readText(entry), source: '' }
    if (isName && !isName(facts.name)) return false
    return !isSource || isSource(facts.source || path)
  }
}

// Whether a record has certainly none of the wanted levels.
function isOther(entry: LogEntry, mayBe: MayBe): boolean {
  const range = textRange(entry)
  return range !== undefined && !mayBe(entry.bytes, range[0], range[1])
}

/**
 * Compiles globs to a test; undefined for an empty list. A name matches itself and everything below it, which one of
 * `separators` divides. `*` matches any characters, `?` one character. If all globs are negated, everything they do not
 * match is accepted.
 */
export function createMatch(
  globs: readonly string[] | undefined,
  separators: string,
): ((text: string) => boolean) | undefined {
  if (!globs || globs.length === 0) return undefined
  const options = { separators, hasQuestion: true }
  const wanted = globs.filter((glob) => !glob.startsWith('!'))
  const unwanted = globs.filter((glob) => glob.startsWith('!')).map((glob) => glob.slice(1))
  return (text) =>
    (wanted.length === 0 || wanted.some((each) => matchGlob(each, text, options))) &&
    !unwanted.some((each) => matchGlob(each, text, options))
}
