// Lines: joins a batch of records into one block of bytes, each record ended by a line feed; and parses lines.

import { LEVELS } from '../core/level.js'
import type { LogRecord } from '../core/record.js'
import type { Delivery } from './handler.js'

const LINE_FEED = 0x0a
const INITIAL_SIZE = 64 * 1024
/** A buffer that a batch made larger than this is not reused. */
const MAX_REUSED = 4 * 2 ** 20

export type Format = (record: LogRecord) => string

/** Joins batches in a reused buffer: the result is valid until the next call. */
export class Lines {
  readonly #format: Format | undefined
  #buffer: Buffer = Buffer.allocUnsafe(INITIAL_SIZE)

  /** `format` makes the text of a record. Default: the JSON line as the producer encoded it, without parsing it. */
  constructor(format?: Format) {
    this.#format = format
  }

  join(records: readonly Delivery[]): Uint8Array {
    return this.#format ? this.#joinText(records, this.#format) : this.#joinBytes(records)
  }

  #joinBytes(records: readonly Delivery[]): Uint8Array {
    let size = 0
    for (const { start, end } of records) size += end - start + 1
    if (size > this.#buffer.length) this.#buffer = Buffer.allocUnsafe(size)
    const joined = this.#buffer
    let at = 0
    for (const { buffer, start, end } of records) {
      at += buffer.copy(joined, at, start, end)
      joined[at++] = LINE_FEED
    }
    if (joined.length > MAX_REUSED) this.#buffer = Buffer.allocUnsafe(INITIAL_SIZE)
    return joined.subarray(0, size)
  }

  #joinText(records: readonly Delivery[], format: Format): Uint8Array {
    let text = ''
    for (const record of records) text += `${format(parseRecord(record))}\n`
    return Buffer.from(text)
  }
}

/**
 * Parses a record's line. A line that is not JSON, which only damage can cause, becomes the message of a new record.
 */
export function parseRecord({ buffer, start, end, level, seq }: Delivery): LogRecord {
  return parseLine(buffer.toString('utf8', start, end), level, seq)
}

/** The same for a line that a handler has kept. */
export function parseBytes(line: Uint8Array): LogRecord {
  return parseLine(Buffer.from(line.buffer, line.byteOffset, line.length).toString())
}

/** The same for a line without its frame. */
export function parseLine(line: string, level: number = LEVELS.info, seq = 0): LogRecord {
  try {
    return JSON.parse(line) as LogRecord
  } catch {
    return { level, time: 0, pid: 0, tid: 0, source: '', seq, name: 'logshare', msg: line }
  }
}
