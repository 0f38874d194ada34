// Segment: one file of a FileQueue, and its name, `<producer>.<number>.q`.

import { randomBytes } from 'node:crypto'
import { readdirSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { type FrameHead, Kind } from './frame.js'

const NAME = /^(.+)\.(\d+)\.q$/

/** A writer goes on in a new segment after this many bytes, so that read ones can be removed. */
export const SEGMENT_SIZE: number = 8 * 2 ** 20

/** A segment that is being written. */
export interface Segment {
  /** Bytes written. */
  readonly size: number
  /** Whether a record with this text belongs into the next one. */
  isFullFor(text: string): boolean
  /** Throws what the system says; then nothing is appended. */
  append(head: FrameHead, text: string): void
  /** Appends the last frame, which says that the next one goes on, and closes. */
  end(): void
  close(): void
}

export const HELLO: FrameHead = { kind: Kind.HELLO, level: 0, time: 0, seq: 0 }
export const END: FrameHead = { kind: Kind.END, level: 0, time: 0, seq: 0 }

/** A name no other producer of the directory has, even when process ids are used again. */
export function producerId(pid: number, tid: number): string {
  return `${pid}-${tid}-${randomBytes(4).toString('hex')}`
}

export function segmentPath(directory: string, producer: string, number: number): string {
  return join(directory, `${producer}.${number}.q`)
}

/** A file that says, as long as it is there, that the producer's process is at its end and writes nothing more. */
export function endPath(directory: string, producer: string): string {
  return join(directory, `${producer}.end`)
}

/** Removes the segments before a number: they were read before, and their removal was cut short. */
export function removeBefore(directory: string, producer: string, number: number): void {
  for (let each = number - 1; each >= 0; each--) {
    try {
      unlinkSync(segmentPath(directory, producer, each))
    } catch {
      return
    }
  }
}

/** The number of a producer's first segment behind another one; undefined if there is none. */
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

/** The producers that have segments in a directory, each with the number of its first one. */
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
