// Loggers: the application's own ones of a library in the root, by name or by the place where they were made.

/** What tells a logger apart in all threads and processes. */
export interface Identity {
  readonly name: string | undefined
  readonly place: string
}

/** A program that makes loggers without end (one for each request) keeps this many alive. */
const MAX_LOGGERS = 1000

export class Loggers<L> {
  readonly #byName = new Map<string, { readonly place: string; readonly logger: L }[]>()
  readonly #byPlace = new Map<string, L>()
  #count = 0

  add({ name, place }: Identity, logger: L): void {
    if (this.#count >= MAX_LOGGERS) return
    this.#count++
    if (name === undefined) {
      this.#byPlace.set(place, logger)
      return
    }
    const named = this.#byName.get(name)
    if (named) named.push({ place, logger })
    else this.#byName.set(name, [{ place, logger }])
  }

  /** By name; of several with one name the one that was made at the same place, or the first. */
  find({ name, place }: Identity): L | undefined {
    if (name === undefined) return this.#byPlace.get(place)
    const named = this.#byName.get(name)
    return (named?.find((each) => each.place === place) ?? named?.[0])?.logger
  }
}

/** Under which name the level of a logger is announced. */
export function keyOf({ name, place }: Identity): string {
  return name ?? place
}
