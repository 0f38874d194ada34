// Convert: turns a record of any log into the output format of `logshare merge`.

import { basename } from 'node:path'
import { escapeControls } from '../core/encode.js'
import { printable } from '../core/printable.js'
import type { LogRecord } from '../core/record.js'
import { createPretty } from '../formatters/pretty.js'
import { readFacts, readInner, readLevel, readText } from './facts.js'
import { innerOf } from './inner.js'
import { LineReader } from './line.js'
import { messageOf, textOf } from './message.js'
import type { LogEntry } from './page.js'
import { joinDocker } from './parts.js'
import { isRepeated } from './repeated.js'

export type Format = 'raw' | 'json' | 'pretty'

/**
 * Returns a record's text without a line feed, or undefined if its bytes are written unchanged. `path` is its log's.
 */
export type Convert = (entry: LogEntry, path: string) => string | undefined

/** Returns undefined if all records are written unchanged. */
export function createConvert(format: Format, colors: boolean): Convert | undefined {
  if (format === 'raw') return undefined
  if (format === 'json')
    return (entry, path) => (entry.isJson ? inOneLine(entry) : asJson(entry, path))
  const pretty = createPretty({ colors })
  return (entry, path) => {
    const record = entry.isJson ? parse(entry, path) : recordOf(entry, path)
    if (record && Number.isFinite(record.time)) return pretty(record)
    const text = entry.bytes.toString('utf8', entry.start, entry.end)
    return text.split(/\r?\n/).map(printable).join('\n')
  }
}

// Undefined if it is.
function inOneLine({ bytes, start, end }: LogEntry): string | undefined {
  const feed = bytes.indexOf(0x0a, start)
  if (feed < 0 || feed >= end) return undefined
  return escapeControls(joinDocker(bytes.toString('utf8', start, end)))
}

// Members that are not known are left out.
function asJson(entry: LogEntry, path: string): string {
  const { level, name, message } = readText(entry)
  const record = {
    ...(Number.isFinite(level) && { level }),
    ...(Number.isFinite(entry.time) && { time: entry.time }),
    ...(name && { name }),
    msg: message,
    file: path,
  }
  return escapeControls(JSON.stringify(record))
}

function recordOf(entry: LogEntry, path: string): LogRecord {
  const own = ofProgram(innerOf(entry), path)
  if (own) return own
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

// Renames members of other libraries' records to those of ours.
function parse(entry: LogEntry, path: string): LogRecord | undefined {
  const inner = innerOf(entry)
  const own = ofProgram(inner, path)
  if (own) return own
  const line = joinDocker(entry.bytes.toString('utf8', entry.start, entry.end))
  let parsed: Record<string, unknown>
  try {
    parsed = JSON.parse(line) as Record<string, unknown>
  } catch {
    return undefined
  }
  const { source, v, ...fields } = parsed
  const message = messageOf(fields)
  if (message) delete fields[message.key]
  const level = readLevel(entry)
  const name = textOf(parsed.name ?? parsed.label) || readFacts(entry).name
  for (const [key, value] of Object.entries(fields))
    if (isRepeated(key, value, { level, name, time: entry.time })) delete fields[key]
  return {
    ...NOBODY,
    ...fields,
    level,
    time: entry.time,
    source: typeof source === 'string' ? source : basename(path),
    name: name || '-',
    msg: (inner ? readInner(inner).message : message?.text) ?? '',
  }
}

// The JSON record of a program in a container, at the time of the runtime's line; undefined if it wrote none.
function ofProgram(inner: LogEntry | undefined, path: string): LogRecord | undefined {
  if (!inner?.isJson) return undefined
  const { bytes, start, end, time } = inner
  const lines = new LineReader(time)
  lines.read(bytes, start, end)
  const record = parse({ ...inner, time: lines.time }, path)
  return record && { ...record, time }
}
