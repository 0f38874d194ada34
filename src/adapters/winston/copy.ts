// Copy: queues copies of the root's own records for the handlers, as the logger's format returned them.

import * as shimmer from 'shimmer'
import { type AdapterContext, whileRelaying } from '../kit/adapter.js'
import { take } from '../kit/capture/take.js'
import type { Loggers } from './identity.js'
import { type Info, isWanted, type Logger } from './library.js'
import { errorOf, toRecord } from './record.js'
import { isRelayed } from './relay.js'

/** Copies what loggers with this prototype write. Returns a function that undoes the patch. */
export function copyWrites(
  prototype: Logger,
  context: AdapterContext,
  loggers: Loggers,
): () => void {
  let error: Error | undefined
  const hasOwnPush = Object.hasOwn(prototype, 'push')
  shimmer.wrap(prototype, '_transform', (original) => {
    return function _transform(this: Logger, info, encoding, done) {
      error = isRelayed(info) ? undefined : errorOf(info)
      // A Console transport writes to the console. That text must not become a second record.
      whileRelaying(() => original.call(this, info, encoding, done))
    }
  })
  shimmer.wrap(prototype, 'push', (original) => {
    return function push(this: Logger, info: unknown, ...rest: unknown[]) {
      if (typeof info === 'object' && info !== null) copy(this, info as Info)
      return original.call(this, info, ...rest)
    }
  })
  const copy = (logger: Logger, info: Info): void => {
    if (isRelayed(info) || !isWanted(logger, info)) return
    const identity = loggers.identityOf(logger) ?? loggers.add(logger)
    take(context, toRecord(logger, identity, info, error))
    error = undefined
  }
  return () => {
    shimmer.massUnwrap([prototype], ['_transform', 'push'])
    if (!hasOwnPush) Reflect.deleteProperty(prototype, 'push')
  }
}
