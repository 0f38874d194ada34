// Dedupe: leaves out records that the previous listener had already written to the log file after its last mark.

import { closeSync, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs'
import type { LogRecord } from '../../core/record.js'
import type { Delivery } from '../handler.js'
import { type Format, parseRecord } from '../lines.js'
import { LISTENER_SOURCE } from '../report.js'
import type { RotatedPart } from './tail.js'

/** Bytes read after a mark, at most: a batch and one large record. */
const MAX_BYTES = 64 * 2 ** 20
/** Records compared before the dedupe ends: records read again are the oldest ones and come first. */
const MAX_RECORDS = 2 ** 18
const LINE_FEED = 0x0a

export class Dedupe {
  // Keys (producer and sequence number), or lines, of records already in the file. Empty except shortly after a takeover.
  readonly #written = new Set<string>()
  readonly #format: Format | undefined
  #compared = 0

  /**
   * Reads the log file from offset `from` and the given parts of rotated files. Cuts an incomplete last line off the
   * log file: its writer died while writing it. No `fd`: it is no regular file, and cannot be read. `format`: makes the
   * lines of the file, which are compared as texts then. Default: the lines are those of the producers.
   */
  constructor(
    fd: number | undefined,
    from: number,
    rotated: readonly RotatedPart[],
    format?: Format,
  ) {
    this.#format = format
    if (fd === undefined) return
    for (const part of rotated) this.#readRotated(part)
    this.#read(fd, from, true)
  }

  /** Whether records that the file already has may still come. */
  get isActive(): boolean {
    return this.#written.size > 0
  }

  /** The records that are not in the file yet. */
  filter(records: readonly Delivery[]): readonly Delivery[] {
    if (!this.isActive) return records
    const format = this.#format ?? keyOf
    const left = records.filter((record) => !this.#written.delete(format(parseRecord(record))))
    this.#compared += records.length
    if (this.#compared > MAX_RECORDS) this.#written.clear()
    return left
  }

  #readRotated({ path, from }: RotatedPart): void {
    const fd = openSync(path, 'r')
    try {
      this.#read(fd, from, false)
    } finally {
      closeSync(fd)
    }
  }

  #read(fd: number, from: number, isCurrent: boolean): void {
    const { size } = fstatSync(fd)
    const bytes = Buffer.alloc(Math.max(0, Math.min(size - from, MAX_BYTES)))
    const length = readSync(fd, bytes, 0, bytes.length, from)
    const end = bytes.lastIndexOf(LINE_FEED, length) + 1
    if (isCurrent && end < length && from + length === size) ftruncateSync(fd, from + end)
    for (const line of bytes.toString('utf8', 0, end).split('\n')) {
      const key = this.#format ? line : line && keyOfLine(line)
      if (key) this.#written.add(key)
    }
  }
}

// The listener's own records are in no queue and are never read again.
function keyOfLine(line: string): string | undefined {
  try {
    const record = JSON.parse(line) as LogRecord
    return record.source === LISTENER_SOURCE ? undefined : keyOf(record)
  } catch {
    return undefined // not a JSON line: pretty format, or written by another program
  }
}

function keyOf({ source, pid, tid, seq }: LogRecord): string {
  return `${source} ${pid}/${tid} ${seq}`
}
