// Adapter: patches signale 1 and tracks its loggers by scope and by the file that created them.

import * as shimmer from 'shimmer'
import type { Adapter, AdapterContext } from '../kit/adapter.js'
import { hookPackage } from '../kit/hook/package.js'
import { placeOf } from '../kit/identity/callers.js'
import { captureCalls, captureTimers } from './capture.js'
import { createWatch } from './levels.js'
import { instances, nameOf, OWN_FILES, type Signale } from './library.js'
import { relay } from './relay.js'

const PACKAGE = { name: 'signale', main: /[\\/]signale[\\/]signale\.js$/, internal: true }

export const signaleAdapter: Adapter = {
  name: 'signale',

  install(context) {
    const undo: (() => void)[] = []
    const unhook = hookPackage(PACKAGE, (exports) => {
      const { prototype } = exports as { prototype?: Signale }
      if (typeof prototype?._logger !== 'function') return
      undo.push(watchInstances(prototype, context))
      if (context.role === 'track') return
      shimmer.wrap(prototype, '_logger', (original) => captureCalls(original, context))
      shimmer.wrap(prototype, '_log', (original) => captureTimers(original, context))
      undo.push(() => shimmer.massUnwrap([prototype], ['_logger', '_log']))
    })
    return () => {
      unhook()
      for (const each of undo) each()
    }
  },

  relay,
}

function watchInstances(prototype: Signale, context: AdapterContext): () => void {
  const watch = createWatch(context)
  // The constructor calls this method once, after it has set the scope.
  shimmer.wrap(prototype, '_getLongestLabel', (original) => {
    return function _getLongestLabel(this: Signale) {
      if (!instances.identify(this)) {
        instances.add(this, nameOf(this), placeOf(OWN_FILES))
        watch.add(this)
      }
      return original.call(this)
    }
  })
  for (const method of ['disable', 'enable'] as const) {
    shimmer.wrap(prototype, method, (original) => {
      return function (this: Signale) {
        original.call(this)
        watch.changed(this)
      }
    })
  }
  return () => {
    watch.end()
    shimmer.massUnwrap([prototype], ['_getLongestLabel', 'disable', 'enable'])
  }
}
