// Instances: the loggers a library has made here, so that a child's finds its counterpart in the root.

import { ADAPTERS } from './callsite.js'

/** Which logger it is, in every process of the application. */
export interface Identity {
  readonly name: string
  /** The file that has made it; empty for one the library has made itself. */
  readonly place: string
  /** Which one of that name and place. */
  readonly ordinal: number
}

/** Loggers of one name and place that are told apart: of more, made in a loop, the last stands for the others. */
const MAX_ORDINAL = 32
/** Names that are remembered before those of loggers that are gone are forgotten. */
const MAX_NAMES = 1000
const FRAMES = 16

type Sites = readonly { getFileName(): string | null | undefined }[]

/** So many are kept although the application has let go of them: its children may still log through theirs. */
const MAX_KEPT = 500
/** And of one name and place so many. */
const MAX_KEPT_ALIKE = 4

/** The first loggers of an application are kept; those it makes by the thousand, for each request, can be collected. */
export class Instances<T extends object> {
  readonly #known = new Map<string, WeakRef<T>[]>()
  readonly #latest = new Map<string, WeakRef<T>>()
  readonly #kept = new Set<T>()
  readonly #identityOf = new WeakMap<T, Identity>()
  readonly #texts = new WeakMap<Identity, string>()

  add(instance: T, name: string, place: string): Identity {
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

  identify(instance: T): Identity | undefined {
    return this.#identityOf.get(instance)
  }

  /** Its identity as JSON. */
  describe(instance: T): string | undefined {
    const identity = this.#identityOf.get(instance)
    if (!identity) return undefined
    const text = this.#texts.get(identity) ?? JSON.stringify(identity)
    this.#texts.set(identity, text)
    return text
  }

  /** The same; else the last of its name and place, else the last of its name. */
  find({ name, place, ordinal }: Identity): T | undefined {
    const alike = this.#known.get(`${place}\n${name}`) ?? []
    const same = alike[ordinal]?.deref()
    if (same) return same
    const last = alike.findLast((reference) => reference.deref())?.deref()
    return last ?? this.#latest.get(name)?.deref()
  }

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

/** The file whose code calls the library, whose own files `skip` matches; empty if the library calls itself. */
export function placeOf(skip: RegExp): string {
  const { prepareStackTrace, stackTraceLimit } = Error
  try {
    Error.stackTraceLimit = FRAMES
    Error.prepareStackTrace = (_error, sites) => sites
    const sites = new Error().stack as unknown as Sites
    for (const site of sites) {
      const file = site.getFileName()
      if (!file || file.startsWith(ADAPTERS) || skip.test(file)) continue
      return file.startsWith('node:') ? '' : file.replace(/^file:\/\//, '')
    }
  } catch {
    // An Error that cannot be changed: then it has no place.
  } finally {
    Error.prepareStackTrace = prepareStackTrace
    Error.stackTraceLimit = stackTraceLimit
  }
  return ''
}
