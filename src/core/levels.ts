// Levels: what the root's loggers are set to, its own and those of other libraries, as everybody in the tree knows it.

import type { Threshold } from './level.js'
import { notice, reasonOf } from './notice.js'

/** Of other libraries: level numbers by `library name`, and what is said in a text by `library`. */
export type LevelTable = Readonly<Record<string, number | string>>

/** All that the root tells its children of levels, at their start and while they run. */
export interface RootLevels {
  /** Grows with each change that was told. */
  readonly version: number
  readonly level: Threshold
  readonly levels: Readonly<Record<string, Threshold>>
  /** Levels of the root's loggers of other libraries. */
  readonly foreign: LevelTable
}

/** Where that there are readers is told, among levels. */
const READERS = ['logshare', 'readers'] as const

export class Levels {
  // By library and name: no key is to be made for a record.
  #numbers = new Map<string, Map<string, number>>()
  #texts = new Map<string, string>()
  /** Counts what was told. */
  changes = 0
  /** Whether the root has handlers of the application's own, which read all records. */
  hasReaders = false
  readonly #watchers = new Set<() => void>()
  /** In a child: called when somebody wants to be told of changes. */
  attended: (() => void) | undefined

  /** The root's level for a library's logger; undefined if it has told none. */
  find(lib: string, name: string): number | undefined {
    return this.#numbers.get(lib)?.get(name)
  }

  /** What the root has told of a library whose loggers have no numbers; undefined if it has told nothing. */
  findText(lib: string): string | undefined {
    return this.#texts.get(lib)
  }

  /** In the root: a library's logger has this level from now on. */
  announce(lib: string, name: string, level: number): void {
    if (this.find(lib, name) === level) return
    this.#put(lib, name, level)
    this.#tell()
  }

  /** In the root: this is what holds for a library whose loggers have no numbers. */
  announceText(lib: string, text: string): void {
    if (this.#texts.get(lib) === text) return
    this.#texts.set(lib, text)
    this.#tell()
  }

  /** In the root: it has such handlers, or no more. */
  announceReaders(has: boolean): void {
    if (has !== this.hasReaders) this.announce(...READERS, has ? 1 : 0)
  }

  /** In a child: what the root has told. */
  replace(table: LevelTable): void {
    this.#numbers = new Map()
    this.#texts = new Map()
    for (const [key, level] of Object.entries(table)) {
      const end = key.indexOf(' ')
      if (typeof level === 'string') this.#texts.set(key, level)
      else this.#put(key.slice(0, end), key.slice(end + 1), level)
    }
    this.#tell()
  }

  read(): LevelTable {
    const numbers = [...this.#numbers].flatMap(([lib, levels]) =>
      [...levels].map(([name, level]) => [`${lib} ${name}`, level] as const),
    )
    return Object.fromEntries([...numbers, ...this.#texts])
  }

  /** Calls back after each change; returns what ends that. */
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

  #tell(): void {
    this.changes++
    this.hasReaders = this.find(...READERS) === 1
    for (const changed of this.#watchers) {
      try {
        changed()
      } catch (error) {
        notice('LOGSHARE_WARN_FAILED_OPEN', `a level is not set: ${reasonOf(error)}`)
      }
    }
  }
}

/** Those of this thread. */
export const levels: Levels = new Levels()
