// Channel: where each copy of pino (9 and 10, late versions) tells of its finished lines, also one within a bundle. That
// writes as it does without us: its lines are copied for handlers that keep them, and given back to no logger.
//
// Being listened to costs each line more than taking it does: with the first copy that is adapted the listening ends.

import { type AdapterContext, isRelaying } from '../kit/adapter.js'

const NAME = 'tracing:pino_asJson:end'

let stop: (() => void) | undefined

/** Listens until the undo, which it returns, or until a copy is adapted. */
export function watchChannel(context: AdapterContext): () => void {
  const { subscribe, unsubscribe } =
    require('node:diagnostics_channel') as typeof import('node:diagnostics_channel')
  const told = (message: unknown): void => {
    if (isRelaying()) return
    const { copyLine } = require('./bundled.js') as typeof import('./bundled.js')
    copyLine(message, context)
  }
  subscribe(NAME, told)
  stop = () => {
    unsubscribe(NAME, told)
  }
  return stop
}

/** A copy is adapted. */
export function leaveChannel(): void {
  stop?.()
  stop = undefined
}
