// Adapter: patches pino's `write`, `setLevel` and `child`, and in children also the exports that open destinations.

import * as shimmer from 'shimmer'
import type { Adapter, AdapterContext } from '../kit/adapter.js'
import { hookPackage } from '../kit/hook/package.js'
import { createPlaces } from '../kit/identity/callers.js'
import { Followers } from '../kit/identity/followers.js'
import { captureWrites, copyWrites, createStray } from './capture.js'
import { leaveChannel } from './channel.js'
import { replaceExports } from './destinations.js'
import { announceLevel, applyLevel } from './levels.js'
import { type Library, type Logger, libraryOf } from './library.js'
import { libraries, loggers, relay } from './relay.js'
import { Tracker, type Watcher } from './tracker.js'

const PACKAGE = { name: 'pino', main: /[\\/]pino\.js$/ }

export const pinoAdapter: Adapter = {
  name: 'pino',

  install(context) {
    const undo: (() => void)[] = []
    const { watcher, stop } =
      context.role === 'take' ? followLevels(context) : { watcher: addLoggers(context), stop() {} }
    const placeOf = createPlaces()
    let isOn = true
    const unhook = hookPackage(PACKAGE, (exports, path) => {
      const library = libraryOf(exports, path)
      if (!library) return undefined
      const tracker = new Tracker(library, placeOf, watcher)
      undo.push(tracker.install())
      if (context.role !== 'take') libraries.add(library)
      if (context.role !== 'track') undo.push(patchWrite(library, context, tracker))
      if (context.role !== 'take') return undefined
      return replaceExports(library, context, createStray(library, context), () => isOn)
    })
    return () => {
      isOn = false
      unhook()
      stop()
      for (const each of undo) each()
    }
  },

  relay,
}

function patchWrite(library: Library, context: AdapterContext, tracker: Tracker): () => void {
  const target = library.prototype as unknown as Record<string, (...args: never[]) => unknown>
  const writeSym = library.pino.symbols.writeSym as unknown as string
  const write =
    context.role === 'take'
      ? captureWrites(library, context, tracker)
      : copyWrites(library, context)
  shimmer.wrap(target, writeSym, () => write as never)
  leaveChannel()
  return () => shimmer.unwrap(target, writeSym)
}

// For the roles `copy` and `track`: keeps loggers for the relay and announces their levels to the children.
function addLoggers(context: AdapterContext): Watcher {
  return {
    onCreate(library, logger, identity, hasLevel) {
      loggers.add(identity, { library, logger })
      if (hasLevel) announceLevel(context, identity, logger)
    },
    onLevel: (logger, identity) => announceLevel(context, identity, logger),
  }
}

// In a child: gives loggers the levels of the root's, until the application sets a level itself.
function followLevels({ levels }: AdapterContext): { watcher: Watcher; stop: () => void } {
  const owners = new WeakMap<Logger, Library>()
  const followers = new Followers<Logger>(levels, 'pino', (logger, level) => {
    const library = owners.get(logger)
    if (library) applyLevel(library, logger, level)
  })
  const watcher: Watcher = {
    onCreate(library, logger, identity) {
      owners.set(logger, library)
      followers.follow(identity, logger)
    },
    onLevel: (logger) => followers.release(logger),
  }
  return { watcher, stop: followers.install() }
}
