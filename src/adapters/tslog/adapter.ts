// Adapter: patches tslog 4 and 5 and tracks their loggers by name, parents' names and the file that created them.
//
// tslog itself handles each call, on an overlay of the application's logger. In the child it applies prefix, mask,
// middleware, bindings and context, and prints; in the root, the transports get the record.

import type { Adapter, AdapterContext } from '../kit/adapter.js'
import { hookPackage } from '../kit/hook/package.js'
import { captureCalls } from './capture.js'
import { createWatch } from './levels.js'
import { type Logger, originals } from './library.js'
import { relay, writeUnwritten } from './relay.js'
import { watchFlush } from './sink.js'
import { announceTransports, watchTransports } from './transports.js'

const PACKAGE = {
  name: 'tslog',
  main: /[\\/]tslog[\\/](?:cjs[\\/]BaseLogger|esm[\\/](?:BaseLogger|index\.node))\.js$/,
  internal: true,
}

export const tslogAdapter: Adapter = {
  name: 'tslog',

  install(context) {
    const undo: (() => void)[] = []
    const unhook = hookPackage(PACKAGE, (exports) => {
      const { prototype } = (exports as { BaseLogger?: { prototype: Logger } }).BaseLogger ?? {}
      if (typeof prototype?.log !== 'function' || originals.has(prototype)) return
      undo.push(patch(prototype, context))
    })
    return () => {
      unhook()
      for (const each of undo) each()
    }
  },

  relay,
  writeUnwritten,
}

function patch(prototype: Logger, context: AdapterContext): () => void {
  const { log, _shouldCaptureStack } = prototype
  originals.set(prototype, log)
  const watch = createWatch(context)
  const undo = [watchTransports(prototype, context)]
  // Every logger's constructor calls this method.
  prototype._shouldCaptureStack = function (this: Logger) {
    watch.add(this)
    announceTransports(this, context)
    return _shouldCaptureStack.call(this)
  }
  if (context.role !== 'track') {
    prototype.log = captureCalls(log, context)
    undo.push(watchFlush(prototype))
  }
  return () => {
    prototype.log = log
    prototype._shouldCaptureStack = _shouldCaptureStack
    originals.delete(prototype)
    watch.end()
    for (const each of undo) each()
  }
}
