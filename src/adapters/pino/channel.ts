// Channel: copies the lines of bundled copies of pino, which cannot be patched but publish each line they format.
//
// pino publishes them on a diagnostics channel (9 and 10, late versions). A bundled copy writes its lines itself, in
// children too; handlers get copies, and no line is relayed. A subscriber costs each line more than capturing it does,
// so the subscription ends with the first copy that is patched.

import { type AdapterContext, isRelaying } from '../kit/adapter.js'

const NAME = 'tracing:pino_asJson:end'

let unsubscribeNow: (() => void) | undefined

/** Subscribes. Returns a function that unsubscribes. */
export function watchChannel(context: AdapterContext): () => void {
  const { subscribe, unsubscribe } =
    require('node:diagnostics_channel') as typeof import('node:diagnostics_channel')
  const onLine = (message: unknown): void => {
    if (isRelaying()) return
    const { copyLine } = require('./bundled.js') as typeof import('./bundled.js')
    copyLine(message, context)
  }
  subscribe(NAME, onLine)
  unsubscribeNow = () => {
    unsubscribe(NAME, onLine)
  }
  return unsubscribeNow
}

/** Unsubscribes because a copy was patched. */
export function leaveChannel(): void {
  unsubscribeNow?.()
  unsubscribeNow = undefined
}
