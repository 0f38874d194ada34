// Begin: reads the time of a record, and the time at which a log file begins, without parsing JSON.

import { fstatSync, readSync } from 'node:fs'
import { wallNow } from '../../core/originals.js'
import type { Delivery } from '../handler.js'

/** Bytes at the start of a line that contain its time. */
const HEAD = 64
const TIME = /^\{"level":\d+,"time":(\d+(?:\.\d+)?)/

/** The record's time in milliseconds since the epoch; the current time if the line has none. */
export function timeOf({ buffer, start, end }: Pick<Delivery, 'buffer' | 'start' | 'end'>): number {
  return readTime(buffer.toString('latin1', start, Math.min(end, start + HEAD))) ?? wallNow()
}

/**
 * When a log file that is not empty began, in milliseconds since the epoch: the time of its first record, else the
 * earlier of the file's birth time (if known) and modification time.
 */
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
