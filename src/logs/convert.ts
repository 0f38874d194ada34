// Convert: a record of any log in the format that was asked for.

import { basename } from 'node:path'
import type { LogRecord } from '../core/record.js'
import { createPretty } from '../formatters/pretty.js'
import { levelOf, readText } from './facts.js'
import type { LogEntry } from './records.js'

export type Format = 'raw' | 'json' | 'pretty'

/** The text of a record, without its line's end; undefined if it goes as it is. `path` is that of its log. */
export type Convert = (entry: LogEntry, path: string) => string | undefined

/** Undefined if all records go as they are. */
export function createConvert(format: Format, colors: boolean): Convert | undefined {
  if (format === 'raw') return undefined
  if (format === 'json') return (entry, path) => (entry.isJson ? undefined : asJson(entry, path))
  const pretty = createPretty({ colors })
  return (entry, path) => {
    const record = entry.isJson ? parse(entry, path) : recordOf(entry, path)
    return record && Number.isFinite(record.time) ? pretty(record) : undefined
  }
}

// What is not known is left out, as is the time of what has none.
function asJson(entry: LogEntry, path: string): string {
  const { level, name, message } = readText(entry)
  return JSON.stringify({
    ...(Number.isFinite(level) && { level }),
    ...(Number.isFinite(entry.time) && { time: entry.time }),
    ...(name && { name }),
    msg: message,
    file: path,
  })
}

function recordOf(entry: LogEntry, path: string): LogRecord {
  const { level, name, message } = readText(entry)
  return {
    ...NOBODY,
    level,
    time: entry.time,
    source: basename(path),
    name: name || '-',
    msg: message,
  }
}

const NOBODY = { pid: 0, tid: 0, seq: 0 }

// Members that other libraries call differently are put under our names.
function parse(entry: LogEntry, path: string): LogRecord | undefined {
  const line = entry.bytes.toString('utf8', entry.start, entry.end)
  let parsed: Record<string, unknown>
  try {
    parsed = JSON.parse(line) as Record<string, unknown>
  } catch {
    return undefined
  }
  const { level, severity, name, label, source, msg, message, timestamp, v, ...fields } = parsed
  const isMessage = msg === undefined
  return {
    ...NOBODY,
    ...fields,
    ...(!isMessage && message !== undefined && { message }),
    level: levelOf(level ?? severity),
    time: entry.time,
    source: typeof source === 'string' ? source : basename(path),
    name: textOf(name ?? label) || '-',
    msg: textOf(isMessage ? message : msg),
  }
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}
