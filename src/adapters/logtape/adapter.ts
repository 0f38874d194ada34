// Adapter: patches the prototype of the loggers of LogTape 1 and 2; categories become logger names. Each thread calls its own sinks.
//
// A sink is a function that does not tell where it writes: to the console, a file, or an array of this thread. The
// functions that make sinks cannot be replaced, as the library is mostly imported. So no sink of the root gets records of
// children.

import type { Adapter, AdapterContext } from '../kit/adapter.js'
import { onGlobal } from '../kit/hook/globals.js'
import { captureEmits, captureUnconfigured } from './capture.js'
import { watchSettings } from './levels.js'
import { GLOBAL, type Logger } from './library.js'

export const logtapeAdapter: Adapter = {
  name: 'logtape',

  install(context) {
    const undo: (() => void)[] = []
    const patched = new WeakSet<Logger>()
    const release = onGlobal(GLOBAL, (root) => {
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

  // A child calls its own sinks.
  relay: () => true,
}

function patch(prototype: Logger, context: AdapterContext): () => void {
  const before: PropertyDescriptorMap = Object.getOwnPropertyDescriptors(prototype)
  // LogTape 1 has own properties in place of these: its levels are not followed, nor its configuration noticed.
  const settings = before.lowestLevel?.set ? watchSettings(prototype, context) : undefined
  if (context.role !== 'track') captureEmits(prototype, context)
  if (context.role === 'take' && settings) captureUnconfigured(prototype, context, settings)
  return () => {
    settings?.end()
    Object.defineProperties(prototype, before)
  }
}
