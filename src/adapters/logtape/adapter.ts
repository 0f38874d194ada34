// Adapter: patches LogTape 2 and knows its loggers by category. All copies share one root logger, on the global object.

import type { Adapter, AdapterContext } from '../kit/adapter.js'
import { onGlobal } from '../kit/hook/globals.js'
import { captureRecords } from './capture.js'
import { announceSettings, followSettings, patchChecks, watchSettings } from './levels.js'
import { GLOBAL, type Logger, state } from './library.js'
import { relay } from './relay.js'

export const logtapeAdapter: Adapter = {
  name: 'logtape',

  install(context) {
    const undo: (() => void)[] = []
    const patched = new WeakSet<Logger>()
    const release = onGlobal(GLOBAL, (given) => {
      const root = given as Logger
      state.root = root
      const prototype = Object.getPrototypeOf(root) as Logger
      if (typeof prototype.emitResolved !== 'function' || patched.has(prototype)) return
      patched.add(prototype)
      undo.push(patch(prototype, context))
    })
    return () => {
      release()
      for (const each of undo) each()
    }
  },

  relay,
}

function patch(prototype: Logger, context: AdapterContext): () => void {
  const before = Object.getOwnPropertyDescriptors(prototype)
  const settings =
    context.role === 'take' ? followSettings(before, context) : announceSettings(context)
  watchSettings(prototype, before, settings)
  if (context.role !== 'track')
    prototype.emitResolved = captureRecords(prototype.emitResolved, context)
  if (context.role === 'take') patchChecks(prototype, context)
  return () => {
    settings.end()
    Object.defineProperties(prototype, before)
  }
}
