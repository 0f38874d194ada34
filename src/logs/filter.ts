// Filter: which records are wanted, by time, level, name and producer.

import { readFacts, readLevel, readText } from './facts.js'
import type { LogEntry } from './records.js'

export interface Wanted {
  /** Milliseconds since the epoch; both ends belong to what is wanted. */
  readonly since?: number | undefined
  readonly until?: number | undefined
  /** Records of unknown level are not wanted then. */
  readonly level?: number | undefined
  /** Globs; those that begin with `!` tell what is not wanted. */
  readonly names?: readonly string[] | undefined
  /** Of our records their `source`, of others the path of their log. */
  readonly sources?: readonly string[] | undefined
}

/** What decides about a record; undefined if all are wanted. */
export function createAccepts(
  wanted: Wanted,
): ((entry: LogEntry, path: string) => boolean) | undefined {
  const { since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY, level } = wanted
  const isName = createMatch(wanted.names, '.:')
  const isSource = createMatch(wanted.sources, '/')
  const isAbout = level !== undefined || isName !== undefined || isSource !== undefined
  if (!isAbout && wanted.since === undefined && wanted.until === undefined) return undefined
  return (entry, path) => {
    if (entry.time < since || entry.time > until) return false
    if (!isAbout) return true
    const text = entry.isJson ? undefined : readText(entry)
    if (level !== undefined && !((text ? text.level : readLevel(entry)) >= level)) return false
    if (!isName && !isSource) return true
    const facts = text ? { ...text, source: '' } : readFacts(entry)
    if (isName && !isName(facts.name)) return false
    return !isSource || isSource(facts.source || path)
  }
}

/**
 * What a list of globs takes: a name stands for itself and all beneath it, `*` for any characters, `?` for one. With
 * none but negations, all that they do not name.
 */
export function createMatch(
  globs: readonly string[] | undefined,
  separators: string,
): ((text: string) => boolean) | undefined {
  if (!globs || globs.length === 0) return undefined
  const compile = (glob: string): RegExp => {
    const escaped = glob.replace(/[.+^${}()|[\]\\]/g, '\\$&')
    const pattern = escaped.replace(/\*/g, '.*').replace(/\?/g, '.')
    return new RegExp(`^${pattern}(?:[${separators}]|$)`, 's')
  }
  const wanted = globs.filter((glob) => !glob.startsWith('!')).map(compile)
  const unwanted = globs
    .filter((glob) => glob.startsWith('!'))
    .map((glob) => compile(glob.slice(1)))
  return (text) =>
    (wanted.length === 0 || wanted.some((each) => each.test(text))) &&
    !unwanted.some((each) => each.test(text))
}
