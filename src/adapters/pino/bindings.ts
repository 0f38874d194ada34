// Usual: what holds for all of a logger's records, until it is bound to something else.

import { encodeFields } from '../../core/record.js'
import { fieldsOf, standardLevel } from '../kit/capture/normalize.js'
import type { Library, Logger } from './library.js'

export interface Usual {
  /** What the logger is bound to, as it stands on its lines. */
  readonly bound: string
  /** The name it is bound to. */
  readonly name: string | undefined
  /** Whether its lines say what they have under the names that are read for others. */
  readonly isPlain: boolean
  /** Undefined if its lines are to be read as JSON. */
  readonly bindings: Bindings | undefined
  readonly errorKey: string
  readonly levels: Map<number, Level>
  /** Whether the root has the logger, too, as far as it is known with so many of the root's changes. */
  isInRoot: boolean
  changes: number
}

/** Of one of pino's levels. */
export interface Level {
  /** Ours. */
  readonly level: number
  /** How lines of it begin, if nobody has changed that. */
  readonly start: string
  /** Whether a line of the logger has begun so. */
  isKnown: boolean
  /** What goes before a line that travels alone; empty as long as none has. */
  head: string
}

export interface Bindings {
  /** As `encodeFields` makes them. */
  readonly fields: string
  /** Keys of a call whose fields are as they stand on the line; false for those that need a closer look. */
  readonly keys: Map<string, boolean>
}

const usuals = new WeakMap<Logger, Usual>()

export function usualOf(library: Library, logger: Logger): Usual {
  const bound = boundOf(library, logger)
  let usual = usuals.get(logger)
  if (usual?.bound === bound) return usual
  const isPlain = isPlainLogger(library, logger)
  const { name, bindings } = read(bound)
  usual = {
    bound,
    name,
    isPlain,
    bindings: isPlain ? bindings : undefined,
    errorKey: String(logger[library.pino.symbols.errorKeySym]),
    levels: new Map(),
    isInRoot: false,
    changes: -1,
  }
  usuals.set(logger, usual)
  return usual
}

export function levelOf({ levels }: Usual, logger: Logger, number: number): Level {
  let level = levels.get(number)
  if (!level) {
    const label = logger.levels.labels[number]
    const start = `{"level":${number},"time":`
    level = { level: standardLevel(number, label), start, isKnown: false, head: '' }
    levels.set(number, level)
  }
  return level
}

function isPlainLogger({ pino }: Library, logger: Logger): boolean {
  const { formattersSym, nestedKeySym, messageKeySym } = pino.symbols
  const { log } = (logger[formattersSym] ?? {}) as { readonly log?: unknown }
  return !log && !logger[nestedKeySym] && logger[messageKeySym] === 'msg'
}

/** The name a logger is bound to. */
export function nameOf(library: Library, logger: Logger): string | undefined {
  return read(boundOf(library, logger)).name
}

function boundOf({ pino }: Library, logger: Logger): string {
  return String(logger[pino.symbols.chindingsSym] ?? '')
}

/** Keys that a record or the library has for itself. */
const OWN = ['level', 'time', 'pid', 'tid', 'source', 'seq', 'name', 'msg', 'lib', 'hostname']
const MAX_KNOWN = 100
const known = new Map<string, Pick<Usual, 'name' | 'bindings'>>()

// Once for each text: many loggers are bound to the same.
function read(bound: string): Pick<Usual, 'name' | 'bindings'> {
  let all = known.get(bound)
  if (all) return all
  if (known.size >= MAX_KNOWN) known.clear()
  const values = valuesOf(bound)
  const name = typeof values?.name === 'string' ? values.name : undefined
  all = { name, bindings: values && describe(values) }
  known.set(bound, all)
  return all
}

function describe(values: Readonly<Record<string, unknown>>): Bindings | undefined {
  if (['level', 'time', 'msg'].some((key) => Object.hasOwn(values, key))) return undefined
  const fields = fieldsOf(values, [])
  if (typeof fields.name === 'string') delete fields.name
  const taken = [...OWN, '__proto__', ...Object.keys(values)]
  return { fields: encodeFields(fields), keys: new Map(taken.map((key) => [key, false])) }
}

function valuesOf(bound: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(`{${bound.slice(1)}}`) as Record<string, unknown>
  } catch {
    return undefined
  }
}
