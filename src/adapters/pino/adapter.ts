// Adapter: patches pino's `write`, `setLevel` and `child`, and where it matters the exports that open destinations.

import * as shimmer from 'shimmer'
import type { Adapter, AdapterContext } from '../kit/adapter.js'
import { hookPackage } from '../kit/hook/package.js'
import { createPlaces } from '../kit/identity/callers.js'
import { Followers } from '../kit/identity/followers.js'
import type { Identity } from '../kit/identity/loggers.js'
import { watchBooms } from './booms.js'
import { captureWrites, createStray } from './capture.js'
import { leaveChannel } from './channel.js'
import { replaceExports } from './destinations.js'
import { writeAtOnce } from './flush.js'
import { openNow } from './late.js'
import { announceEnds, announceLevel, applyLevel, isInRoot } from './levels.js'
import { type Library, type Logger, libraryOf, type Stream, streamOf } from './library.js'
import { files, loggers, relay, reopen, writeUnwritten } from './relay.js'
import { sharedEnds } from './streams.js'
import { watchThreads } from './threads.js'
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
    undo.push(watchBooms(), watchThreads(context, createStray(context)))
    const unhook = hookPackage(PACKAGE, (exports, path) => {
      const library = libraryOf(exports, path)
      if (!library) return undefined
      const tracker = new Tracker(library, placeOf, watcher)
      undo.push(tracker.install())
      if (context.role !== 'track') undo.push(patchWrite(library, context, tracker))
      if (context.role !== 'take') return undefined
      return replaceExports(library, context, createStray(context), () => isOn)
    })
    return () => {
      isOn = false
      unhook()
      stop()
      for (const each of undo) each()
    }
  },

  relay,
  fulfil: reopen,
  writeUnwritten,
}

function patchWrite(library: Library, context: AdapterContext, tracker: Tracker): () => void {
  const target = library.prototype as unknown as Record<string, (...args: never[]) => unknown>
  const writeSym = library.pino.symbols.writeSym as unknown as string
  const write = captureWrites(library, context, tracker)
  shimmer.wrap(target, writeSym, () => write as never)
  leaveChannel()
  return () => shimmer.unwrap(target, writeSym)
}

// For the roles `copy` and `track`: keeps loggers for the relay and announces their levels to the children.
function addLoggers(context: AdapterContext): Watcher {
  return {
    onCreate(library, logger, identity, hasLevel) {
      const ends = sharedEnds(streamOf(library, logger))
      // A child writes the others itself.
      if (ends.length > 0) {
        loggers.add(identity, { library, logger })
        // Loggers beyond a limit are not kept.
        if (loggers.find(identity)) {
          announceEnds(context, identity, ends)
          for (const [path, end] of ends) files.set(path, end)
        }
      }
      if (hasLevel) announceLevel(context, identity, logger)
    },
    onLevel: (logger, identity) => announceLevel(context, identity, logger),
  }
}

// In a child: gives loggers the levels of the root's, until the application sets a level itself.
function followLevels(context: AdapterContext): { watcher: Watcher; stop: () => void } {
  const owners = new WeakMap<Logger, Library>()
  const followers = new Followers<Logger>(context.levels, 'pino', (logger, level) => {
    const library = owners.get(logger)
    if (library) applyLevel(library, logger, level)
  })
  const watcher: Watcher = {
    onCreate(library, logger, identity) {
      owners.set(logger, library)
      // A child of another logger has its destination.
      if (identity.place !== '') addStream(streamOf(library, logger), context, identity)
      followers.follow(identity, logger)
    },
    onLevel: (logger) => followers.release(logger),
  }
  return { watcher, stop: followers.install() }
}

function addStream(stream: Stream, context: AdapterContext, identity: Identity): void {
  if (!isInRoot(context, identity)) openNow(stream)
  writeAtOnce(stream, context.capture)
}
