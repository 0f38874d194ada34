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

export class Levels {
  #table = new Map<string, number | string>()
  readonly #watchers = new Set<() => void>()
  /** In a child: called when somebody wants to be told of changes. */
  attended: (() => void) | undefined

  /** The root's level for a library's logger; undefined if it has told none. */
  find(lib: string, name: string): number | undefined {
    return this.#table.get(keyOf(lib, name)) as number | undefined
  }

  /** What the root has told of a library whose loggers have no numbers; undefined if it has told nothing. */
  findText(lib: string): string | undefined {
    return this.#table.get(lib) as string | undefined
  }

  /** In the root: a library's logger has this level from now on. */
  announce(lib: string, name: string, level: number): void {
    this.#set(keyOf(lib, name), level)
  }

  /** In the root: this is what holds for a library whose loggers have no numbers. */
  announceText(lib: string, text: string): void {
    this.#set(lib, text)
  }

  /** In a child: what the root has told. */
  replace(table: LevelTable): void {
    this.#table = new Map(Object.entries(table))
    this.#tell()
  }

  read(): LevelTable {
    return Object.fromEntries(this.#table)
  }

  /** Calls back after each change; returns what ends that. */
  watch(changed: () => void): () => void {
    this.#watchers.add(changed)
    this.attended?.()
    return () => {
      this.#watchers.delete(changed)
    }
  }

  #set(key: string, value: number | string): void {
    if (this.#table.get(key) === value) return
    this.#table.set(key, value)
    this.#tell()
  }

  #tell(): void {
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

function keyOf(lib: string, name: string): string {
  return `${lib} ${name}`
}
