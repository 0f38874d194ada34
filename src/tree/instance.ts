// Instance: logshare as it is set up in this thread, found by every copy of the package that is loaded here.

import type { Settings } from '../config/options.js'
import type { LogRecord } from '../core/record.js'
import type { ListenerStats } from '../listener/stats.js'
import type { Registry } from '../logger/registry.js'
import type { Parent } from '../spawn/inherit.js'

/** A handler of the application's own, called on the root's main thread. */
export interface RecordHandler {
  /** Called with records in order, one batch after the other. What it throws is counted and announced. */
  write(records: readonly LogRecord[]): void
  flush?(): void | Promise<void>
}

/** What `stats()` returns. */
export interface Stats extends Partial<ListenerStats> {
  /** Path of this thread in the tree of children; `root` for the first. */
  readonly source: string
  /** Records this thread has made. */
  readonly made: number
  /** Records of this thread that found no room in its queue, by level. */
  readonly dropped: Readonly<Record<string, number>>
}

export interface Instance {
  readonly registry: Registry
  readonly parent: Parent
  flush(): Promise<void>
  reopen(): Promise<void>
  stats(): Stats
  addHandler(handler: RecordHandler): () => void
  /** In a root: takes settings over, opens their handlers and hooks the exit; returns the undo. */
  readonly install?: (settings: Settings) => () => void
}

/** What stands on `Symbol.for('logshare')`: the instance is made when it is first needed. */
export interface Slot {
  readonly version: 1
  get(): Instance
  /** Undoes the installation; undefined while nothing is installed. */
  uninstall?: (() => void) | undefined
  /** A child takes its options from the root: whatever it installs is in place already. */
  readonly child: boolean
}

const KEY = Symbol.for('logshare')

export function getSlot(): Slot | undefined {
  return (globalThis as Record<symbol, unknown>)[KEY] as Slot | undefined
}

export function setSlot(slot: Slot | undefined): void {
  if (slot === undefined) delete (globalThis as Record<symbol, unknown>)[KEY]
  else Object.defineProperty(globalThis, KEY, { value: slot, configurable: true, writable: true })
}

/** A slot whose instance is made once, by `make`, when somebody asks for it; `made` is called right after. */
export function createSlot(make: () => Instance, child: boolean, made?: () => void): Slot {
  let instance: Instance | undefined
  return {
    version: 1,
    child,
    get() {
      if (!instance) {
        instance = make()
        made?.()
      }
      return instance
    },
  }
}
