// ESM: finds packages that are loaded as ES modules, which never get into the CommonJS module cache.
//
// A load hook appends a line to the source of such a file; the line passes the file's exports to us. The hook needs
// `module.registerHooks` (Node 22.15). Node calls it for every module, so it is installed only if one of the packages is
// present in a node_modules directory.

import { fileURLToPath } from 'node:url'
import { diagnose } from '../../../core/diagnostics.js'
import { reasonOf } from '../../../core/notice.js'
import { isHooked, offerModule } from './package.js'
import { announceFile } from './watch.js'

interface Loaded {
  readonly format?: string | null
  readonly source?: string | ArrayBuffer | Uint8Array | null
}

type Load<C> = (url: string, context: C, next: (url: string, context: C) => Loaded) => Loaded

type RegisterHooks = (hooks: { load: Load<unknown> }) => { deregister(): void }

const KEY = Symbol.for('logshare.esm')

let receive: ((url: string, exports: unknown) => void) | undefined

/**
 * Has the hooks of `hookPackage` called for those files of the packages that are ES modules. `isHookedUrl` tells for a URL
 * whether it is one of their files. Returns the undo.
 */
export function hookModules(
  packages: readonly string[],
  isHookedUrl: (url: string) => boolean,
): () => void {
  const { registerHooks } = require('node:module') as { registerHooks?: RegisterHooks }
  if (!registerHooks) {
    diagnose(
      'adapter',
      '%s, if imported, is not adapted: no module.registerHooks',
      packages.join(', '),
    )
    return () => {}
  }
  receive = (url, exports) => offerModule(fileURLToPath(url), exports)
  Object.defineProperty(globalThis, KEY, { configurable: true, value: receive })
  const hooks = registerHooks({
    load(url, context, next) {
      const loaded = next(url, context)
      return isHookedUrl(url) ? appendHandover(url, loaded) : loaded
    },
  })
  return () => {
    hooks.deregister()
    if (Reflect.get(globalThis, KEY) === receive) Reflect.deleteProperty(globalThis, KEY)
  }
}

// After the last line, so that positions and source maps stay valid. It runs after the module's own code and before the
// modules that import it.
function appendHandover(url: string, loaded: Loaded): Loaded {
  try {
    const { format, source } = loaded
    if (format !== 'module' || source === null || source === undefined) return loaded
    const path = fileURLToPath(url)
    announceFile(path)
    if (!isHooked(path)) return loaded
    const text = typeof source === 'string' ? source : Buffer.from(source as Uint8Array).toString()
    const own = JSON.stringify(url)
    const line = `import * as __logshare from ${own};globalThis[Symbol.for('logshare.esm')]?.(${own}, __logshare);`
    return { ...loaded, source: `${text}\n;${line}\n` }
  } catch (error) {
    diagnose('adapter', 'cannot adapt %s: %s', url, reasonOf(error))
    return loaded
  }
}
