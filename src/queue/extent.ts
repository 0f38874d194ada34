// Extent: how many bytes of a segment are written, in the segment itself, where a file's size does not tell.
//
// A mapped segment has its whole size from its beginning. Its first frame has kind EXTENT, and for payload two words: the
// extent and an empty one. The writer stores the extent behind the bytes it is about, and the reader reads it before them.

import { fstatSync, readSync, writeSync } from 'node:fs'
import { HEADER, Kind, readFrame, writeFrame } from './frame.js'

const PAYLOAD = 8
const HEAD = { kind: Kind.EXTENT, level: 0, time: 0, seq: 0 }
const word = Buffer.alloc(4)

/** Where the extent stands in the file; a multiple of its size. */
export const EXTENT_AT: number = HEADER

/** Bytes of the frame, behind which the others stand. */
export const EXTENT_FRAME: number = HEADER + PAYLOAD

/** Begins a segment, with an extent of 0. */
export function writeExtent(fd: number): void {
  const frame = Buffer.alloc(EXTENT_FRAME)
  writeFrame(frame, 0, HEAD, '\0'.repeat(PAYLOAD))
  writeSync(fd, frame, 0, EXTENT_FRAME, 0)
}

/** Whether a segment has an extent; undefined while too little of it is there to know. */
export function hasExtent(fd: number): boolean | undefined {
  const bytes = Buffer.alloc(EXTENT_FRAME)
  if (readSync(fd, bytes, 0, EXTENT_FRAME, 0) < EXTENT_FRAME) return undefined
  const frame = readFrame(bytes, 0, EXTENT_FRAME)
  return typeof frame === 'object' && frame.kind === Kind.EXTENT
}

export function readExtent(fd: number): number {
  return readSync(fd, word, 0, 4, EXTENT_AT) === 4 ? word.readUInt32LE(0) : 0
}

/** Bytes written into a segment of either kind. */
export function writtenIn(fd: number): number {
  return hasExtent(fd) ? readExtent(fd) : fstatSync(fd).size
}
