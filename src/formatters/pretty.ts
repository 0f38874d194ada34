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
import { describeError, type ErrorStyle, isErrorRecord } from './text/error.js'
import { createPaint, levelStyle, readable, sourceStyle } from './text/palette.js'
import { widthOf, wrap } from './text/width.js'

const OWN = new Set(['level', 'time', 'pid', 'tid', 'source', 'seq', 'name', 'msg', 'lib'])
const INDENT = '    '
/** A terminal with fewer columns is narrow. */
const WIDE = 60

export interface PrettyOptions {
  /** Whether to write ANSI colours. */
  readonly colors: boolean
  /**
   * Width of the terminal, within which lines are broken. On a narrow one, milliseconds and source are left out. Default:
   * lines are not broken.
   */
  readonly columns?: number | undefined
  /**
   * Whether people watch: the source is shown once there is a second one, the date whenever the day changes, and paths are
   * relative to the current directory. Default false.
   */
  readonly isLive?: boolean
  /** `absolute`: time of day. `relative`: since the record before. `start`: since the first one. Default `absolute`. */
  readonly clock?: Clock | undefined
}

export type Clock = 'absolute' | 'relative' | 'start'

/** Creates a function that formats a record as one line, followed by indented lines if it has line feeds or errors. */
export function createPretty(options: PrettyOptions): (record: LogRecord) => string {
  const { columns, colors, isLive = false } = options
  const paint = createPaint(colors)
  const isNarrow = (columns ?? WIDE) < WIDE
  const time = createClock(options, isNarrow)
  const hasSource = createSources(isLive)
  const style = { paint, show: (value: unknown) => inspect(value, colors), isShort: isLive }
  return (record) => {
    const level = Number.isNaN(record.level) ? '' : levelName(record.level)
    const word = paint(levelStyle(level), level.toUpperCase().padEnd(5))
    const { day, text } = time(record.time)
    const isNamed = hasSource(record.source) && !isNarrow
    const source = isLive ? sourceStyle(record.source) : 'gray'
    const where = isNamed ? ` ${paint(source, `(${printable(record.source)})`)}` : ''
    const head = `${paint('gray', text)} ${word} ${paint('bold', printable(record.name))}${where} `
    const { fields, errors } = split(record, style)
    const body = layOut(head, indent(record.msg), fields, columns, colors)
    const date = day === undefined ? '' : `${paint('gray', `${INDENT}${day}`)}\n`
    return date + [body, ...errors].join('\n')
  }
}

// Returns whether a producer is shown.
function createSources(isLive: boolean): (source: string) => boolean {
  let first: string | undefined
  let isShown = !isLive
  return (source) => {
    first ??= source
    isShown ||= source !== first
    return isShown
  }
}

function createClock(
  { clock = 'absolute', isLive = false }: PrettyOptions,
  isNarrow: boolean,
): (time: number) => { readonly day?: string; readonly text: string } {
  let base: number | undefined
  let last: string | undefined
  return (time) => {
    const isFirst = base === undefined
    base ??= time
    const since = time - base
    if (clock === 'relative') base = time
    if (clock !== 'absolute') return { text: `+${(since / 1000).toFixed(3)}s`.padStart(9) }
    const text = isNarrow ? timeOf(time).slice(0, -4) : timeOf(time)
    if (!isLive) return { text }
    const day = dayOf(time)
    const isNew = day !== last && (!isFirst || day !== dayOf(new RealDate().getTime()))
    last = day
    return isNew ? { day, text } : { text }
  }
}

interface Field {
  readonly key: string
  readonly value: unknown
  readonly text: string
}

function split(
  record: LogRecord,
  style: ErrorStyle,
): { readonly fields: readonly Field[]; readonly errors: readonly string[] } {
  const fields: Field[] = []
  const errors: string[] = []
  for (const [name, value] of Object.entries(record)) {
    if (OWN.has(name)) continue
    const key = printable(name)
    if (isErrorRecord(value)) {
      errors.push(...describeError(name === 'err' ? '' : `${key}: `, value, style))
    } else {
      fields.push({ key, value, text: `${style.paint('gray', `${key}=`)}${style.show(value)}` })
    }
  }
  return { fields, errors }
}

// On a terminal, a message that is too long is broken under itself, and fields that do not fit get lines of their own.
function layOut(
  head: string,
  message: string,
  fields: readonly Field[],
  columns: number | undefined,
  colors: boolean,
): string {
  const joined = fields.length > 0 ? `  ${fields.map(({ text }) => text).join(' ')}` : ''
  const whole = `${head}${message}${joined}`
  if (columns === undefined) return whole
  const isOne = !message.includes('\n')
  if (isOne && whole.length < columns) return whole // colours only make it longer
  if (isOne && widthOf(whole) <= columns) return whole
  const column = widthOf(head)
  const deep = column <= columns / 2 ? ' '.repeat(column) : INDENT
  const parts = message.split('\n')
  const wrapped = parts.map((part, i) =>
    wrap(part, columns - (i === 0 ? column - deep.length : 0), deep),
  )
  return [`${head}${wrapped.join('\n')}`, ...alignFields(fields, columns, colors)].join('\n')
}

function alignFields(fields: readonly Field[], columns: number, colors: boolean): string[] {
  const widest = Math.min(24, Math.max(0, ...fields.map(({ key }) => widthOf(key))))
  return fields.flatMap(({ key, value }) => {
    const start = `${INDENT}${key}${' '.repeat(Math.max(0, widest - widthOf(key)))} = `
    const width = widthOf(start)
    const room = Math.max(20, columns - width)
    const options = { colors, compact: 3, breakLength: room, depth: 6 }
    const deep = ' '.repeat(width)
    const lines = readable(util.inspect(value, options)).split('\n').map(safe)
    const text = lines.map((line) => wrap(line, columns, deep)).join(`\n${deep}`)
    return (start + text).split('\n')
  })
}

/** What util.inspect does not escape. */
const UNESCAPED = /[\p{Bidi_C}\u2028\u2029]/gu

function safe(text: string): string {
  return text.replace(UNESCAPED, printable)
}

// A value on one line.
function inspect(value: unknown, colors: boolean): string {
  const options = { colors, compact: true, breakLength: Number.POSITIVE_INFINITY, depth: 6 }
  return safe(readable(util.inspect(value, options)))
}

function timeOf(time: number): string {
  const date = new RealDate(time)
  const hours = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')
  return `${hours}.${String(date.getMilliseconds()).padStart(3, '0')}`
}

function dayOf(time: number): string {
  const date = new RealDate(time)
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(two).join('-')
}

function two(part: number): string {
  return String(part).padStart(2, '0')
}

// Indents the lines after a line feed, so that no part of a message can look like another record.
function indent(text: string): string {
  return String(text)
    .split(/\r?\n/)
    .map((line) => printable(line))
    .join(`\n${INDENT}`)
}
