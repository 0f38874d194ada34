// Identity: tells which logger of one process is the same as one of another, because winston's loggers have no names.

import { callerPlace } from '../kit/identity/callsite.js'
import type { Logger } from './library.js'
import { fileOf, filesAmong } from './transports.js'

/** Properties of a logger that are the same in every process that runs the same code. */
export interface Identity {
  /** Its id in `winston.loggers` or another container. */
  readonly id?: string | undefined
  /** Whether it is the default logger, which `winston.info()` writes to. */
  readonly isDefault?: boolean | undefined
  /** `service`, `label` or `name` of its default metadata. */
  readonly label?: string | undefined
  /** The file that created it. */
  readonly file?: string | undefined
  /** File, line and column where it was created. */
  readonly spot?: string | undefined
  /** Its number, from 0, among the loggers with the same `spot` and `label`. */
  readonly nth?: number
  /** Its number, from 0, among the loggers with the same `file`. */
  readonly nthOfFile?: number
  /** Paths of the files it writes. */
  readonly files?: readonly string[]
}

const WINSTON = /[\\/]node_modules[\\/](?:winston|readable-stream)[\\/]/
/** Limit for the counted keys, and for all loggers that are kept alive. */
const MAX_PLACES = 10_000
/** Loggers of one place that are kept alive. */
const MAX_HELD = 10
/** Levels and destinations are announced for this many loggers that were created at one place with one label. */
export const MAX_ANNOUNCED = 20
/** Loggers of one place and label that are tracked. */
const MAX_AT_PLACE = 100

export class Loggers {
  readonly #identities = new WeakMap<Logger, Identity>()
  readonly #counts = new Map<string, number>()
  #known: WeakRef<Logger>[] = []
  /** Kept alive: a child may still write to a logger that the application has released here. */
  readonly #held: Logger[] = []

  /** Must be called within the call that creates the logger: it reads the stack. */
  add(logger: Logger, given: Pick<Identity, 'id' | 'isDefault'> = {}): Identity {
    const label = labelOf(logger)
    const place = given.isDefault ? undefined : callerPlace(WINSTON)
    const identity: Identity = {
      ...given,
      label,
      ...place,
      nth: this.#count(`${place?.spot} ${label}`),
      nthOfFile: this.#count(String(place?.file)),
    }
    this.#identities.set(logger, identity)
    const isFew = this.#held.length < MAX_PLACES
    if (isFew && this.#count(`held ${place?.spot}`) < MAX_HELD) this.#held.push(logger)
    if ((identity.nth ?? 0) < MAX_AT_PLACE) this.#known.push(new WeakRef(logger))
    return identity
  }

  identityOf(logger: Logger): Identity | undefined {
    return this.#identities.get(logger)
  }

  /** All loggers that were not garbage-collected. */
  all(): readonly Logger[] {
    const alive = this.#known.filter((ref) => ref.deref() !== undefined)
    this.#known = alive
    return alive.flatMap((ref) => ref.deref() ?? [])
  }

  /** Finds the logger for an identity from another process, among those that write files. */
  find(wanted: Identity): Logger | undefined {
    const ready = this.all().filter((logger) => filesAmong(logger).length > 0)
    for (const isSame of MATCHERS) {
      const found = ready.find((logger) => {
        const identity = this.#identities.get(logger)
        return identity !== undefined && isSame(identity, wanted, logger)
      })
      if (found) return found
    }
    return undefined
  }

  #count(key: string): number {
    const count = this.#counts.get(key) ?? 0
    if (count > 0 || this.#counts.size < MAX_PLACES) this.#counts.set(key, count + 1)
    return count
  }
}

type Matcher = (a: Identity, b: Identity, logger: Logger) => boolean

// The most reliable first.
const MATCHERS: readonly Matcher[] = [
  (a, b) => a.id === b.id && a.id !== undefined,
  (a, b) => a.isDefault === true && b.isDefault === true,
  (a, b) => isCreated(a, b) && a.spot === b.spot && a.label === b.label && a.nth === b.nth,
  (a, b) => isCreated(a, b) && a.label === b.label && a.label !== undefined,
  (a, b) => isCreated(a, b) && a.spot === b.spot && a.label === b.label,
  (a, b) => isCreated(a, b) && a.file === b.file && a.nthOfFile === b.nthOfFile,
  (_, { files = [] }, logger) => files.length > 0 && isWithin(files, filesOf(logger)),
]

function isWithin(some: readonly string[], all: readonly string[]): boolean {
  return some.every((each) => all.includes(each))
}

// Whether both come from `createLogger`: neither is the default logger or in a container.
function isCreated(a: Identity, b: Identity): boolean {
  const isNamed = [a, b].some(({ id, isDefault }) => id !== undefined || isDefault)
  return !isNamed && a.file !== undefined
}

/** Keys under which the level of such a logger is announced, the most reliable first. */
export function levelKeys({
  id,
  isDefault,
  label,
  spot,
  nth,
  file,
  nthOfFile,
}: Identity): string[] {
  if (id !== undefined) return [`container ${id}`]
  if (isDefault) return ['default']
  return [
    ...(spot === undefined ? [] : [`${spot} ${nth} ${label ?? ''}`]),
    ...(label === undefined ? [] : [`label ${label}`]),
    ...(file === undefined ? [] : [`${file} ${nthOfFile}`]),
  ]
}

/** The `name` of the logger's records. */
export function nameOf({ id, label }: Identity): string {
  return id ?? label ?? 'winston'
}

export function filesOf({ transports }: Pick<Logger, 'transports'>): readonly string[] {
  return transports.flatMap((transport) => fileOf(transport) ?? [])
}

function labelOf({ defaultMeta }: Logger): string | undefined {
  const { service, label, name } = defaultMeta ?? {}
  return [service, label, name].find((value) => typeof value === 'string') as string | undefined
}
