// Facts: reads level, logger name, producer and message from a record of any log, as far as it has them.

import { levelOfWord } from '../core/alias.js'
import { readColumns } from './columns.js'
import { innerOf } from './inner.js'
import { levelOfLetter, levelOfSeverity, readMarks } from './marks.js'
import { Members } from './members.js'
import type { LogEntry } from './page.js'
import { joinReport } from './report.js'

// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape codes that winston's colorize adds to a level
const COLORS = /\u001b\[[\d;]*m/g

const QUOTE = 0x22
const ESCAPE = '\u001b'

export interface Facts {
  /** The logger's name; empty if unknown. */
  name: string
  /** Path in the tree of children, for records of logshare; empty for others. */
  source: string
  pid: string
  tid: string
  /** Sequence number, for records of logshare; 0 for others. */
  seq: number
}

export const LEVEL_KEYS: readonly string[] = [
  'level',
  'severity',
  'lvl',
  'levelname',
  'log.level',
  'error_severity',
  'logLevel',
  'PRIORITY',
  's',
]
const LEVELS = LEVEL_KEYS.map((key) => Buffer.from(key))
/** Objects that have level or name in them: roarr's, tslog's. */
const CONTEXTS = ['context', '_meta', '_logMeta'].map((key) => Buffer.from(key))
/** Other keys for the name of a logger. */
export const NAME_KEYS: readonly string[] = [
  'logger',
  'label',
  'logger_name',
  'loggerName',
  'category',
  'tag',
  'SYSLOG_IDENTIFIER',
  'PROGRAM',
  'app_name',
  'c',
]
const NAMES = NAME_KEYS.map((key) => Buffer.from(key))
const KEYS = {
  name: Buffer.from('name'),
  source: Buffer.from('source'),
  pid: Buffer.from('pid'),
  tid: Buffer.from('tid'),
  seq: Buffer.from('seq'),
}
const LIST = Object.entries(KEYS) as [keyof typeof KEYS, Buffer][]
const members = new Members()

/**
 * Reads a JSON record without parsing it. If a member occurs twice, the first one counts: logshare writes its own
 * first. Within the line of a container, what the program has written counts.
 */
export function readFacts(entry: LogEntry): Facts {
  const { bytes, start, end } = entry
  const facts: Facts = { name: '', source: '', pid: '', tid: '', seq: 0 }
  const inner = innerOf(entry)
  if (inner) return inner.isJson ? readFacts(inner) : { ...facts, name: readInner(inner).name }
  members.open(bytes, start, end)
  let other = ''
  while (members.next()) {
    for (const [key, encoded] of LIST) {
      if (members.isKey(encoded)) note(facts, key, bytes)
    }
    if (facts.seq > 0 && facts.name !== '') break
    if (other === '') other = otherName(bytes)
  }
  facts.name ||= other
  return facts
}

// The name under a key that is not `name`; empty if the member has none.
function otherName(bytes: Buffer): string {
  const isText = bytes[members.valueStart] === QUOTE
  if (isText && (NAMES.some((key) => members.isKey(key)) || members.isKey(CONTEXTS[0] as Buffer)))
    return valueText(bytes)
  if (isText || !CONTEXTS.some((key) => members.isKey(key))) return ''
  const { name, package: of = '', namespace = of } = objectOf(bytes)
  return String(name ?? namespace)
}

function objectOf(bytes: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(valueText(bytes))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

/** Reads the level number of a JSON record; NaN if it has none that is known. */
export function readLevel(entry: LogEntry): number {
  const { bytes, start, end } = entry
  const inner = innerOf(entry)
  if (inner) return readInner(inner).level
  members.open(bytes, start, end)
  while (members.next()) {
    const at = LEVELS.findIndex((key) => members.isKey(key))
    const level =
      at < 0 ? contextLevel(bytes) : levelAt(LEVEL_KEYS[at] as string, bytes, start, end)
    if (!Number.isNaN(level)) return level
  }
  return Number.NaN
}

function levelAt(key: string, bytes: Buffer, start: number, end: number): number {
  const text = valueText(bytes)
  if (key === 'PRIORITY' && text !== '' && !Number.isNaN(Number(text)))
    return levelOfSeverity(Number(text))
  if (key === 's') return levelOfLetter(text) ?? Number.NaN
  const number = Number(text)
  if (text === '' || Number.isNaN(number) || number >= SCALE) return levelOf(text)
  return smallLevel(number, bytes.toString('latin1', start, Math.min(end, start + SHORT)))
}

// Numbers below ten mean something else in each library.
function smallLevel(number: number, line: string): number {
  if (/"(?:short_message|version":"1\.1)"/.test(line)) return levelOfSeverity(number)
  if (/"args":\[/.test(line)) return CONSOLA[number] ?? Number.NaN
  if (/"ts":[\d"]/.test(line)) return ZAP[number + 1] ?? Number.NaN
  return /^\{"time":"/.test(line) ? (SLOG[number] ?? Number.NaN) : number
}

const SCALE = 10
const SHORT = 4096
const CONSOLA = [50, 40, 30, 30, 20, 10]
/** From -1 on. */
const ZAP = [20, 30, 40, 50, 60, 60, 60]
const SLOG: Readonly<Record<number, number>> = { [-8]: 10, [-4]: 20, 0: 30, 4: 40, 8: 50, 12: 60 }

// roarr's `context.logLevel`, tslog's `_meta.logLevelName`.
function contextLevel(bytes: Buffer): number {
  if (bytes[members.valueStart] === QUOTE) return Number.NaN
  if (!CONTEXTS.some((key) => members.isKey(key))) return Number.NaN
  const { logLevelName, logLevel = logLevelName } = objectOf(bytes)
  return levelOf(logLevel)
}

function note(facts: Facts, key: keyof typeof KEYS, bytes: Buffer): void {
  if (key === 'seq') facts.seq ||= Number(valueText(bytes)) || 0
  else facts[key] ||= valueText(bytes)
}

function valueText(bytes: Buffer): string {
  const { valueStart: start, valueEnd: end } = members
  if (bytes[start] !== QUOTE) return bytes.toString('latin1', start, end)
  const text = bytes.toString('utf8', start + 1, end - 1)
  if (!text.includes('\\')) return text
  try {
    return JSON.parse(`"${text}"`) as string
  } catch {
    return text
  }
}

/** The level number of a number, a numeric text or a name in any case, with or without ANSI colors; NaN if unknown. */
export function levelOf(value: unknown): number {
  if (typeof value === 'number') return value
  if (typeof value !== 'string' || value === '') return Number.NaN
  const number = Number(value)
  if (Number.isFinite(number)) return number
  // slog has levels such as INFO+1, PostgreSQL DEBUG1, Apache trace8.
  const name = value
    .replace(COLORS, '')
    .trim()
    .toLowerCase()
    .replace(/(?:[+-]\d+|(?<=[a-z])\d)$/, '')
  return levelOfWord(name) ?? Number.NaN
}

export interface TextFacts {
  /** NaN if unknown. */
  readonly level: number
  /** Empty if unknown. */
  readonly name: string
  /** The text after time, level and name. */
  readonly message: string
}

// After the time comes the level, or up to three words or brackets and then the level in capitals.
const LEVEL = /^[\]\s:,|-]*(?:\[\s*)?([a-z]+)\s*\]?(?=[\s:,|-]|$)/i
const LATER_LEVEL = /^[\]\s:,|-]*(?:(?:\[[^\]]*\]|\S+)\s+){1,3}?\[?([A-Z]+\d?)\]?(?=[\s:|-]|$)/
// The word is a level and not part of the message if it is in brackets, in capitals, or followed by a colon or bar.
const MARKED = /^[\]\s:,|-]*(?:\[|[A-Z]+(?=[\s:,|\]-]|$)|[A-Za-z]+\s*[:|])/
const CATEGORY = /^\s*(\S+) - /
const SEPARATORS = /^[\]\s:,|]+(?:- +)?/

/** Reads the level number of any record; NaN if it has none that is known. */
export function levelIn(entry: LogEntry): number {
  if (entry.isJson) return readLevel(entry)
  const inner = innerOf(entry)
  return inner?.isJson ? readLevel(inner) : readText(entry).level
}

/** Reads what a program has written in a container, with or without a time. */
export function readInner(inner: LogEntry): TextFacts {
  const { bytes, start, end, isTimed } = inner
  if (!inner.isJson && isTimed) return readText(inner)
  const text = textOf(bytes, start, end)
  if (!inner.isJson) return readRest('', ` ${text}`)
  return { level: readLevel(inner), name: readFacts(inner).name, message: text }
}

/** Reads a text record. A record without a time is all message. */
export function readText(entry: LogEntry): TextFacts {
  const { bytes, start, end, isTimed, timeLength } = entry
  const inner = isTimed ? innerOf(entry) : undefined
  if (inner) return readInner(inner)
  const plain = { level: Number.NaN, name: '' }
  if (!isTimed) return { ...plain, message: textOf(bytes, start, end) }
  const head = textOf(bytes, start, start + timeLength).replace(COLORS, '')
  const rest = textOf(bytes, start + timeLength, end)
  const isColored = rest.includes(ESCAPE)
  return readRest(head, joinReport(isColored ? rest.replace(COLORS, '') : rest, head))
}

function readRest(head: string, shown: string): TextFacts {
  return readMarks(head, shown) ?? readColumns(head, shown) ?? readPlain(shown)
}

function readPlain(rest: string): TextFacts {
  const plain = { level: Number.NaN, name: '' }
  const found = LEVEL.exec(rest)
  const level = levelOf(found?.[1])
  if (!found || Number.isNaN(level)) {
    const later = levelOf(LATER_LEVEL.exec(rest.slice(0, 200))?.[1])
    return { ...plain, level: later, message: rest.replace(SEPARATORS, '') }
  }
  if (!MARKED.test(rest)) return { level, name: '', message: rest.replace(SEPARATORS, '') }
  const behind = rest.slice(found[0].length)
  const category = CATEGORY.exec(behind)
  if (category) {
    return { level, name: category[1] ?? '', message: behind.slice(category[0].length) }
  }
  return { level, name: '', message: behind.replace(SEPARATORS, '') }
}

function textOf(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('utf8', start, bytes[end - 1] === 0x0d ? end - 1 : end)
}
