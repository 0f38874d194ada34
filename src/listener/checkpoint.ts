// Checkpoint: the file that says how far a runtime directory's queues have been handled, so that a takeover resumes
// there.
//
// It is saved every few milliseconds, and always before a segment is removed. Records handled after the last checkpoint
// are read again after a takeover. The marks say how long each log file was at the checkpoint: the file handler leaves
// out records that it finds after the mark (`handlers/file/dedupe.ts`).

import { renameSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { listDirectories } from '../core/directory.js'
import { process } from '../core/originals.js'
import { readPrivate } from '../core/trust.js'
import type { Mark } from '../handlers/handler.js'
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

const FILE = 'state.json'

/** Replaces the file atomically: a reader sees the old or the new checkpoint. Throws the system's error. */
export function writeCheckpoint(directory: string, checkpoint: Checkpoint): void {
  const path = join(directory, FILE)
  writeFileSync(`${path}.new`, JSON.stringify(checkpoint), { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

/** The last checkpoint saved in a runtime directory; an empty one if there is none. */
export function readCheckpoint(directory: string): Checkpoint {
  try {
    return JSON.parse(readPrivate(directory, FILE)) as Checkpoint
  } catch {
    return { positions: {}, marks: [] }
  }
}

/** The marks in this user's other runtime directories, whether their listeners run or have died. */
export function readOtherMarks(own: string | undefined): Mark[] {
  const given = process.env.LOGSHARE_DIR
  const all = new Set([...(given ? [resolve(given)] : []), ...listDirectories()])
  return [...all].filter((path) => path !== own).flatMap((path) => readCheckpoint(path).marks)
}
