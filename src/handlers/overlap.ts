// Overlap: the records that stand in a log file behind the mark of a listener that has died; they are not written again.

import { fstatSync, ftruncateSync, readSync } from 'node:fs'
import type { LogRecord } from '../core/record.js'
import type { Delivery } from './handler.js'
import { parseRecord } from './lines.js'

/** Bytes that are read behind a mark: a batch and one large record. */
const MAX_BYTES = 64 * 2 ** 20
/** Records after which nothing of the overlap can come any more: it is the oldest there is. */
const MAX_RECORDS = 2 ** 18
const LINE_FEED = 0x0a

export class Overlap {
  // By producer and count; empty but for the first moments of a successor.
  readonly #written: Set<string>
  #compared = 0

  /** Reads the file from an offset on, and cuts off the half of a line that its writer died in. */
  constructor(fd: number, from: number) {
    this.#written = readKeys(fd, from)
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
}

function readKeys(fd: number, from: number): Set<string> {
  const { size } = fstatSync(fd)
  const bytes = Buffer.alloc(Math.max(0, Math.min(size - from, MAX_BYTES)))
  const length = readSync(fd, bytes, 0, bytes.length, from)
  const end = bytes.lastIndexOf(LINE_FEED, length) + 1
  if (end < length && from + length === size) ftruncateSync(fd, from + end)
  const keys = new Set<string>()
  for (const line of bytes.toString('utf8', 0, end).split('\n')) {
    const key = line && keyOfLine(line)
    if (key) keys.add(key)
  }
  return keys
}

function keyOfLine(line: string): string | undefined {
  try {
    return keyOf(JSON.parse(line) as LogRecord)
  } catch {
    return undefined // a pretty line, or somebody else's
  }
}

function keyOf({ source, pid, tid, seq }: LogRecord): string {
  return `${source} ${pid}/${tid} ${seq}`
}
