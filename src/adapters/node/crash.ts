// Crash: the adapter for uncaught exceptions, which become fatal records and end the thread as without logshare.

import * as shimmer from 'shimmer'
import { type Adapter, type AdapterContext, isRead } from '../kit/adapter.js'

type Emit = (event: string | symbol, ...args: unknown[]) => boolean

const FATAL = 60

export const crashAdapter: Adapter = {
  name: 'crash',

  // Node emits this event before it looks for a handler of the exception. `emit` is wrapped, because the application could
  // see a listener.
  install(context) {
    if (context.role === 'track') return () => {}
    const target = process as unknown as { emit: Emit }
    shimmer.wrap(target, 'emit', (original) => {
      return function emit(this: unknown, event, ...args) {
        if (event === 'uncaughtExceptionMonitor' && this === process) {
          try {
            record(args, context)
          } catch {
            // Our files cannot be read any more. Node goes on with the application's error.
          }
        }
        return original.call(this, event, ...args)
      }
    })
    return () => shimmer.unwrap(target, 'emit')
  },

  // Node has printed the error in the child.
  relay: () => true,
}

function record([error, origin]: readonly unknown[], context: AdapterContext): void {
  if (!isRead(context) || process.listenerCount('uncaughtException') > 0) return // the application handles it
  const { take, textOf, errorAmong } =
    require('../kit/capture/take.js') as typeof import('../kit/capture/take.js')
  const known = errorAmong([error])
  take(
    { ...context, role: 'copy' },
    {
      lib: 'crash',
      name: 'process',
      level: FATAL,
      msg: `${String(origin)}: ${known ? known.message : textOf([error])}`,
      error: known,
    },
  )
}
