// Adapter: the contract between logshare and the code that knows one logging library.

import type { Settings } from '../../config/options.js'
import type { Levels } from '../../core/levels.js'
import type { LogRecord } from '../../core/record.js'
import type { Capture } from '../../core/stdio.js'
import type { Wish } from '../../core/wish.js'
import type { Registry } from '../../logger/registry.js'

/**
 * What an adapter does with a log call of its library in this thread.
 *
 * `take`: puts a record on the queue and keeps the library from writing it. Used in children: the root's logger and
 * the handlers write the record instead.
 *
 * `copy`: lets the library write as usual and puts a copy of the record on the queue. The copy goes to handlers and is
 * never relayed. Used in the root when it has handlers other than the relay, and in children that write their output
 * themselves (the root waits for them in `spawnSync`, or their application logs to a collector).
 *
 * `track`: lets the library write as usual and puts nothing on the queue. The adapter only remembers the application's
 * loggers, so that children's records can be relayed to them, and announces their levels to the children. Used in the
 * root when it has no handler but the relay.
 *
 * The root also remembers loggers and announces levels with `copy`.
 */
export type Role = 'take' | 'copy' | 'track'

/** What an adapter is told about the thread it is installed in. */
export interface AdapterContext {
  /** Returns the thread's registry; the first call creates it. Call it for a record, not in `install`. */
  readonly registry: () => Registry
  /**
   * Which standard streams of this thread are those of the root. Output to another stream is data for another reader:
   * an adapter must neither capture nor change it.
   */
  readonly capture: Capture
  readonly role: Role
  readonly isChild: boolean
  /** Whether this thread's records are relayed. If not, nothing reads `Taken.extra`: do not build it. */
  readonly relays: boolean
  /** Whether the configuration has handlers other than the relay. */
  readonly collects: boolean
  /**
   * Whether a console handler shows what this thread's standard streams would have shown. Not in a worker: whoever listens to
   * its `Worker` gets the text, and the streams of its process leave it out.
   */
  readonly isTerminalOwned: boolean
  /** The same for what is written to the descriptors 1 and 2, past the streams. Only in a worker, it may differ. */
  readonly isDescriptorOwned: boolean
  /** Whether the option `redact` has paths. */
  readonly redacts?: boolean
  /** Levels of records made of printed lines. Default: stdout `info`, stderr `warn`. */
  readonly streams?: Settings['streams'] | undefined
  readonly levels: Levels
}

/**
 * What an adapter does with text that its library prints to the terminal.
 *
 * `claim`: prints nothing. The record goes to the handlers, and the console handler shows it.
 * `copy`: prints the text at once, as without logshare, and puts a copy of the record on the queue for the handlers.
 * `leave`: prints the text and does nothing else.
 */
export type TerminalRole = 'claim' | 'copy' | 'leave'

/** For what goes through this thread's standard streams, as all that the console prints. */
export function terminalRole(context: AdapterContext): TerminalRole {
  if (context.isTerminalOwned) return 'claim'
  return isRead(context) ? 'copy' : 'leave'
}

/** `terminalRole` for what is written to the descriptors 1 and 2. */
export function descriptorRole(context: AdapterContext): TerminalRole {
  return context.isDescriptorOwned ? 'claim' : terminalRole(context)
}

/** Whether a handler reads records: one of the configuration, or one that the application has added. */
export function isRead({ collects, levels }: AdapterContext): boolean {
  return collects || levels.hasReaders
}

/** Whether a record whose logger exists in the root is read by that logger only: no handler reads it. */
export function isOnlyRelayed({ relays, collects, levels }: AdapterContext): boolean {
  return relays && !collects && !levels.hasReaders
}

/** One library's adapter. `table.ts` calls `install` in each thread, and `relay` on the main thread of the root. */
export interface Adapter {
  /** The library's name: its key in `table.ts`, in the option `adapters` and in the field `lib` of its records. */
  readonly name: string

  /**
   * Starts doing what `context.role` says, and returns a function that undoes it.
   *
   * Called when the library is about to be loaded: just before its main file runs, or when its global property gets a
   * value. Called at once for a library that is loaded already and for parts of Node. The library's exports may not exist
   * yet, and more than one copy may be loaded: wait for each with `hookPackage` or `onGlobal`. Do not `require` the library
   * here. If `install` throws, a warning is printed and the library works as without logshare.
   *
   * The functions it puts in place run within the application's log calls. They must not throw (`tryCapture`), and they
   * must pass a call on unchanged while `isRelaying()` is true. With the role `copy`, call the library's own code within
   * `whileRelaying` if it prints through the console, so that the console adapter does not capture the text again.
   */
  install(context: AdapterContext): () => void

  /**
   * Passes a child's record to the logger with the same identity in the root, which formats and writes it. `line` is the
   * record as JSON, `record` is `line` parsed, and `extra` is what the child's adapter put in `Taken.extra`. A deferred
   * record has no `msg` and no fields: all of them are in `extra`.
   *
   * Called on the root's main thread; records of one logger of a child come in the order in which they were logged.
   * `install` may not have been called, because the root may not have loaded the library. Call the library within
   * `whileRelaying`, or the record is captured again, and do not let its exceptions out (`relayInto` does both).
   *
   * Returns true if the logger has got the record, even if writing it failed. Returns false if there is no such logger and
   * there will be none: the record is printed to the console. Returns undefined if there is no such logger yet: the record
   * is kept and tried again for a short time, and later records of the same library and logger name wait behind it.
   */
  relay(record: LogRecord, extra: string | undefined, line: string): boolean | undefined

  /** In the root: does what a child asks for. Called like `relay`, after the child's records so far. */
  fulfil?(wish: Wish): void

  /**
   * Writes, synchronously and once, what the files of loggers hold that have got a child's record. Called when the process
   * exits, before and after the application's exit listeners, if `relay` has been called.
   */
  writeUnwritten?(): void
}

let relaying = false

/** Runs `relay`. What the library logs during the call is not captured. */
export function whileRelaying<T>(relay: () => T): T {
  const before = relaying
  relaying = true
  try {
    return relay()
  } finally {
    relaying = before
  }
}

/** Whether the current call was made within `whileRelaying`, so that its records must not be captured. */
export function isRelaying(): boolean {
  return relaying
}
