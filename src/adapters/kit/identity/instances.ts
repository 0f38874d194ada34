// Instances: the loggers of tslog or consola in this thread, found by name, file and number.
//
// loggers.ts does the same for pino and bunyan.

/** What identifies a logger of tslog or consola in all threads and processes. */
export interface InstanceIdentity {
  readonly name: string
  /** The file that created it (`placeOf`); empty if the library created it itself. */
  readonly place: string
  /** Its number among the loggers of the same name and place, from 0. */
  readonly ordinal: number
}

/** Loggers of one name and place are numbered up to this. All later ones share the number; the last created is found. */
const MAX_ORDINAL = 32
/** With more names and places than this, those without a living logger are removed. */
const MAX_NAMES = 1000

/** Loggers kept alive although the application has dropped them: children may still log through theirs. */
const MAX_KEPT = 500
/** The same for one name and place. */
const MAX_KEPT_ALIKE = 4

/** Keeps the first loggers of an application alive. Later ones, created for each request, can be garbage-collected. */
export class Instances<T extends object> {
  readonly #known = new Map<string, WeakRef<T>[]>()
  readonly #latest = new Map<string, WeakRef<T>>()
  readonly #kept = new Set<T>()
  readonly #identityOf = new WeakMap<T, InstanceIdentity>()
  readonly #texts = new WeakMap<InstanceIdentity, string>()

  /** Gives a new logger its identity and remembers it. */
  add(instance: T, name: string, place: string): InstanceIdentity {
    const key = `${place}\n${name}`
    const alike = this.#known.get(key) ?? []
    const ordinal = Math.min(alike.length, MAX_ORDINAL)
    const reference = new WeakRef(instance)
    alike[ordinal] = reference
    this.#known.set(key, alike)
    this.#latest.set(name, reference)
    if (this.#known.size > MAX_NAMES) this.#forget()
    if (ordinal < MAX_KEPT_ALIKE && this.#kept.size < MAX_KEPT) this.#kept.add(instance)
    const identity = { name, place, ordinal }
    this.#identityOf.set(instance, identity)
    return identity
  }

  identify(instance: T): InstanceIdentity | undefined {
    return this.#identityOf.get(instance)
  }

  /** The logger's identity as JSON. */
  describe(instance: T): string | undefined {
    const identity = this.#identityOf.get(instance)
    if (!identity) return undefined
    const text = this.#texts.get(identity) ?? JSON.stringify(identity)
    this.#texts.set(identity, text)
    return text
  }

  /** The logger with this identity, or else the last one of its name and place, or else the last one of its name. */
  find({ name, place, ordinal }: InstanceIdentity): T | undefined {
    const alike = this.#known.get(`${place}\n${name}`) ?? []
    const same = alike[ordinal]?.deref()
    if (same) return same
    const last = alike.findLast((reference) => reference.deref())?.deref()
    return last ?? this.#latest.get(name)?.deref()
  }

  /** All loggers that are alive. */
  *[Symbol.iterator](): Generator<T> {
    for (const alike of this.#known.values()) {
      for (const reference of alike) {
        const instance = reference.deref()
        if (instance) yield instance
      }
    }
  }

  #forget(): void {
    for (const [key, alike] of this.#known) {
      if (!alike.some((reference) => reference.deref())) this.#known.delete(key)
    }
    for (const [name, reference] of this.#latest) {
      if (!reference.deref()) this.#latest.delete(name)
    }
  }
}
