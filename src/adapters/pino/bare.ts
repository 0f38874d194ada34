// Bare: of a logger that the root has, too, nothing but its line goes there, if nobody else reads it.

import { isError } from '../../core/encode.js'
import type { AdapterContext } from '../adapter.js'
import { keyOf } from '../loggers.js'
import { standardLevel } from '../standard.js'
import { canBeBare, takeBare } from '../take.js'
import type { Library, Logger } from './library.js'
import type { Line } from './lines.js'
import { nameOf, UNNAMED } from './record.js'
import type { Extra } from './root.js'
import type { Tracker } from './tracker.js'

/** What holds for a logger's records until the root tells something new or the logger is bound to something else. */
interface Usual {
  readonly changes: number
  readonly bound: unknown
  /** Undefined if its lines cannot go alone. */
  readonly name: string | undefined
  /** By pino's level: ours, and what goes before a line. */
  readonly heads: Map<number, Head>
}

interface Head {
  readonly level: number
  readonly text: string
}

/** Returns what has a line sent if it may go alone; false if not. */
export function createBare(
  library: Library,
  context: AdapterContext,
  tracker: Tracker,
): (logger: Logger, line: Line) => boolean {
  const { chindingsSym, errorKeySym } = library.pino.symbols
  const usuals = new WeakMap<Logger, Usual>()
  const usualOf = (logger: Logger): Usual => {
    const { changes } = context.levels
    const bound = logger[chindingsSym]
    let usual = usuals.get(logger)
    if (usual?.changes === changes && usual.bound === bound) return usual
    const isBare = isPlain(library, logger) && isInRoot(logger)
    const name = isBare ? (nameOf(library, logger) ?? UNNAMED) : undefined
    usual = { changes, bound, name, heads: new Map() }
    usuals.set(logger, usual)
    return usual
  }
  const isInRoot = (logger: Logger): boolean => {
    const identity = tracker.ownerIdentity(logger)
    return identity !== undefined && context.levels.find('pino', keyOf(identity)) !== undefined
  }
  const headOf = (logger: Logger, { heads }: Usual, number: number): Head => {
    let head = heads.get(number)
    if (!head) {
      const { name, place } = tracker.ownerIdentity(logger) ?? {}
      const level = standardLevel(number, logger.levels.labels[number])
      head = { level, text: `${JSON.stringify([name ?? null, place, number])}\t` }
      heads.set(number, head)
    }
    return head
  }
  return (logger, { text, lastLevel, lastObj, lastMsg }) => {
    const usual = usualOf(logger)
    const { name } = usual
    if (name === undefined || !canBeBare(context)) return false
    if (lastMsg !== undefined && typeof lastMsg !== 'string') return false
    // Of an error a record of ours says more than the line.
    const error = (lastObj as Record<string, unknown> | undefined)?.[String(logger[errorKeySym])]
    if (error !== undefined && isError(error)) return false
    const { level, text: head } = headOf(logger, usual, lastLevel)
    return takeBare(context, 'pino', name, level, head + text)
  }
}

// Whose lines say what they have under the names that are read for others.
function isPlain({ pino }: Library, logger: Logger): boolean {
  const { formattersSym, nestedKeySym, messageKeySym } = pino.symbols
  const { log } = (logger[formattersSym] ?? {}) as { readonly log?: unknown }
  return !log && !logger[nestedKeySym] && logger[messageKeySym] === 'msg'
}

/** Undefined for what `createBare` has not made. */
export function unpackBare(extra: string): Extra | undefined {
  const end = extra.indexOf('\t')
  const head: unknown = end < 0 ? undefined : JSON.parse(extra.slice(0, end))
  if (!Array.isArray(head) || typeof head[1] !== 'string') return undefined
  const [name, place, level] = head as [string | null, string, number]
  const origin = { name: name ?? undefined, place, from: '' }
  return [origin, level, undefined, extra.slice(end + 1)]
}
