// Dedupe: the records that stand in a log file behind the mark of a listener that has died; they are not written again.

import { closeSync, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs'
import type { LogRecord } from '../../core/record.js'
import type { Delivery } from '../handler.js'
import { parseRecord } from '../lines.js'
import { LISTENER_SOURCE } from '../report.js'
import type { Piece } from './pieces.js'

/** Bytes that are read behind a mark: a batch and one large record. */
const MAX_BYTES = 64 * 2 ** 20
/** Records after which nothing of the overlap can come any more: it is the oldest there is. */
const MAX_RECORDS = 2 ** 18
const LINE_FEED = 0x0a

export class Dedupe {
  // By producer and count; empty but for the first moments of a successor.
  readonly #written = new Set<string>()
  #compared = 0

  /** Reads the file, and what was put aside before, and cuts off the half of a line that its writer died in. */
  constructor(fd: number, from: number, aside: readonly Piece[]) {
    for (const piece of aside) this.#readAside(piece)
    this.#read(fd, from, true)
  }

  /** Whether some of it is still to come. */
  get isOpen(): boolean {
    return this.#written.size > 0
  }

  /** Those of the records that are not in the file yet. */
  remove(records: readonly Delivery[]): readonly Delivery[] {
    if (!this.isOpen) return records
    const left = records.filter((record) => !this.#written.delete(keyOf(parseRecord(record))))
    this.#compared += records.length
    if (this.#compared > MAX_RECORDS) this.#written.clear()
    return left
  }

  #readAside({ path, from }: Piece): void {
    const fd = openSync(path, 'r')
    try {
      this.#read(fd, from, false)
    } finally {
      closeSync(fd)
    }
  }

  #read(fd: number, from: number, isOurs: boolean): void {
    const { size } = fstatSync(fd)
    const bytes = Buffer.alloc(Math.max(0, Math.min(size - from, MAX_BYTES)))
    const length = readSync(fd, bytes, 0, bytes.length, from)
    const end = bytes.lastIndexOf(LINE_FEED, length) + 1
    if (isOurs && end < length && from + length === size) ftruncateSync(fd, from + end)
    for (const line of bytes.toString('utf8', 0, end).split('\n')) {
      const key = line && keyOfLine(line)
      if (key) this.#written.add(key)
    }
  }
}

// The listener's own records are in no queue: they do not come again.
function keyOfLine(line: string): string | undefined {
  try {
    const record = JSON.parse(line) as LogRecord
    return record.source === LISTENER_SOURCE ? undefined : keyOf(record)
  } catch {
    return undefined // a pretty line, or somebody else's
  }
}

function keyOf({ source, pid, tid, seq }: LogRecord): string {
  return `${source} ${pid}/${tid} ${seq}`
}
