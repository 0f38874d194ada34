// Rows: writes merged records into the table of a database, one row each.

import { isUtf8 } from 'node:buffer'
import { levelName } from '../core/level.js'
import { RealDate, setImmediate } from '../core/originals.js'
import type { LogDatabase } from './database.js'
import { levelOf, readFacts, readLevel, readText } from './facts.js'
import type { Log } from './log.js'
import { Members } from './members.js'
import type { Sink } from './merge.js'
import { messageOf } from './message.js'
import type { LogEntry } from './page.js'
import { joinDocker } from './parts.js'
import { isTime } from './repeated.js'
import type { Value } from './sqlite.js'

const names = (text: string): ReadonlySet<string> => new Set(text.split(' '))
const LEVELS = names('level severity lvl levelname')
const TIMES = names('time timestamp @timestamp ts __REALTIME_TIMESTAMP')

export class Rows implements Sink {
  readonly #database: LogDatabase
  readonly #flushed: () => void

  /** `flushed` is called after each flush. */
  constructor(database: LogDatabase, flushed: () => void) {
    this.#database = database
    this.#flushed = flushed
  }

  write({ page, path }: Log): void {
    this.#database.add(rowOf(page.entry(page.first), path))
    page.shift()
  }

  settle(): void {}

  get isFull(): boolean {
    return this.#database.isFull
  }

  // Signals are heard in between.
  async flush(): Promise<void> {
    this.#database.commit()
    this.#flushed()
    await new Promise<void>((resolve) => setImmediate(resolve))
  }
}

/** The values of a record's columns. `path` is its log's. */
export function rowOf(entry: LogEntry, path: string): Value[] {
  const { time } = entry
  const isTimed = Number.isFinite(time)
  const { level, name, source, pid, message, fields } = entry.isJson ? ofJson(entry) : ofText(entry)
  return [
    isTimed ? new RealDate(Math.floor(time)).toISOString() : null,
    isTimed ? Math.round(time * 1000) : null,
    Number.isFinite(level) ? level : null,
    Number.isFinite(level) ? levelName(level) : null,
    name || null,
    source || path,
    pid,
    message,
    path,
    fields,
    lineOf(entry),
  ]
}

interface Columns {
  readonly level: number
  readonly name: string
  readonly source: string
  readonly pid: number | null
  readonly message: string | null
  /** A JSON object. */
  readonly fields: string | null
}

function ofText(entry: LogEntry): Columns {
  return { ...readText(entry), source: '', pid: null, fields: null }
}

function ofJson(entry: LogEntry): Columns {
  const facts = readFacts(entry)
  const { name, source } = facts
  const level = readLevel(entry)
  const pid = /^\d{1,15}$/.test(facts.pid) ? Number(facts.pid) : null
  const text = joinDocker(entry.bytes.toString('utf8', entry.start, entry.end))
  const record = parse(text)
  if (!record) return { level, name, source, pid, message: text, fields: null }
  const found = messageOf(record)
  const isColumn = (of: string): boolean =>
    of === found?.key ||
    (LEVELS.has(of) && !Number.isNaN(levelOf(record[of]))) ||
    (TIMES.has(of) && isTime(record[of], entry.time)) ||
    ((of === 'name' || of === 'logger') && record[of] === name) ||
    (of === 'source' && record[of] === source) ||
    (of === 'pid' && record[of] === pid)
  const message = found?.text ?? null
  return { level, name, source, pid, message, fields: fieldsOf(entry, isColumn) }
}

const members = new Members()

// As they are written, because numbers may have more digits than JavaScript's.
function fieldsOf({ bytes, start, end }: LogEntry, isColumn: (key: string) => boolean): string {
  const fields: string[] = []
  members.open(bytes, start, end)
  while (members.next()) {
    const { keyStart, keyEnd, valueEnd } = members
    if (!isColumn(bytes.toString('utf8', keyStart, keyEnd)))
      fields.push(bytes.toString('utf8', keyStart - 1, valueEnd))
  }
  return `{${fields.join(',')}}`
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return undefined
  }
}

// Bytes that are no UTF-8 stay as they are.
function lineOf({ bytes, start, end }: LogEntry): string | Uint8Array {
  const line = bytes.subarray(start, end)
  return isUtf8(line) ? line.toString() : Buffer.from(line)
}
