// Lines: a batch of records as one piece of bytes, each record followed by a line feed.

import { LEVELS } from '../core/level.js'
import type { LogRecord } from '../core/record.js'
import type { Delivery } from './handler.js'

const LINE_FEED = 0x0a
const START = 64 * 1024
/** A buffer that one batch has made larger than this is not kept for the next. */
const KEPT = 4 * 2 ** 20

export type Format = (record: LogRecord) => string

/** Joins batches into a buffer of its own, which is valid until the next call. */
export class Lines {
  readonly #format: Format | undefined
  #buffer: Buffer = Buffer.allocUnsafe(START)

  /** Without a format a line is the record's JSON as the producer made it. */
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
    if (joined.length > KEPT) this.#buffer = Buffer.allocUnsafe(START)
    return joined.subarray(0, size)
  }

  #joinText(records: readonly Delivery[], format: Format): Uint8Array {
    let text = ''
    for (const record of records) text += `${format(parseRecord(record))}\n`
    return Buffer.from(text)
  }
}

/** The record of a line; a line that is not JSON, which only damage can bring about, becomes its message. */
export function parseRecord({ buffer, start, end, level, seq }: Delivery): LogRecord {
  return parseLine(buffer.toString('utf8', start, end), level, seq)
}

/** The same for a line whose frame is elsewhere. */
export function parseLine(line: string, level: number = LEVELS.info, seq = 0): LogRecord {
  try {
    return JSON.parse(line) as LogRecord
  } catch {
    return { level, time: 0, pid: 0, tid: 0, source: '', seq, name: 'logshare', msg: line }
  }
}
