// State: what of a runtime directory's queues has reached the handlers, so that a successor goes on exactly there.
//
// Written every few milliseconds, and always before a segment is removed. What was handed on since is given to the
// handlers of a successor again; the mark says how far a log file went when the state was written, and the file handler
// leaves out what it finds behind the mark.

import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { listDirectories } from '../core/directory.js'
import type { Mark } from '../handlers/handler.js'

/** Segment and offset up to which a producer's queue has been handed on. */
export type Position = readonly [segment: number, offset: number]

/** By producer. */
export type Positions = Readonly<Record<string, Position>>

export interface State {
  readonly positions: Positions
  readonly marks: readonly Mark[]
}

const FILE = 'state.json'

/** Replaces the state as a whole: a reader sees the old one or the new one. Throws what the system says. */
export function writeState(directory: string, state: State): void {
  const path = join(directory, FILE)
  writeFileSync(`${path}.new`, JSON.stringify(state), { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

/** The state a listener before us has left; empty if there was none. */
export function readState(directory: string): State {
  try {
    return JSON.parse(readFileSync(join(directory, FILE), 'utf8')) as State
  } catch {
    return { positions: {}, marks: [] }
  }
}

/** Where log files stood in other runtime directories of this user: of running listeners, and of such that have died. */
export function readOtherMarks(own: string | undefined): Mark[] {
  const given = process.env.LOGSHARE_DIR
  const all = new Set([...(given ? [resolve(given)] : []), ...listDirectories()])
  return [...all].filter((path) => path !== own).flatMap((path) => readState(path).marks)
}
