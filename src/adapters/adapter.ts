// Adapter: what knows one library, takes its records in children and gives them back in the root.

import type { LogRecord } from '../core/record.js'
import type { Capture } from '../core/stdio.js'
import type { Registry } from '../logger/registry.js'

/** Where an adapter is installed. */
export interface AdapterContext {
  readonly registry: () => Registry
  /** Streams of this thread whose text is log. What goes to another stream is data and left alone. */
  readonly capture: Capture
  /** `true` in the root: its own records are copied, and written where they always were as well. */
  readonly copy: boolean
}

export interface Adapter {
  /** The library's name, as in the option `adapters` and the record's `lib`. */
  readonly name: string
  /** Starts to take records; returns the undo. */
  install(context: AdapterContext): () => void
  /** Gives a child's record to the root's own logger of the same identity. */
  relay(record: LogRecord): void
}

let relaying = false

/** Runs a relay; what the library does meanwhile is not captured again. */
export function whileRelaying(relay: () => void): void {
  const before = relaying
  relaying = true
  try {
    relay()
  } finally {
    relaying = before
  }
}

/** Whether records come from a relay now and are no news. */
export function isRelaying(): boolean {
  return relaying
}
