// ESM: modules that are no CommonJS never pass the cache of modules. A line behind their own hands their exports over.
//
// `module.registerHooks` is there from Node 22.15 on. It is used only where one of the packages is to be found, sees every
// module and changes none but theirs.

import { existsSync } from 'node:fs'
import * as loader from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { diagnose } from '../../../core/diagnostics.js'
import { reasonOf } from '../../../core/notice.js'
import { announceFile, isHooked, offerModule } from './package.js'

interface Loaded {
  readonly format?: string | null
  readonly source?: string | ArrayBuffer | Uint8Array | null
}

type Load<C> = (url: string, context: C, next: (url: string, context: C) => Loaded) => Loaded

type RegisterHooks = (hooks: { load: Load<unknown> }) => { deregister(): void }

const KEY = Symbol.for('logshare.esm')

let handed: ((url: string, exports: unknown) => void) | undefined

/** Has hooks see those files of the packages that are modules; returns the undo. */
export function hookModules(
  packages: readonly string[],
  isTheirs: (url: string) => boolean,
): () => void {
  const present = packages.filter(isPresent)
  if (present.length === 0) return () => {}
  const { registerHooks } = loader as unknown as { registerHooks?: RegisterHooks }
  if (!registerHooks) {
    diagnose(
      'adapter',
      '%s, if imported, is not adapted: no module.registerHooks',
      present.join(', '),
    )
    return () => {}
  }
  handed = (url, exports) => offerModule(fileURLToPath(url), exports)
  Object.defineProperty(globalThis, KEY, { configurable: true, value: handed })
  const hooks = registerHooks({
    load(url, context, next) {
      const loaded = next(url, context)
      return isTheirs(url) ? attend(url, loaded) : loaded
    },
  })
  return () => {
    hooks.deregister()
    if (Reflect.get(globalThis, KEY) === handed) Reflect.deleteProperty(globalThis, KEY)
  }
}

// Behind the last line: places and source maps stay as they are. It runs when the module has, before its importers.
function attend(url: string, loaded: Loaded): Loaded {
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

// Package managers put a package, or a link to it, beside others at the top, even if only another package needs it.
function isPresent(name: string): boolean {
  const starts = new Set([process.cwd(), dirname(process.argv[1] ?? ''), __dirname])
  for (const start of starts) {
    for (let at = start; ; at = dirname(at)) {
      const modules = join(at, 'node_modules')
      if (
        existsSync(join(modules, name)) ||
        existsSync(join(modules, '.pnpm', 'node_modules', name))
      ) {
        return true
      }
      if (dirname(at) === at) break
    }
  }
  return false
}
