// Open: finds the segment that a reader goes on with, and opens it.

import { closeSync, openSync } from 'node:fs'
import { hasExtent, isFree } from './extent.js'
import { nextSegment, segmentPath } from './segment.js'

export interface OpenSegment {
  readonly fd: number
  readonly number: number
}

/** The segment of this number, or the next one if an earlier reader has released its file. Undefined while it has not begun. */
export function openSegment(
  directory: string,
  producer: string,
  number: number,
): OpenSegment | undefined {
  let fd: number
  try {
    fd = openSync(segmentPath(directory, producer, number), 'r')
  } catch {
    return undefined // not created yet
  }
  if (!hasExtent(fd) || !isFree(fd)) return { fd, number }
  closeSync(fd)
  // An earlier reader has released the file, or the writer has not begun yet, which then is the last one.
  const next = nextSegment(directory, producer, number)
  return next === undefined ? undefined : openSegment(directory, producer, next)
}
