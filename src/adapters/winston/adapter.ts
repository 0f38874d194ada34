// Adapter: patches winston 3 and tracks its loggers by container id, label or place of creation.

import * as shimmer from 'shimmer'
import type { Adapter, AdapterContext } from '../kit/adapter.js'
import { hookPackage } from '../kit/hook/package.js'
import { Destinations } from './destinations.js'
import { LevelFollower } from './follower.js'
import { Loggers } from './identity.js'
import {
  type Container,
  isWinston,
  type Logger,
  type Transport,
  type Winston,
  wrapInherited,
} from './library.js'
import { Terminal } from './terminal.js'

const PACKAGE = { name: 'winston', main: /[\\/]winston[\\/]lib[\\/]winston\.js$/ }

/** The loggers of this thread, from all loaded copies of winston. */
const loggers = new Loggers()

/** What is installed in this thread. */
interface Parts {
  readonly context: AdapterContext
  readonly follower: LevelFollower
  readonly destinations: Destinations
  /** Calls the function when the logger has other transports than before. */
  readonly changed: (logger: Logger) => void
}

export const winstonAdapter: Adapter = {
  name: 'winston',

  install(context) {
    const follower = new LevelFollower(context, loggers)
    const destinations = new Destinations(context, loggers)
    const undo: (() => void)[] = [() => follower.close()]
    const changed = onChange(context, destinations, undo)
    undo.push(
      hookPackage(PACKAGE, (exports) => {
        if (isWinston(exports))
          undo.push(...patch(exports, { context, follower, destinations, changed }))
      }),
    )
    return () => {
      for (const each of undo.reverse()) each()
    }
  },

  relay(record, extra) {
    if (extra === undefined) return false
    const { relayTo } = require('./relay.js') as typeof import('./relay.js')
    return relayTo(loggers, record, extra)
  },

  writeUnwritten() {
    const { writeUnwritten } = require('./relay.js') as typeof import('./relay.js')
    writeUnwritten()
  },
}

// In the root, children have to know what a logger writes. In a child, that decides who opens its files.
function onChange(
  context: AdapterContext,
  destinations: Destinations,
  undo: (() => void)[],
): Parts['changed'] {
  const terminal = new Terminal(context)
  undo.push(() => terminal.close())
  if (context.role !== 'take') {
    const { delayRotateEvent, hookRotator, watchFiles } =
      require('./rotator.js') as typeof import('./rotator.js')
    undo.push(hookRotator((create) => delayRotateEvent(watchFiles(create))))
    const { announceEvents } = require('./rotations.js') as typeof import('./rotations.js')
    return (logger) => {
      if (context.role === 'copy') for (const each of logger.transports) terminal.guard(each)
      for (const each of logger.transports) announceEvents(each, context.levels)
      destinations.announce(logger)
    }
  }
  const { delayFiles, openFile } = require('./files.js') as typeof import('./files.js')
  const { hookJson } = require('./json.js') as typeof import('./json.js')
  const { Rotations } = require('./rotations.js') as typeof import('./rotations.js')
  const rotations = new Rotations(context.levels)
  undo.push(delayFiles(), hookJson(), () => rotations.close())
  return (logger) => {
    destinations.forget(logger)
    for (const each of logger.transports) terminal.guard(each)
    const act = destinations.isInRoot(logger)
      ? (each: Transport) => rotations.follow(each)
      : openFile
    for (const each of logger.transports) act(each)
  }
}

function patch(winston: Winston, parts: Parts): (() => void)[] {
  const { follower, changed } = parts
  const { prototype } = winston.Logger
  let containerId: string | undefined
  let isConfiguring = false
  shimmer.wrap(prototype, 'configure', (original) => {
    return function configure(this: Logger, options) {
      const isReconfigured = follower.beforeConfigure(this)
      isConfiguring = true
      try {
        original.call(this, options)
      } finally {
        isConfiguring = false
      }
      const identity = loggers.identityOf(this) ?? loggers.add(this, { id: containerId })
      follower.afterConfigure(this, identity, options?.level !== undefined, isReconfigured)
      changed(this)
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
  addExisting(winston, parts)
  const changedLater = (logger: Logger): void => {
    if (!isConfiguring && loggers.identityOf(logger)) changed(logger)
  }
  return [
    () => shimmer.unwrap(prototype, 'configure'),
    () => shimmer.unwrap(winston.Container.prototype, 'add'),
    patchTransports(prototype, changedLater),
    patchWrites(winston, parts),
  ]
}

// Loggers that exist before the patch: the default logger, and those in containers if winston was loaded before us.
function addExisting(
  { exceptions, loggers: { loggers: contained } }: Winston,
  { follower, changed }: Parts,
): void {
  const { logger } = exceptions
  follower.afterConfigure(logger, loggers.add(logger, { isDefault: true }), false)
  changed(logger)
  for (const [id, each] of contained) {
    follower.afterConfigure(each, loggers.add(each, { id }), false)
    changed(each)
  }
}

// A logger pipes to its transports, and to those that get exceptions and rejections only.
function patchTransports(prototype: Logger, changed: (logger: Logger) => void): () => void {
  const undo = (['pipe', 'unpipe'] as const).map((method) =>
    wrapInherited(prototype, method, (original) => {
      // Has the original's name, so that stack traces read the same.
      return {
        [method](this: Logger, ...args: [Transport]) {
          const result = original.apply(this, args)
          changed(this)
          return result
        },
      }[method] as typeof original
    }),
  )
  return () => {
    for (const each of undo) each()
  }
}

function patchWrites(
  { Logger: { prototype }, format }: Winston,
  { context, follower, destinations }: Parts,
): () => void {
  if (context.role === 'track') return () => {}
  const { copyWrites } = require('./copy.js') as typeof import('./copy.js')
  const undoCopies = copyWrites(prototype, context, loggers)
  if (context.role === 'copy') return undoCopies
  const { captureWrites } = require('./capture.js') as typeof import('./capture.js')
  const { watchFormats } = require('./plain.js') as typeof import('./plain.js')
  const undoFormats = watchFormats(format as never)
  const isOwn = (logger: Logger): boolean => follower.isOwn(logger)
  const child = { context, loggers, destinations, isOwn }
  const undoWrites = wrapInherited(prototype, 'write', (write) => captureWrites(write, child))
  return () => {
    undoWrites()
    undoFormats()
    undoCopies()
  }
}
