// Adapter: what knows one library, takes its records in children and gives them back in the root.

import type { Levels } from '../../core/levels.js'
import type { LogRecord } from '../../core/record.js'
import type { Capture } from '../../core/stdio.js'
import type { Registry } from '../../logger/registry.js'

/**
 * What becomes of a library's records here.
 * `take`: they leave for the root and are not written (a child).
 * `copy`: they are written as always, and a copy leaves (the root, when there are handlers besides the relay).
 * `track`: they are written as always; the application's loggers are remembered, for records of children to be given
 * back to them, and their levels announced (the root, when there is nothing but the relay).
 */
export type Role = 'take' | 'copy' | 'track'

/** Where an adapter is installed. */
export interface AdapterContext {
  readonly registry: () => Registry
  /** Streams of this thread whose text is log. What goes to another stream is data and left alone. */
  readonly capture: Capture
  readonly role: Role
  /** Whether records are given back in the root: only then is `Taken.extra` worth making. */
  readonly relays: boolean
  /** Whether there are handlers that keep copies of what libraries write themselves. */
  readonly collects: boolean
  readonly levels: Levels
}

/** Whether nobody but the root's logger of the same identity reads a record that finds it. */
export function isOnlyRelayed({ relays, collects, levels }: AdapterContext): boolean {
  return relays && !collects && !levels.hasReaders
}

export interface Adapter {
  /** The library's name, as in the option `adapters` and the record's `lib`. */
  readonly name: string
  /** Starts to do what the context's role says; returns the undo. */
  install(context: AdapterContext): () => void
  /**
   * Gives a child's record to the root's own logger of the same identity; `extra` is what the child's adapter has put
   * beside it, `line` the record's own text. False if there is no such logger: then the record is printed. Undefined if there is none now: it is asked
   * again, for a little while.
   */
  relay(record: LogRecord, extra: string | undefined, line: string): boolean | undefined
}

let relaying = false

/** Runs a relay; what the library does meanwhile is not captured again. */
export function whileRelaying<T>(relay: () => T): T {
  const before = relaying
  relaying = true
  try {
    return relay()
  } finally {
    relaying = before
  }
}

/** Whether records come from a relay now and are no news. */
export function isRelaying(): boolean {
  return relaying
}
