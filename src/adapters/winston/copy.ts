// winston in a root whose records are kept elsewhere, too: they are copied as the logger's format has made them.

import * as shimmer from 'shimmer'
import { type AdapterContext, whileRelaying } from '../kit/adapter.js'
import { take } from '../kit/capture/take.js'
import type { Loggers } from './identity.js'
import { type Info, isWanted, type Logger } from './library.js'
import { errorOf, toTaken } from './record.js'
import { isRelayed } from './relay.js'

/** Copies what loggers of this class write; returns the undo. */
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
      // A console's text comes by the console, and is this record already.
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
    take(context, toTaken(logger, identity, info, error))
    error = undefined
  }
  return () => {
    shimmer.massUnwrap([prototype], ['_transform', 'push'])
    if (!hasOwnPush) Reflect.deleteProperty(prototype, 'push')
  }
}
