// Checkpoint: the file that says how far a runtime directory's queues have been handled, so that a takeover resumes
// there.
//
// It is saved every few milliseconds, and always before a segment is removed. Records handled after the last checkpoint
// are read again after a takeover. The marks say how long each log file was at the checkpoint: the file handler leaves
// out records that it finds after the mark (`handlers/file/dedupe.ts`).
//
//   {"number":6,"checkpoint":{…},"end":6}      …spaces\n
//   {"number":7,"checkpoint":{…},"end":7}      …spaces\n
//
// The file has two halves, and the older one is overwritten. To replace the file for each checkpoint took 0.9 ms on ext4,
// which writes a file to the disk when it replaces another.

import { closeSync, openSync, renameSync, writeFileSync, writeSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { listDirectories } from '../core/directory.js'
import { process } from '../core/originals.js'
import { readPrivate } from '../core/trust.js'
import type { Mark } from '../handlers/handler.js'
import { CHECKPOINT_FILE } from '../queue/pace.js'
import type { Child } from './ending.js'

/** Segment number and byte offset up to which a producer's queue has been handled. */
export type Position = readonly [segment: number, offset: number]

/** By producer. */
export type Positions = Readonly<Record<string, Position>>

export interface Checkpoint {
  readonly positions: Positions
  readonly marks: readonly Mark[]
  /** With the option `lifecycle`: the children that have started and not ended, as far as the queues were handled. */
  readonly children?: readonly Child[]
}

/** Bytes of half the file, at least: a page, which is written as a whole. */
const MIN_HALF = 4096
const LINE_FEED = 0x0a

interface Half {
  readonly number: number
  readonly checkpoint: Checkpoint
  /** The same number: else only a part of the half was written. */
  readonly end: number
}

/** The file of one listener. What an earlier one has left is replaced by the first checkpoint. */
export class CheckpointFile {
  readonly #path: string
  #number = 0
  #half = Buffer.alloc(0)

  constructor(directory: string) {
    this.#path = join(directory, CHECKPOINT_FILE)
  }

  /** A reader sees this checkpoint or the one before, whenever this process is killed. Throws the system's error. */
  write(checkpoint: Checkpoint): void {
    const number = this.#number + 1
    const half: Half = { number, checkpoint, end: number }
    const text = JSON.stringify(half)
    const isReplaced = this.#makeRoom(Buffer.byteLength(text) + 1)
    const end = this.#half.write(text)
    this.#half.fill(' ', end, this.#half.length - 1)
    if (isReplaced || !this.#overwrite(number)) this.#replace()
    this.#number = number
  }

  // Returns whether the file is too short.
  #makeRoom(needed: number): boolean {
    if (needed <= this.#half.length) return false
    let size = MIN_HALF
    while (size < needed) size *= 2
    this.#half = Buffer.alloc(size)
    this.#half[size - 1] = LINE_FEED
    return true
  }

  // False if it is gone: it is opened each time, because a cleaner may remove it.
  #overwrite(number: number): boolean {
    let fd: number
    try {
      fd = openSync(this.#path, 'r+')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
      throw error
    }
    try {
      const { length } = this.#half
      const written = writeSync(fd, this.#half, 0, length, (number % 2) * length)
      if (written < length) throw new Error(`${this.#path}: ${written} of ${length} bytes written`)
    } finally {
      closeSync(fd)
    }
    return true
  }

  #replace(): void {
    writeFileSync(`${this.#path}.new`, Buffer.concat([this.#half, this.#half]), { mode: 0o600 })
    renameSync(`${this.#path}.new`, this.#path)
  }
}

/** The last checkpoint saved in a runtime directory; an empty one if there is none. */
export function readCheckpoint(directory: string): Checkpoint {
  let last: Partial<Half> = {}
  try {
    for (const line of readPrivate(directory, CHECKPOINT_FILE).split('\n')) {
      const half = parseHalf(line)
      if (half && half.number > (last.number ?? -1)) last = half
    }
  } catch {
    // Not there.
  }
  return last.checkpoint ?? { positions: {}, marks: [] }
}

// Earlier versions wrote a checkpoint and nothing else. Undefined if the half is damaged, or was never written.
function parseHalf(line: string): Half | undefined {
  try {
    const half = JSON.parse(line) as Half & Checkpoint
    if (half.positions) return { number: 0, checkpoint: half, end: 0 }
    return half.number === half.end ? half : undefined
  } catch {
    return undefined
  }
}

/** The marks in this user's other runtime directories, whether their listeners run or have died. */
export function readOtherMarks(own: string | undefined): Mark[] {
  const given = process.env.LOGSHARE_DIR
  const all = new Set([...(given ? [resolve(given)] : []), ...listDirectories()])
  return [...all].filter((path) => path !== own).flatMap((path) => readCheckpoint(path).marks)
}
