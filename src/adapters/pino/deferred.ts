// Deferred: sends a line without a record of its own, if only the root's logger reads it.

import { isError } from '../../core/encode.js'
import type { AdapterContext } from '../kit/adapter.js'
import { canDefer, takeDeferred } from '../kit/capture/take.js'
import { type Facts, levelOf } from './bindings.js'
import type { Logger } from './library.js'
import type { Line } from './line.js'
import { type Extra, UNNAMED } from './record.js'
import type { Tracker } from './tracker.js'

type Fields = Readonly<Record<string, unknown>>

/** Puts a deferred record on the queue. Returns false, and takes nothing, if the line needs a complete record. */
export function takeLine(
  { text, lastLevel, lastObj, lastMsg, lastLogger }: Line,
  facts: Facts,
  tracker: Tracker,
  context: AdapterContext,
): boolean {
  if (!facts.hasDefaultLayout || !facts.isInRoot || !canDefer(context)) return false
  if (lastMsg !== undefined && typeof lastMsg !== 'string') return false
  // Our record of an error holds more than pino's line does (its cause).
  const error = (lastObj as Fields | undefined)?.[facts.errorKey]
  if (error !== undefined && isError(error)) return false
  const logger = lastLogger as Logger
  const known = levelOf(facts, logger, lastLevel)
  if (known.deferredHead === '') {
    const { name, place } = tracker.ownerIdentity(logger) ?? {}
    known.deferredHead = `${JSON.stringify([name ?? null, place, lastLevel])}\t`
  }
  const extra = known.deferredHead + text
  return takeDeferred(context, 'pino', facts.name ?? UNNAMED, known.level, extra)
}

/** Returns undefined if `text` was not produced by `takeLine`. */
export function fromDeferredExtra(text: string): Extra | undefined {
  const end = text.indexOf('\t')
  const head: unknown = end < 0 ? undefined : JSON.parse(text.slice(0, end))
  if (!Array.isArray(head) || typeof head[1] !== 'string') return undefined
  const [name, place, level] = head as [string | null, string, number]
  const origin = { name: name ?? undefined, place }
  return [origin, level, undefined, text.slice(end + 1)]
}
