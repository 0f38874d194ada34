// Adapter: patches winston 3 and tracks its loggers by container id, label or place of creation.

import * as shimmer from 'shimmer'
import type { Adapter, AdapterContext } from '../kit/adapter.js'
import { hookPackage } from '../kit/hook/package.js'
import { LevelFollower } from './follower.js'
import { Loggers } from './identity.js'
import { type Container, isWinston, type Logger, type Winston } from './library.js'

const PACKAGE = { name: 'winston', main: /[\\/]winston[\\/]lib[\\/]winston\.js$/ }

/** The loggers of this thread, from all loaded copies of winston. */
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
      const { suppressFiles } = require('./files.js') as typeof import('./files.js')
      const { hookJson } = require('./json.js') as typeof import('./json.js')
      undo.push(suppressFiles(), hookJson())
    } else {
      const { delayRotateEvent, hookRotator } =
        require('./rotator.js') as typeof import('./rotator.js')
      undo.push(hookRotator((create) => delayRotateEvent(create())))
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
  let containerId: string | undefined
  shimmer.wrap(prototype, 'configure', (original) => {
    return function configure(this: Logger, options) {
      const isReconfigured = follower.beforeConfigure(this)
      original.call(this, options)
      const identity = loggers.identityOf(this) ?? loggers.add(this, { id: containerId })
      follower.afterConfigure(this, identity, options?.level !== undefined, isReconfigured)
    }
  })
  shimmer.wrap(winston.Container.prototype, 'add', (original) => {
    return function add(this: Container, id, options) {
      const before = containerId
      containerId = String(id)
      try {
        return original.call(this, id, options)
      } finally {
        containerId = before
      }
    }
  })
  addExisting(winston, follower)
  return [
    () => shimmer.unwrap(prototype, 'configure'),
    () => shimmer.unwrap(winston.Container.prototype, 'add'),
    patchWrites(prototype, context, follower),
  ]
}

// Loggers that exist before the patch: the default logger, and those in containers if winston was loaded before us.
function addExisting(
  { exceptions, loggers: { loggers: contained } }: Winston,
  follower: LevelFollower,
): void {
  const { logger } = exceptions
  follower.afterConfigure(logger, loggers.add(logger, { isDefault: true }), false)
  for (const [id, each] of contained)
    follower.afterConfigure(each, loggers.add(each, { id }), false)
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
  const { captureWrites } = require('./capture.js') as typeof import('./capture.js')
  const hasOwn = Object.hasOwn(prototype, 'write')
  const isOwn = (logger: Logger): boolean => follower.isOwn(logger)
  shimmer.wrap(prototype, 'write', (write) => captureWrites(write, { context, loggers, isOwn }))
  return () => {
    shimmer.unwrap(prototype, 'write')
    if (!hasOwn) Reflect.deleteProperty(prototype, 'write')
  }
}
