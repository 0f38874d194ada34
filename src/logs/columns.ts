// Columns: level, name and message of text records that have a place or a key for each: PostgreSQL's CSV, the journal's export.

import { levelOfWord } from '../core/alias.js'
import type { TextFacts } from './facts.js'
import { levelOfSeverity } from './marks.js'

/** Reads a record whose time ends `head`. Undefined if it has none of these forms. */
export function readColumns(head: string, rest: string): TextFacts | undefined {
  return readCsv(rest) ?? readExport(head, rest)
}

/** Severity, state and message stand behind ten other columns. */
const CSV =
  /^(?:,(?:"(?:[^"]|"")*"|[^",]*)){10},([A-Z]+)\d?,[0-9A-Z]{5},(?:"((?:[^"]|"")*)"|([^",]*))/

function readCsv(rest: string): TextFacts | undefined {
  if (!rest.startsWith(',')) return undefined
  const [, word = '', quoted, bare = ''] = CSV.exec(rest) ?? []
  const level = levelOfWord(word.toLowerCase())
  if (level === undefined) return undefined
  return { level, name: '', message: quoted?.replaceAll('""', '"') ?? bare }
}

const PRIORITY = /\nPRIORITY=([0-7])(?=\n|$)/
const NAME = /\nSYSLOG_IDENTIFIER=([^\n]*)/
const MESSAGE = /\nMESSAGE=([^\n]*)/
/** What has more than one line stands behind its length, in eight bytes of which the last ones are zero. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: zeros of the length
const LONG = /\nMESSAGE\n[\s\S]{1,3}?\u0000{5,7}([\s\S]*?)(?=\n[A-Z_][A-Z\d_]*(?:[=\n]|$)|\n{0,2}$)/

function readExport(head: string, rest: string): TextFacts | undefined {
  if (!head.startsWith('__CURSOR=')) return undefined
  const textAt = (form: RegExp): string | undefined => form.exec(rest)?.[1]
  return {
    level: levelOfSeverity(Number(textAt(PRIORITY) ?? Number.NaN)),
    name: textAt(NAME) ?? '',
    message: textAt(MESSAGE) ?? textAt(LONG) ?? '',
  }
}
