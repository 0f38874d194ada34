// Adapter: patches consola 3; tags become logger names. Each thread calls its own reporters, and only files of the root
// are written by the root.

import * as shimmer from 'shimmer'
import type { Adapter } from '../kit/adapter.js'
import { relayFiles, writeFiles } from '../kit/files.js'
import { hookPackage } from '../kit/hook/package.js'
import { capture } from './capture.js'
import { watchInstances } from './levels.js'
import type { Consola } from './library.js'

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
      if (context.role === 'track') return
      shimmer.wrap(prototype, '_log', (original) => capture(original, context))
      undo.push(() => shimmer.unwrap(prototype, '_log'))
    })
    return () => {
      unhook()
      for (const each of undo) each()
    }
  },

  relay: (_record, files) => relayFiles('consola', files),

  writeUnwritten: writeFiles,
}
