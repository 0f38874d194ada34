// Segment: one file of a FileQueue, named `<producer>.<number>.q`.
//
// Numbers start at 0 and grow by one. Invariant: the writer creates and appends, the reader removes, each in order.

import { readdirSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { pidNamespace } from '../core/foreign.js'
import { removeFile } from '../core/remove.js'
import { uniqueHex } from '../core/unique.js'
import { type FrameHead, Kind } from './frame.js'

const NAME = /^(.+)\.(\d+)\.q$/

/** Size in bytes from which a writer starts a new segment, so that the reader can remove those it has read. */
export const SEGMENT_SIZE: number = 8 * 2 ** 20

/** A segment that is being written. */
export interface Segment {
  /** Bytes written. */
  readonly size: number
  /** Whether a record with this text must go to the next segment. */
  isFullFor(text: string): boolean
  /** Appends a frame. Throws the system's error; then nothing was appended. */
  append(head: FrameHead, text: string): void
  /** Makes the segment of this number visible to the reader, if it is not yet. */
  begin?(number: number): void
  /** Appends the END frame. */
  end(): void
  /** Whether the reader has read the segment of this number to its end, and the file can be used again or is gone. */
  isRead(number: number): boolean
  close(): void
}

export const HELLO: FrameHead = { kind: Kind.HELLO, level: 0, time: 0, seq: 0 }
export const END: FrameHead = { kind: Kind.END, level: 0, time: 0, seq: 0 }

/** The number of the PID namespace of all processes that are in no container, also in names that have none. */
export const FIRST_SPACE = '4026531836'

/** The number of this process's PID namespace. */
export function ownSpace(): string {
  own ??= /\d+/.exec(pidNamespace())?.[0] ?? FIRST_SPACE
  return own
}

let own: string | undefined

/** The number of the PID namespace of a producer's process. */
export function spaceOf(producer: string): string {
  return producer.split('-')[3] ?? FIRST_SPACE
}

/** Creates a producer's name, unique in its directory even if process ids are reused. */
export function producerId(pid: number, tid: number): string {
  const space = ownSpace()
  const suffix = space === FIRST_SPACE ? '' : `-${space}`
  return `${pid}-${tid}-${uniqueHex()}${suffix}`
}

export function segmentPath(directory: string, producer: string, number: number): string {
  return join(directory, `${producer}.${number}.q`)
}

/** Path of a file whose existence says that the producer's process is exiting and writes no more records. */
export function endPath(directory: string, producer: string): string {
  return join(directory, `${producer}.end`)
}

/** Removes the segments before a number: they were read, but their removal was interrupted. */
export function removeBefore(directory: string, producer: string, number: number): void {
  for (let each = number - 1; each >= 0; each--) {
    try {
      unlinkSync(segmentPath(directory, producer, each))
    } catch {
      return
    }
  }
}

/** Removes all segments up to a number, and the files that were released and not used again. */
export function removeUpTo(directory: string, producer: string, last: number): void {
  for (const file of filesIn(directory)) {
    const [, name, digits] = NAME.exec(file) ?? []
    if (name === producer && Number(digits) <= last) removeFile(join(directory, file))
  }
}

/** The lowest segment number of a producer above `behind`; undefined if there is none. */
export function nextSegment(
  directory: string,
  producer: string,
  behind: number,
): number | undefined {
  let next: number | undefined
  for (const file of filesIn(directory)) {
    const [, name, digits] = NAME.exec(file) ?? []
    const number = Number(digits)
    if (name === producer && number > behind && !(next !== undefined && next < number))
      next = number
  }
  return next
}

function filesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}

/** The producers that have segments in a directory, with the number of their first segment. */
export function listProducers(directory: string): Map<string, number> {
  const producers = new Map<string, number>()
  for (const file of readdirSync(directory)) {
    const [, producer, number] = NAME.exec(file) ?? []
    if (producer === undefined) continue
    const first = producers.get(producer)
    if (first === undefined || Number(number) < first) producers.set(producer, Number(number))
  }
  return producers
}
