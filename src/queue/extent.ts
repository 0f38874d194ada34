// Extent: the first frame of a mapped segment, which holds what the file's name and size do not tell.
//
//   0               24       28       32
//   +---------------+--------+--------+--------
//   | header:       | extent | holder | frames …
//   | kind EXTENT   | u32    | u32    |
//   +---------------+--------+--------+--------
//
// `extent` is the number of bytes written: a mapped segment has its final size from the start. Invariant: the one writer
// first writes a frame and then stores the extent behind it with one atomic store of an aligned word. The one reader
// reads the extent first and then only bytes before it, so it never sees a frame that is not complete.
//
// `holder` is the segment's number while the file holds that segment, and FREE before the segment has begun and after the
// reader has released it. The writer renames a released file and begins its next segment in it: to allocate and clear the
// memory of a new file would cost as much as writing the records. Invariant: only the writer stores a number, and FREE
// only if the file is new; after that only the reader does. Anything but FREE counts as a number, so that damage hides no
// records.

import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs'
import { endOfFrames, HEADER, Kind, readFrame, writeFrame } from './frame.js'
import { segmentPath } from './segment.js'

const PAYLOAD = 8
const HEAD = { kind: Kind.EXTENT, level: 0, time: 0, seq: 0 }
const HOLDER_AT = HEADER + 4
/** The bytes "FREE". */
export const FREE = 0x45455246
const word = Buffer.alloc(4)
/** Bytes of a file that are looked through at once. */
const CHUNK = 64 * 1024

/** Offset of the extent and the holder in the file; a multiple of 4, as an atomic store requires. */
export const EXTENT_AT: number = HEADER

/** Size of the EXTENT frame in bytes; the other frames follow it. */
export const EXTENT_FRAME: number = HEADER + PAYLOAD

/** Writes the EXTENT frame at the start of a file, with an extent of 0 and without a holder. */
export function writeExtent(fd: number): void {
  const frame = Buffer.alloc(EXTENT_FRAME)
  writeFrame(frame, 0, HEAD, '\0'.repeat(PAYLOAD))
  frame.writeUInt32LE(FREE, HOLDER_AT)
  writeSync(fd, frame, 0, EXTENT_FRAME, 0)
}

/** Whether a segment has an extent; undefined while the file is too short to tell. */
export function hasExtent(fd: number): boolean | undefined {
  const bytes = Buffer.alloc(EXTENT_FRAME)
  if (readSync(fd, bytes, 0, EXTENT_FRAME, 0) < EXTENT_FRAME) return undefined
  const frame = readFrame(bytes, 0, EXTENT_FRAME)
  return typeof frame === 'object' && frame.kind === Kind.EXTENT
}

/** The extent of a mapped segment, in bytes; 0 if the file is too short. */
export function readExtent(fd: number): number {
  return readWord(fd, EXTENT_AT)
}

/** The offset behind the last complete frame of a file that lies behind `from`; `from` if there is none. */
export function endOfFramesIn(fd: number, from: number): number {
  const { size } = fstatSync(fd)
  if (!mayHoldFrames(fd, from, size)) return from
  const rest = Buffer.alloc(size - from)
  readSync(fd, rest, 0, rest.length, from)
  return from + endOfFrames(rest)
}

// The unused rest of a mapped segment is zeros. It is not read in one piece: with 64 producers that end, 2 MiB of garbage
// each, the process would stay larger by 35 MB.
function mayHoldFrames(fd: number, from: number, size: number): boolean {
  const chunk = Buffer.allocUnsafeSlow(CHUNK)
  for (let at = from; at < size; at += CHUNK - 1) {
    const read = readSync(fd, chunk, 0, CHUNK, at)
    if (chunk.subarray(0, read).includes('SL', 0, 'latin1')) return true
  }
  return false
}

/** Whether the file of a mapped segment holds none. */
export function isFree(fd: number): boolean {
  return readWord(fd, HOLDER_AT) === FREE
}

/** Gives the file of a mapped segment that was read to its end back to its writer. False if it is not mapped. */
export function release(path: string): boolean {
  try {
    const fd = openSync(path, 'r+')
    try {
      word.writeUInt32LE(FREE)
      return hasExtent(fd) === true && writeSync(fd, word, 0, 4, HOLDER_AT) === 4
    } finally {
      closeSync(fd)
    }
  } catch {
    return false
  }
}

/** Bytes written into a plain or mapped segment. */
export function writtenIn(fd: number): number {
  return hasExtent(fd) ? readExtent(fd) : fstatSync(fd).size
}

/** Bytes written into the segments of a producer, from a number on. */
export function writtenFrom(directory: string, producer: string, first: number): number {
  let bytes = 0
  for (let number = first; ; number++) {
    const written = writtenAt(segmentPath(directory, producer, number))
    if (written === undefined) return bytes
    bytes += written
  }
}

// Undefined if it cannot be opened.
function writtenAt(path: string): number | undefined {
  try {
    const fd = openSync(path, 'r')
    try {
      return writtenIn(fd)
    } finally {
      closeSync(fd)
    }
  } catch {
    return undefined
  }
}

function readWord(fd: number, at: number): number {
  return readSync(fd, word, 0, 4, at) === 4 ? word.readUInt32LE(0) : 0
}
