// Adapter: patches loglevel 1; loggers are known by name. Each thread prints its own records.

import type { Adapter, AdapterContext } from '../kit/adapter.js'
import { hookPackage } from '../kit/hook/package.js'
import { captureMethods } from './capture.js'
import { LevelWatch } from './levels.js'
import { isLoglevel, type Logger, type Method } from './library.js'

const PACKAGE = {
  name: 'loglevel',
  main: /[\\/]loglevel[\\/]lib[\\/]loglevel\.js$/,
  internal: true,
}

/** The functions with which the library puts its methods in place anew. */
const SETTERS = ['setLevel', 'resetLevel', 'rebuild'] as const

type Setters = Partial<Record<(typeof SETTERS)[number], Method>>

export const loglevelAdapter: Adapter = {
  name: 'loglevel',

  install(context) {
    const copies = new Set<Logger>()
    const watch = new LevelWatch(context)
    const patch = createPatch(context, watch)
    const unhook = hookPackage(PACKAGE, (exports) => {
      if (!isLoglevel(exports)) return
      copies.add(exports)
      patch.adopt(exports)
      const { getLogger } = exports
      exports.getLogger = function (this: unknown, name) {
        const logger = getLogger.call(this as Logger, name)
        patch.adopt(logger)
        return logger
      }
      for (const logger of Object.values(exports.getLoggers())) patch.adopt(logger)
    })
    const unwatch = context.levels.watch(() => {
      for (const copy of copies)
        for (const logger of [copy, ...Object.values(copy.getLoggers())]) watch.follow(logger)
    })
    return () => {
      patch.end()
      unhook()
      unwatch()
    }
  },

  // A child prints itself.
  relay: () => true,
}

// The methods are wrapped again after each setter. A method that the application replaces itself, as tests do, stays.
function createPatch(
  context: AdapterContext,
  watch: LevelWatch,
): { adopt(logger: Logger): void; end(): void } {
  const seen = new WeakSet<Logger>()
  let isActive = true
  const wrapMethods = (logger: Logger): void => {
    watch.announce(logger)
    if (context.role !== 'track') captureMethods(logger, context, () => isActive)
  }
  return {
    adopt(logger) {
      if (seen.has(logger)) return
      seen.add(logger)
      watch.follow(logger)
      wrapMethods(logger)
      const setters = logger as Setters
      for (const setter of SETTERS) {
        const original = setters[setter]
        if (!original) continue
        setters[setter] = function (this: unknown, ...args: unknown[]) {
          const result = original.apply(this, args)
          if (setter === 'setLevel') watch.wasSet(logger)
          else if (setter === 'resetLevel') watch.wasReset(logger)
          if (isActive) wrapMethods(logger)
          return result
        }
      }
    },
    end() {
      isActive = false
    },
  }
}
