// Bare: of a logger that the root has, too, nothing but its line goes there, if nobody else reads it.

import { isError } from '../../core/encode.js'
import type { AdapterContext } from '../kit/adapter.js'
import { canDefer, takeDeferred } from '../kit/capture/take.js'
import { levelOf, type Usual } from './bindings.js'
import type { Line } from './finish.js'
import type { Logger } from './library.js'
import { UNNAMED } from './record.js'
import type { Extra } from './relay.js'
import type { Tracker } from './tracker.js'

type Fields = Readonly<Record<string, unknown>>

/** Whether the line is on its way; false if it cannot go alone. `usual` is the logger's. */
export function sendBare(
  { text, lastLevel, lastObj, lastMsg, lastLogger }: Line,
  usual: Usual,
  tracker: Tracker,
  context: AdapterContext,
): boolean {
  if (!usual.isPlain || !usual.isInRoot || !canDefer(context)) return false
  if (lastMsg !== undefined && typeof lastMsg !== 'string') return false
  // Of an error a record of ours says more than the line.
  const error = (lastObj as Fields | undefined)?.[usual.errorKey]
  if (error !== undefined && isError(error)) return false
  const logger = lastLogger as Logger
  const known = levelOf(usual, logger, lastLevel)
  if (known.head === '') {
    const { name, place } = tracker.ownerIdentity(logger) ?? {}
    known.head = `${JSON.stringify([name ?? null, place, lastLevel])}\t`
  }
  return takeDeferred(context, 'pino', usual.name ?? UNNAMED, known.level, known.head + text)
}

/** Undefined for what `sendBare` has not made. */
export function unpackBare(extra: string): Extra | undefined {
  const end = extra.indexOf('\t')
  const head: unknown = end < 0 ? undefined : JSON.parse(extra.slice(0, end))
  if (!Array.isArray(head) || typeof head[1] !== 'string') return undefined
  const [name, place, level] = head as [string | null, string, number]
  const origin = { name: name ?? undefined, place, from: '' }
  return [origin, level, undefined, extra.slice(end + 1)]
}
