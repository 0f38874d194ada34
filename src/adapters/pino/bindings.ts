// Bindings: facts about a logger that are cached until its bindings change.

import { encodeFields } from '../../core/record.js'
import { fieldsOf, standardLevel } from '../kit/capture/normalize.js'
import type { Library, Logger } from './library.js'
import { type IsLeft, NONE } from './streams.js'

export interface Facts {
  /** pino's name for a logger's bindings as they are on its lines: `,"name":"app","service":"shop"`. */
  readonly chindings: string
  /** The name among the bindings. */
  readonly name: string | undefined
  /** Whether its lines have pino's default layout: no `formatters.log`, no `nestedKey`, and the message in `msg`. */
  readonly hasDefaultLayout: boolean
  /** Undefined if the logger's lines have to be parsed as JSON. */
  readonly bindings: Bindings | undefined
  readonly errorKey: string
  /** Keys are pino's level numbers. */
  readonly levels: Map<number, Level>
  /** Whether the root has this logger, as of the announced levels' change count in `checkedAt`. */
  isInRoot: boolean
  /** Which of its destinations the root writes. */
  isLeft: IsLeft
  checkedAt: number
}

/** Facts about one of the logger's levels. */
export interface Level {
  /** The level of our record, 10 to 60. */
  readonly level: number
  /** The start of such a line up to the time, if no formatter changes it. */
  readonly start: string
  /** Whether a line of the logger has been found to begin with `start`, the time and the chindings. */
  isVerified: boolean
  /** The head of deferred records; empty until the first one. */
  deferredHead: string
}

export interface Bindings {
  /** As encoded by `encodeFields`. */
  readonly fields: string
  /**
   * Whether a field of a call can be copied from the line unchanged, by its key. False for keys that are also in the
   * bindings or that our record or pino uses itself.
   */
  readonly keys: Map<string, boolean>
}

const cache = new WeakMap<Logger, Facts>()

export function factsOf(library: Library, logger: Logger): Facts {
  const chindings = chindingsOf(library, logger)
  let facts = cache.get(logger)
  if (facts?.chindings === chindings) return facts
  const hasDefaultLayout = isDefaultLayout(library, logger)
  const { name, bindings } = read(chindings)
  facts = {
    chindings,
    name,
    hasDefaultLayout,
    bindings: hasDefaultLayout ? bindings : undefined,
    errorKey: String(logger[library.pino.symbols.errorKeySym]),
    levels: new Map(),
    isInRoot: false,
    isLeft: NONE,
    checkedAt: -1,
  }
  cache.set(logger, facts)
  return facts
}

export function levelOf({ levels }: Facts, logger: Logger, number: number): Level {
  let level = levels.get(number)
  if (!level) {
    const label = logger.levels.labels[number]
    const start = `{"level":${number},"time":`
    level = { level: standardLevel(number, label), start, isVerified: false, deferredHead: '' }
    levels.set(number, level)
  }
  return level
}

function isDefaultLayout({ pino }: Library, logger: Logger): boolean {
  const { formattersSym, nestedKeySym, messageKeySym } = pino.symbols
  const { log } = (logger[formattersSym] ?? {}) as { readonly log?: unknown }
  return !log && !logger[nestedKeySym] && logger[messageKeySym] === 'msg'
}

/** The name among the logger's bindings. */
export function nameOf(library: Library, logger: Logger): string | undefined {
  return read(chindingsOf(library, logger)).name
}

function chindingsOf({ pino }: Library, logger: Logger): string {
  return String(logger[pino.symbols.chindingsSym] ?? '')
}

/** Keys that our record or pino uses itself. */
const OWN = ['level', 'time', 'pid', 'tid', 'source', 'seq', 'name', 'msg', 'lib', 'hostname']
const MAX_KNOWN = 100
const known = new Map<string, Pick<Facts, 'name' | 'bindings'>>()

// Cached by text, because many loggers have the same bindings.
function read(chindings: string): Pick<Facts, 'name' | 'bindings'> {
  let all = known.get(chindings)
  if (all) return all
  if (known.size >= MAX_KNOWN) known.clear()
  const values = valuesOf(chindings)
  const name = typeof values?.name === 'string' ? values.name : undefined
  all = { name, bindings: values && toBindings(values) }
  known.set(chindings, all)
  return all
}

function toBindings(values: Readonly<Record<string, unknown>>): Bindings | undefined {
  if (['level', 'time', 'msg'].some((key) => Object.hasOwn(values, key))) return undefined
  const fields = fieldsOf(values, [])
  if (typeof fields.name === 'string') delete fields.name
  const excluded = [...OWN, '__proto__', ...Object.keys(values)]
  return { fields: encodeFields(fields), keys: new Map(excluded.map((key) => [key, false])) }
}

function valuesOf(chindings: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(`{${chindings.slice(1)}}`) as Record<string, unknown>
  } catch {
    return undefined
  }
}
