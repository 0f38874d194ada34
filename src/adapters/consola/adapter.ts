// Adapter: patches consola 3 and tracks its instances by tag and by the file that created them.

import * as shimmer from 'shimmer'
import type { Adapter, AdapterContext } from '../kit/adapter.js'
import { hookPackage } from '../kit/hook/package.js'
import { placeOf } from '../kit/identity/callers.js'
import { captureLog } from './capture.js'
import { createWatch } from './levels.js'
import { type Consola, instances, OWN_FILES, tagOf } from './library.js'
import { relay } from './relay.js'

const PACKAGE = {
  name: 'consola',
  main: /[\\/]consola[\\/]dist[\\/]core\.[cm]js$/,
  internal: true,
}

export const consolaAdapter: Adapter = {
  name: 'consola',

  install(context) {
    const undo: (() => void)[] = []
    const unhook = hookPackage(PACKAGE, (exports) => {
      const { prototype } = (exports as { Consola?: { prototype: Consola } }).Consola ?? {}
      if (typeof prototype?._log !== 'function') return
      undo.push(watchInstances(prototype, context))
      if (context.role !== 'track') {
        shimmer.wrap(prototype, '_log', (original) => captureLog(original, context))
        undo.push(() => shimmer.unwrap(prototype, '_log'))
      }
    })
    return () => {
      unhook()
      for (const each of undo) each()
    }
  },

  relay,
}

function watchInstances(prototype: Consola, context: AdapterContext): () => void {
  const watch = createWatch(context)
  // The constructor calls this method after it has set the options.
  shimmer.wrap(prototype, '_wrapLogFn', (original) => {
    return function _wrapLogFn(this: Consola, ...args: unknown[]) {
      if (!instances.identify(this)) {
        instances.add(this, tagOf(this), placeOf(OWN_FILES))
        watch.add(this)
      }
      return original.apply(this, args)
    }
  })
  const level = Object.getOwnPropertyDescriptor(prototype, 'level')
  if (level?.set) {
    const { set } = level
    Object.defineProperty(prototype, 'level', {
      ...level,
      set(this: Consola, value: unknown) {
        set.call(this, value)
        watch.changed(this)
      },
    })
  }
  return () => {
    shimmer.unwrap(prototype, '_wrapLogFn')
    if (level) Object.defineProperty(prototype, 'level', level)
    watch.end()
  }
}
