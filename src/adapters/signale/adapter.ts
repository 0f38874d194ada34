// Adapter: patches signale 1; scopes become logger names. Each thread writes its own records, except to files of the root.

import * as shimmer from 'shimmer'
import type { Adapter, AdapterContext } from '../kit/adapter.js'
import { relayFiles, writeFiles } from '../kit/files.js'
import { hookPackage } from '../kit/hook/package.js'
import { captureCalls, captureTexts, findFilename } from './capture.js'
import { watchLoggers } from './levels.js'
import type { Signale } from './library.js'

const PACKAGE = { name: 'signale', main: /[\\/]signale[\\/]signale\.js$/, internal: true }

export const signaleAdapter: Adapter = {
  name: 'signale',

  install(context) {
    const undo: (() => void)[] = []
    const unhook = hookPackage(PACKAGE, (exports) => {
      const { prototype } = exports as { prototype?: Signale }
      if (typeof prototype?._logger !== 'function') return
      undo.push(watchLoggers(prototype, context))
      if (context.role !== 'track') undo.push(patch(prototype, context))
    })
    return () => {
      unhook()
      for (const each of undo) each()
    }
  },

  relay: (_record, files) => relayFiles('signale', files),

  writeUnwritten: writeFiles,
}

function patch(prototype: Signale, context: AdapterContext): () => void {
  const filename = Object.getOwnPropertyDescriptor(prototype, 'filename')
  shimmer.wrap(prototype, '_logger', captureCalls)
  shimmer.wrap(prototype, '_log', (original) => captureTexts(original, context))
  if (filename) Object.defineProperty(prototype, 'filename', { ...filename, get: findFilename })
  return () => {
    shimmer.massUnwrap([prototype], ['_logger', '_log'])
    if (filename) Object.defineProperty(prototype, 'filename', filename)
  }
}
