// Copy: queues copies of what this thread's loggers write themselves for the handlers, as the logger's format returned it.

import * as shimmer from 'shimmer'
import { type AdapterContext, isRead, whileRelaying } from '../kit/adapter.js'
import { take } from '../kit/capture/take.js'
import type { Loggers } from './identity.js'
import { type Info, type Logger, wrapInherited } from './library.js'
import { errorOf, toRecord } from './record.js'
import { isRelayed } from './relay.js'
import { isLogged } from './transports.js'

/** Copies what loggers with this prototype write. Returns a function that undoes the patch. */
export function copyWrites(
  prototype: Logger,
  context: AdapterContext,
  loggers: Loggers,
): () => void {
  let error: Error | undefined
  shimmer.wrap(prototype, '_transform', (original) => {
    return function _transform(this: Logger, info, encoding, done) {
      if (!isRead(context)) {
        original.call(this, info, encoding, done)
        return
      }
      error = isRelayed(info) ? undefined : errorOf(info)
      // A transport of the application may write to the console. That text must not become a second record.
      whileRelaying(() => original.call(this, info, encoding, done))
    }
  })
  const copy = (logger: Logger, info: Info): void => {
    if (isRelayed(info) || !isLogged(logger, info, context)) return
    const identity = loggers.identityOf(logger) ?? loggers.add(logger)
    take(context, toRecord(logger, identity, info, error), 'copy')
    error = undefined
  }
  const unwrapPush = wrapInherited(prototype, 'push', (original) => {
    return function push(this: Logger, info: unknown, ...rest: unknown[]) {
      if (isRead(context) && typeof info === 'object' && info !== null) copy(this, info as Info)
      return original.call(this, info, ...rest)
    }
  })
  return () => {
    shimmer.unwrap(prototype, '_transform')
    unwrapPush()
  }
}
