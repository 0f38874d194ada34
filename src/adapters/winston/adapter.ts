// The winston adapter: loggers of winston 3 are known by their container's id, their label or where they were created.

import * as shimmer from 'shimmer'
import type { Adapter, AdapterContext } from '../kit/adapter.js'
import { hookPackage } from '../kit/hook/package.js'
import { LevelFollower } from './follow.js'
import { Loggers } from './identity.js'
import { type Container, isWinston, type Logger, type Winston } from './library.js'

const PACKAGE = { name: 'winston', main: /[\\/]winston[\\/]lib[\\/]winston\.js$/ }

/** Those of this thread, whichever copy of winston they are of. */
const loggers = new Loggers()

export const winstonAdapter: Adapter = {
  name: 'winston',

  install(context) {
    const follower = new LevelFollower(context, loggers)
    const undo: (() => void)[] = [() => follower.close()]
    undo.push(
      hookPackage(PACKAGE, (exports) => {
        if (isWinston(exports)) undo.push(...patch(exports, context, follower))
      }),
    )
    if (context.role === 'take') {
      const { leaveFilesClosed } = require('./files.js') as typeof import('./files.js')
      const { hookJson } = require('./json.js') as typeof import('./json.js')
      undo.push(leaveFilesClosed(), hookJson())
    } else {
      const { hookRotator, tellWhenWhole } =
        require('./rotator.js') as typeof import('./rotator.js')
      undo.push(hookRotator((make) => tellWhenWhole(make())))
    }
    return () => {
      for (const each of undo.reverse()) each()
    }
  },

  relay(record, extra) {
    if (extra === undefined) return false
    const { relayTo } = require('./relay.js') as typeof import('./relay.js')
    return relayTo(loggers, record, extra)
  },
}

function patch(winston: Winston, context: AdapterContext, follower: LevelFollower): (() => void)[] {
  const { prototype } = winston.Logger
  let adding: string | undefined
  shimmer.wrap(prototype, 'configure', (original) => {
    return function configure(this: Logger, options) {
      const before = follower.begin(this)
      original.call(this, options)
      const identity = loggers.identityOf(this) ?? loggers.add(this, { id: adding })
      follower.configured(this, identity, options?.level !== undefined, before)
    }
  })
  shimmer.wrap(winston.Container.prototype, 'add', (original) => {
    return function add(this: Container, id, options) {
      const before = adding
      adding = String(id)
      try {
        return original.call(this, id, options)
      } finally {
        adding = before
      }
    }
  })
  keep(winston, follower)
  return [
    () => shimmer.unwrap(prototype, 'configure'),
    () => shimmer.unwrap(winston.Container.prototype, 'add'),
    patchWrites(prototype, context, follower),
  ]
}

// Loggers that were there before: winston's own, and those of containers if it was loaded before us.
function keep(
  { exceptions, loggers: { loggers: contained } }: Winston,
  follower: LevelFollower,
): void {
  const { logger } = exceptions
  follower.configured(logger, loggers.add(logger, { isDefault: true }), false)
  for (const [id, each] of contained) follower.configured(each, loggers.add(each, { id }), false)
}

function patchWrites(
  prototype: Logger,
  context: AdapterContext,
  follower: LevelFollower,
): () => void {
  if (context.role === 'track') return () => {}
  if (context.role === 'copy') {
    const { copyWrites } = require('./copy.js') as typeof import('./copy.js')
    return copyWrites(prototype, context, loggers)
  }
  const { takeWrites } = require('./capture.js') as typeof import('./capture.js')
  const hasOwn = Object.hasOwn(prototype, 'write')
  const isOwn = (logger: Logger): boolean => follower.isOwn(logger)
  shimmer.wrap(prototype, 'write', (write) => takeWrites(write, { context, loggers, isOwn }))
  return () => {
    shimmer.unwrap(prototype, 'write')
    if (!hasOwn) Reflect.deleteProperty(prototype, 'write')
  }
}
