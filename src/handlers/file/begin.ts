// Begin: the time of records, and that of a log file's first one.

import { fstatSync, readSync } from 'node:fs'
import type { Delivery } from '../handler.js'

/** As far as a line's time can stand from its start. */
const HEAD = 64
const TIME = /^\{"level":\d+,"time":(\d+(?:\.\d+)?)/

/** Milliseconds since the epoch; now for a line without. */
export function timeOf({ buffer, start, end }: Delivery): number {
  return readTime(buffer.toString('latin1', start, Math.min(end, start + HEAD))) ?? Date.now()
}

/** When a log file that is not empty began: the time of its first record, or else what the system knows. */
export function beginOf(fd: number): number {
  const { birthtimeMs, mtimeMs } = fstatSync(fd)
  const head = Buffer.alloc(HEAD)
  const length = fstatSync(fd).isFile() ? readSync(fd, head, 0, HEAD, 0) : 0
  const created = birthtimeMs > 0 ? Math.min(birthtimeMs, mtimeMs) : mtimeMs
  return readTime(head.toString('latin1', 0, length)) ?? created
}

function readTime(head: string): number | undefined {
  const time = TIME.exec(head)?.[1]
  return time === undefined ? undefined : Number(time)
}
