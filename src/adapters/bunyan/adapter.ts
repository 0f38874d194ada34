// Adapter: patches bunyan's constructor, `level`, `levels` and `addStream`, and except for tracking also `_emit`.

import type { Adapter, AdapterContext } from '../kit/adapter.js'
import { hookPackage } from '../kit/hook/package.js'
import { createPlaces } from '../kit/identity/callers.js'
import { Followers } from '../kit/identity/followers.js'
import type { Identity } from '../kit/identity/loggers.js'
import { captureEmits } from './capture.js'
import { watchFiles } from './files.js'
import { openLate } from './late.js'
import { announceLogger, applyLevel } from './levels.js'
import { type Logger, libraryOf } from './library.js'
import { loggers, relay, reopen, writeUnwritten } from './relay.js'
import { track, type Watcher } from './tracker.js'

const PACKAGE = { name: 'bunyan', main: /[\\/]bunyan[\\/]lib[\\/]bunyan\.js$/ }

export const bunyanAdapter: Adapter = {
  name: 'bunyan',

  install(context) {
    const undo: (() => void)[] = []
    const identities = new WeakMap<Logger, Identity>()
    const { watcher, stop } =
      context.role === 'take'
        ? followLevels(context, identities)
        : { watcher: addLoggers(context), stop() {} }
    const placeOf = createPlaces()
    const unhook = hookPackage(PACKAGE, (loaded, path) => {
      const library = libraryOf(loaded, path)
      if (!library) return undefined
      const { exports, undo: untrack } = track(library, placeOf, watcher)
      undo.push(untrack, watchFiles(library))
      if (context.role === 'take') undo.push(openLate(library, context))
      if (context.role !== 'track') undo.push(captureEmits(library, context, identities))
      return exports
    })
    return () => {
      unhook()
      stop()
      for (const each of undo.reverse()) each()
    }
  },

  relay,
  fulfil: reopen,
  writeUnwritten,
}

// For the roles `copy` and `track`: keeps loggers for the relay and announces them to the children.
function addLoggers(context: AdapterContext): Watcher {
  // Loggers beyond a limit are not kept.
  const announce = (logger: Logger, identity: Identity): void => {
    if (loggers.find(identity)) announceLogger(context, identity, logger)
  }
  return {
    onCreate(logger, identity) {
      loggers.add(identity, logger)
      announce(logger, identity)
    },
    onLevel: announce,
    onStream: announce,
  }
}

// In a child: gives loggers the levels of the root's, until the application sets a level itself.
function followLevels(
  context: AdapterContext,
  identities: WeakMap<Logger, Identity>,
): { watcher: Watcher; stop: () => void } {
  const apply = (logger: Logger, level: number): void => applyLevel(context, logger, level)
  const followers = new Followers<Logger>(context.levels, 'bunyan', apply)
  const watcher: Watcher = {
    onCreate(logger, identity) {
      identities.set(logger, identity)
      followers.follow(identity, logger)
    },
    onLevel: (logger) => followers.release(logger),
    onStream() {},
  }
  return { watcher, stop: followers.install() }
}
