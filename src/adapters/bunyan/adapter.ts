// The bunyan adapter: a child's records go through the streams of the root's logger of the same name.

import { notice, reasonOf } from '../../core/notice.js'
import { type Adapter, type AdapterContext, whileRelaying } from '../kit/adapter.js'
import { hookPackage } from '../kit/hook/package.js'
import { createPlaces } from '../kit/identity/callers.js'
import { Followers, OFF } from '../kit/identity/followers.js'
import { type Identity, keyOf } from '../kit/identity/loggers.js'
import { capture } from './capture.js'
import { type Logger, libraryOf, type Watcher } from './library.js'
import { give, libraries, loggers } from './relay.js'
import { track } from './tracker.js'

const PACKAGE = { name: 'bunyan', main: /[\\/]bunyan[\\/]lib[\\/]bunyan\.js$/ }

export const bunyanAdapter: Adapter = {
  name: 'bunyan',

  install(context) {
    const undo: (() => void)[] = []
    const identities = new WeakMap<Logger, Identity>()
    const { watcher, stop } =
      context.role === 'take'
        ? followRoot(context, identities)
        : { watcher: announceAll(context), stop() {} }
    const placeOf = createPlaces()
    const unhook = hookPackage(PACKAGE, (loaded, path) => {
      const library = libraryOf(loaded, path)
      if (!library) return undefined
      const { exports, undo: untrack } = track(library, placeOf, watcher)
      undo.push(untrack)
      if (context.role !== 'take') libraries.add(library)
      if (context.role !== 'track') undo.push(capture(library, context, identities))
      return exports
    })
    return () => {
      unhook()
      stop()
      for (const each of undo.reverse()) each()
    }
  },

  relay(record, extra) {
    if (extra === undefined) return false
    try {
      return whileRelaying(() => give(record, extra))
    } catch (error) {
      notice('LOGSHARE_WARN_HANDLER', `a bunyan destination failed: ${reasonOf(error)}`, 'bunyan')
      return false
    }
  },
}

function announceAll({ levels }: AdapterContext): Watcher {
  const announce = (logger: Logger, identity: Identity): void => {
    const level = logger._level
    levels.announce('bunyan', keyOf(identity), Number.isFinite(level) ? level : OFF)
  }
  return {
    made(logger, identity) {
      loggers.add(identity, logger)
      announce(logger, identity)
    },
    changed: announce,
  }
}

// The levels of its streams stay: those of the root's decide there.
function followRoot(
  { levels }: AdapterContext,
  identities: WeakMap<Logger, Identity>,
): { watcher: Watcher; stop: () => void } {
  const followers = new Followers<Logger>(levels, 'bunyan', (logger, level) => {
    logger._level = level >= OFF ? Number.POSITIVE_INFINITY : level
  })
  const watcher: Watcher = {
    made(logger, identity) {
      identities.set(logger, identity)
      followers.follow(identity, logger)
    },
    changed: (logger) => followers.release(logger),
  }
  return { watcher, stop: followers.install() }
}
