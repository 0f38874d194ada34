// Instance: logshare's registry and functions in this thread, shared by all copies of the package through a global.

import type { Settings } from '../config/options.js'
import type { LogRecord } from '../core/record.js'
import type { Metrics } from '../listener/measured.js'
import type { ListenerStats } from '../listener/stats.js'
import type { Registry } from '../logger/registry.js'
import type { Parent } from '../spawn/inherit.js'

/** A handler of the application, for `addHandler()`. It is called on the root's main thread. */
export interface RecordHandler {
  /**
   * Called with batches of records, in order, without waiting for a promise that it returns. An exception or a rejection is
   * counted in `stats().failed` and reported once on stderr.
   */
  write(records: readonly LogRecord[]): unknown
  /** Called by `flush()`, which waits for the promise. */
  flush?(): void | Promise<void>
}

/** Counters of this thread; in the root, also those of the listener. */
export interface Stats extends Partial<ListenerStats> {
  /** Path of this thread in the tree of children, such as `fork#1/worker#2`; `root` for the first thread. */
  readonly source: string
  /** Number of records this thread has made. */
  readonly made: number
  /** Number of records of this thread that were dropped because its queue was full, by level name. */
  readonly dropped: Readonly<Record<string, number>>
}

/** The functions of `index.ts`, as this thread's role implements them. */
export interface Instance {
  readonly registry: Registry
  readonly parent: Parent
  flush(): Promise<void>
  reopen(): Promise<void>
  stats(): Stats
  addHandler(handler: RecordHandler): () => void
  /** In a root. */
  readonly metrics?: () => Promise<Metrics>
  /** In a root: applies settings, opens their handlers and hooks the exit; returns the undo. */
  readonly install?: (settings: Settings) => () => void
}

/** The value of `globalThis[Symbol.for('logshare')]`. It creates the instance on first use. */
export interface Slot {
  readonly version: 1
  get(): Instance
  /** Undoes the installation; undefined if nothing is installed. */
  uninstall?: (() => void) | undefined
  /** Whether this thread is a child. Its options come from the root, so `install()` has no effect in it. */
  readonly child: boolean
  /** In a child: the root's settings. */
  readonly settings?: Settings | undefined
  /** While the root has no configuration: makes this process the root of its own tree with settings; returns the undo. */
  readonly become?: ((settings: Settings) => () => void) | undefined
}

const KEY = Symbol.for('logshare')

export function getSlot(): Slot | undefined {
  return (globalThis as Record<symbol, unknown>)[KEY] as Slot | undefined
}

export function setSlot(slot: Slot | undefined): void {
  if (slot === undefined) delete (globalThis as Record<symbol, unknown>)[KEY]
  else Object.defineProperty(globalThis, KEY, { value: slot, configurable: true, writable: true })
}

interface SlotOptions extends Pick<Slot, 'child' | 'become' | 'settings'> {
  /** Called after the instance was created. */
  readonly made?: () => void
}

/** A slot that creates its instance with `make` on the first `get()`. */
export function createSlot(
  make: () => Instance,
  { child, become, settings, made }: SlotOptions,
): Slot {
  let instance: Instance | undefined
  return {
    version: 1,
    child,
    become,
    settings,
    get() {
      if (!instance) {
        instance = make()
        made?.()
      }
      return instance
    },
  }
}
