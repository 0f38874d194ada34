// Adapter: patches loglevel 1 and knows its loggers by name.

import type { Adapter } from '../kit/adapter.js'
import { hookPackage } from '../kit/hook/package.js'
import { captureMethods, type Installation } from './capture.js'
import { createWatch, type Watch } from './levels.js'
import { copies, isLoglevel, type Logger, type Method } from './library.js'
import { relay } from './relay.js'

const PACKAGE = {
  name: 'loglevel',
  main: /[\\/]loglevel[\\/]lib[\\/]loglevel\.js$/,
  internal: true,
}

export const loglevelAdapter: Adapter = {
  name: 'loglevel',

  install(context) {
    const installation: Installation = { context, active: true }
    const watch = createWatch(context)
    const patched = new WeakSet<Logger>()
    const patchOnce = (logger: Logger): void => {
      if (patched.has(logger)) return
      patched.add(logger)
      patch(logger, installation, watch)
    }
    const unhook = hookPackage(PACKAGE, (exports) => {
      if (!isLoglevel(exports)) return
      copies.add(exports)
      patchOnce(exports)
      const { getLogger } = exports
      exports.getLogger = function (this: unknown, name) {
        const logger = getLogger.call(this, name)
        patchOnce(logger)
        return logger
      }
      for (const logger of Object.values(exports.getLoggers())) patchOnce(logger)
    })
    const unwatch = watch.start()
    return () => {
      installation.active = false
      unhook()
      unwatch()
    }
  },

  relay,
}

type Setter = 'setLevel' | 'resetLevel' | 'rebuild'

const SETTERS: readonly Setter[] = ['setLevel', 'resetLevel', 'rebuild']

// These methods assign all logging methods anew, which are then wrapped again. A logging method that the application
// itself assigns later, such as a mock, stays.
function patch(logger: Logger, installation: Installation, watch: Watch): void {
  watch.follow(logger)
  watch.announce(logger)
  captureMethods(logger, installation)
  const setters = logger as unknown as Record<Setter, Method | undefined>
  for (const setter of SETTERS) {
    const original = setters[setter]
    if (!original) continue
    setters[setter] = function (this: unknown, ...args: unknown[]) {
      const result = original.apply(this, args)
      if (setter === 'setLevel') watch.set(logger)
      else if (setter === 'resetLevel') watch.reset(logger)
      if (installation.active) {
        watch.announce(logger)
        captureMethods(logger, installation)
      }
      return result
    }
  }
}
