// The loggers of winston there are in this thread, and who is who: winston gives them no names.

import { resolve } from 'node:path'
import { callerPlace } from '../kit/identity/callsite.js'
import type { Logger, Transport } from './library.js'

/** What is known of a logger that tells it from others, in every process that runs the same code. */
export interface Identity {
  /** Within `winston.loggers` or another container. */
  readonly id?: string | undefined
  /** The one behind `winston.info()`. */
  readonly isDefault?: boolean | undefined
  /** What its default metadata says it is: `service` or `label`. */
  readonly label?: string | undefined
  readonly file?: string | undefined
  readonly spot?: string | undefined
  /** Which one it is of those created at the same place with the same label, from 0; and of those of the same file. */
  readonly nth?: number
  readonly nthOfFile?: number
  /** Files it writes. */
  readonly files?: readonly string[]
}

const WINSTON = /[\\/]node_modules[\\/](?:winston|readable-stream)[\\/]/
/** Places whose loggers are counted and remembered. */
const MAX_PLACES = 10_000
/** Loggers of one place that are kept alive. */
const MAX_HELD = 10
/** Loggers that are remembered of one place. */
const MAX_AT_PLACE = 100

export class Loggers {
  readonly #identities = new WeakMap<Logger, Identity>()
  readonly #counts = new Map<string, number>()
  #known: WeakRef<Logger>[] = []
  /** Those that a child may write to although the application here has let them go. */
  readonly #held: Logger[] = []

  /** To be called with a new logger from within the call that creates it. */
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

  /** Those that live. */
  all(): readonly Logger[] {
    const alive = this.#known.filter((ref) => ref.deref() !== undefined)
    this.#known = alive
    return alive.flatMap((ref) => ref.deref() ?? [])
  }

  /** The one that is meant by another process's identity, if it has anything to write with. */
  find(wanted: Identity): Logger | undefined {
    const ready = this.all().filter(({ transports }) => transports.length > 0)
    for (const isSame of SAME) {
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

type Same = (a: Identity, b: Identity, logger: Logger) => boolean

// The surest sign first.
const SAME: readonly Same[] = [
  (a, b) => a.id === b.id && a.id !== undefined,
  (a, b) => a.isDefault === true && b.isDefault === true,
  (a, b) => isCreated(a, b) && a.spot === b.spot && a.label === b.label && a.nth === b.nth,
  (a, b) => isCreated(a, b) && a.label === b.label && a.label !== undefined,
  (a, b) => isCreated(a, b) && a.spot === b.spot && a.label === b.label,
  (a, b) => isCreated(a, b) && a.file === b.file && a.nthOfFile === b.nthOfFile,
  (_, b, logger) => filesOf(logger).some((file) => b.files?.includes(file)),
]

function isCreated(a: Identity, b: Identity): boolean {
  const isNamed = [a, b].some(({ id, isDefault }) => id !== undefined || isDefault)
  return !isNamed && a.file !== undefined
}

/** Names its level is known by in the tree, the surest first. */
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

/** Its records' name. */
export function nameOf({ id, label }: Identity): string {
  return id ?? label ?? 'winston'
}

export function filesOf({ transports }: Pick<Logger, 'transports'>): readonly string[] {
  return transports.flatMap(({ dirname, filename, _basename }: Transport) => {
    const name = _basename ?? filename
    return name === undefined ? [] : [resolve(dirname ?? '', name)]
  })
}

function labelOf({ defaultMeta }: Logger): string | undefined {
  const { service, label, name } = defaultMeta ?? {}
  return [service, label, name].find((value) => typeof value === 'string') as string | undefined
}
