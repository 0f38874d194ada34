// Pretty: a formatter of records as text for people.
//
//   14:02:07.311 WARN  db.pool (fork#1/worker#2) connection lost  attempt=3 host='db1'
//       Error: read ECONNRESET
//           at …

import * as util from 'node:util'
import { levelName } from '../core/level.js'
import { RealDate } from '../core/originals.js'
import { printable } from '../core/printable.js'
import type { LogRecord } from '../core/record.js'

type Style = Parameters<typeof util.styleText>[0]
type Paint = (style: Style, text: string) => string

const LEVEL_STYLES: Readonly<Record<string, Style>> = {
  trace: 'gray',
  debug: 'cyan',
  info: 'green',
  warn: 'yellow',
  error: 'red',
  fatal: ['bold', 'red'],
}
const OWN = new Set(['level', 'time', 'pid', 'tid', 'source', 'seq', 'name', 'msg', 'lib'])
const INDENT = '    '
/** A terminal with fewer columns is narrow. */
const WIDE = 60

export interface PrettyOptions {
  /** Whether to write ANSI colours. */
  readonly colors: boolean
  /** Width of the terminal. On a narrow one, milliseconds and source are left out. Default: not narrow. */
  readonly columns?: number | undefined
}

/** Creates a function that formats a record as one line, followed by indented lines if it has line feeds or errors. */
export function createPretty(options: PrettyOptions): (record: LogRecord) => string {
  const isNarrow = (options.columns ?? WIDE) < WIDE
  const paint: Paint =
    options.colors && typeof util.styleText === 'function' ? forced : (_style, text) => text
  return (record) => {
    const level = Number.isNaN(record.level) ? '' : levelName(record.level)
    const where = isNarrow ? '' : ` ${paint('gray', `(${printable(record.source)})`)}`
    const time = isNarrow ? clock(record.time).slice(0, -4) : clock(record.time)
    const head = `${paint('gray', time)} ${paint(LEVEL_STYLES[level] ?? 'red', level.toUpperCase().padEnd(5))}`
    const { fields, errors } = split(record, options.colors, paint)
    const line = `${head} ${paint('bold', printable(record.name))}${where} ${indent(record.msg)}`
    return [line + (fields && `  ${fields}`), ...errors].join('\n')
  }
}

// Whether to use colours was decided before: keep styleText from checking this thread's stdout.
function forced(style: Style, text: string): string {
  return util.styleText(style, text, { validateStream: false })
}

function split(
  record: LogRecord,
  colors: boolean,
  paint: Paint,
): { readonly fields: string; readonly errors: readonly string[] } {
  const fields: string[] = []
  const errors: string[] = []
  for (const [key, value] of Object.entries(record)) {
    if (OWN.has(key)) continue
    if (isErrorRecord(value)) errors.push(...describeError(key === 'err' ? '' : `${key}: `, value))
    else fields.push(`${paint('gray', `${printable(key)}=`)}${inspect(value, colors)}`)
  }
  return { fields: fields.join(' '), errors }
}

interface ErrorRecord {
  readonly type: string
  readonly message: string
  readonly stack?: string
  readonly cause?: unknown
  readonly errors?: unknown
}

function isErrorRecord(value: unknown): value is ErrorRecord {
  if (typeof value !== 'object' || value === null) return false
  const { type, message } = value as Partial<ErrorRecord>
  return typeof type === 'string' && typeof message === 'string'
}

function describeError(label: string, error: ErrorRecord, depth = 1): string[] {
  const text = error.stack ?? `${error.type}: ${error.message}`
  const lines = [`${INDENT.repeat(depth)}${label}${indent(text, depth + 1)}`]
  if (isErrorRecord(error.cause))
    lines.push(...describeError('caused by: ', error.cause, depth + 1))
  for (const each of Array.isArray(error.errors) ? error.errors : []) {
    if (isErrorRecord(each)) lines.push(...describeError('- ', each, depth + 1))
  }
  return lines
}

/** What util.inspect does not escape. */
const UNESCAPED = /[\p{Bidi_C}\u2028\u2029]/gu

// A value on one line.
function inspect(value: unknown, colors: boolean): string {
  const options = { colors, compact: true, breakLength: Number.POSITIVE_INFINITY, depth: 6 }
  return util.inspect(value, options).replace(UNESCAPED, printable)
}

function clock(time: number): string {
  const date = new RealDate(time)
  const two = (part: number): string => String(part).padStart(2, '0')
  const hours = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')
  return `${hours}.${String(date.getMilliseconds()).padStart(3, '0')}`
}

// Indents the lines after a line feed, so that no part of a message can look like another record.
function indent(text: string, depth = 1): string {
  return String(text)
    .split(/\r?\n/)
    .map((line) => printable(line))
    .join(`\n${INDENT.repeat(depth)}`)
}
