// Levels: the levels that the root's loggers are set to, ours and other libraries', as seen by each thread of the tree.
//
// The levels themselves, their names and numbers, are in level.ts.

import type { Threshold } from './level.js'
import { notice, reasonOf } from './notice.js'

/**
 * Levels of other libraries' loggers. A key `<library> <logger>` has a level number. A key `<library>` has a text, for
 * a library whose loggers have no level numbers (debug's list of enabled namespaces).
 */
export type LevelTable = Readonly<Record<string, number | string>>

/** The levels that the root sends to its children, at their start and after each change. */
export interface RootLevels {
  /** Incremented with each change that was sent. */
  readonly version: number
  /** Level of our root logger. */
  readonly level: Threshold
  /** Levels of our other loggers, by dotted name. */
  readonly levels: Readonly<Record<string, Threshold>>
  /** Levels of other libraries' loggers in the root. */
  readonly foreign: LevelTable
}

/** Library and name under which the table also carries `hasReaders`. */
const READERS = ['logshare', 'readers'] as const

export class Levels {
  // Nested by library and name, so that a look-up for a record concatenates no key.
  #numbers = new Map<string, Map<string, number>>()
  #texts = new Map<string, string>()
  /** Number of changes so far. */
  changes = 0
  /** Whether the root has handlers added with `addHandler()`, which read all records. */
  hasReaders = false
  readonly #watchers = new Set<() => void>()
  /** In a child: called when `watch()` is used, so that the child connects to the root's level changes. */
  attended: (() => void) | undefined

  /** The root's level number for a library's logger; undefined if the root announced none. */
  find(lib: string, name: string): number | undefined {
    return this.#numbers.get(lib)?.get(name)
  }

  /** The root's text for a library whose loggers have no level numbers; undefined if the root announced none. */
  findText(lib: string): string | undefined {
    return this.#texts.get(lib)
  }

  /** In the root: sets the level number of a library's logger and notifies the watchers. */
  announce(lib: string, name: string, level: number): void {
    if (this.find(lib, name) === level) return
    this.#put(lib, name, level)
    this.#notify()
  }

  /** In the root: sets the text of a library whose loggers have no level numbers and notifies the watchers. */
  announceText(lib: string, text: string): void {
    if (this.#texts.get(lib) === text) return
    this.#texts.set(lib, text)
    this.#notify()
  }

  /** In the root: sets `hasReaders` and notifies the watchers. */
  announceReaders(has: boolean): void {
    if (has !== this.hasReaders) this.announce(...READERS, has ? 1 : 0)
  }

  /** In a child: replaces all levels by the table that the root sent. */
  replace(table: LevelTable): void {
    this.#numbers = new Map()
    this.#texts = new Map()
    for (const [key, level] of Object.entries(table)) {
      const end = key.indexOf(' ')
      if (typeof level === 'string') this.#texts.set(key, level)
      else this.#put(key.slice(0, end), key.slice(end + 1), level)
    }
    this.#notify()
  }

  /** All levels as one table, for the children. */
  read(): LevelTable {
    const numbers = [...this.#numbers].flatMap(([lib, levels]) =>
      [...levels].map(([name, level]) => [`${lib} ${name}`, level] as const),
    )
    return Object.fromEntries([...numbers, ...this.#texts])
  }

  /** Calls `changed` after each change, until the returned function is called. */
  watch(changed: () => void): () => void {
    this.#watchers.add(changed)
    this.attended?.()
    return () => {
      this.#watchers.delete(changed)
    }
  }

  #put(lib: string, name: string, level: number): void {
    const known = this.#numbers.get(lib)
    if (known) known.set(name, level)
    else this.#numbers.set(lib, new Map([[name, level]]))
  }

  #notify(): void {
    this.changes++
    this.hasReaders = this.find(...READERS) === 1
    for (const changed of this.#watchers) {
      try {
        changed()
      } catch (error) {
        notice('LOGSHARE_WARN_FAILED_OPEN', `cannot apply a changed level: ${reasonOf(error)}`)
      }
    }
  }
}

/** This thread's instance. */
export const levels: Levels = new Levels()
