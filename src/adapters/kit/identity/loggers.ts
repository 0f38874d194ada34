// Loggers: the root's loggers of pino or bunyan, found by name or by the place where they were created.
//
// The root keeps them alive. instances.ts does the same for libraries whose loggers may be created for each request.

/** What identifies a logger of pino or bunyan in all threads and processes. */
export interface Identity {
  readonly name: string | undefined
  /** The file that created it and its number there: `createPlaces`. */
  readonly place: string
}

/** Later loggers are not remembered: a program that creates a logger for each request must not fill the memory. */
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

  /**
   * The logger of that name; if several have it, the one created at the same place, or else the first. A logger without a
   * name is found by its place.
   */
  find({ name, place }: Identity): L | undefined {
    if (name === undefined) return this.#byPlace.get(place)
    const named = this.#byName.get(name)
    return (named?.find((each) => each.place === place) ?? named?.[0])?.logger
  }
}

/** The name under which a logger's level is announced. */
export function keyOf({ name, place }: Identity): string {
  return name ?? place
}
