// Levels: what the root's loggers of other libraries are set to, as everybody in the tree knows it.

/** Level numbers by `library name`. */
export type LevelTable = Readonly<Record<string, number>>

export class Levels {
  #table = new Map<string, number>()
  readonly #watchers = new Set<() => void>()

  /** The root's level for a library's logger; undefined if it has told none. */
  find(lib: string, name: string): number | undefined {
    return this.#table.get(keyOf(lib, name))
  }

  /** In the root: a library's logger has this level from now on. */
  announce(lib: string, name: string, level: number): void {
    const key = keyOf(lib, name)
    if (this.#table.get(key) === level) return
    this.#table.set(key, level)
    this.#tell()
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
    return () => {
      this.#watchers.delete(changed)
    }
  }

  #tell(): void {
    for (const changed of this.#watchers) changed()
  }
}

/** Those of this thread. */
export const levels: Levels = new Levels()

function keyOf(lib: string, name: string): string {
  return `${lib} ${name}`
}
