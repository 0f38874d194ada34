// Watch: tells when Node is about to run a file of a package that it loads with `require` or `import`.
//
// The CommonJS module cache is watched, because `import` of a CommonJS package does not call `Module.prototype.require`,
// the function that require-in-the-middle patches. ES modules do not get into this cache: esm.ts.

/** A module that Node has put into its cache and not run yet. */
export interface Loading {
  exports: unknown
  loaded: boolean
}

/** `module` is not there for an ES module. */
type Watcher = (filename: string, module?: Loading) => void

type Cache = Record<string, Loading | undefined>

const watchers = new Set<Watcher>()
let unwatch: (() => void) | undefined

/** Calls `callback` with the path of each file in a node_modules directory, just before it runs. Returns the undo. */
export function beforeFile(callback: Watcher): () => void {
  watchers.add(callback)
  unwatch ??= watchLoads()
  return () => {
    watchers.delete(callback)
    if (watchers.size > 0) return
    unwatch?.()
    unwatch = undefined
  }
}

/**
 * Calls the callbacks of `beforeFile`, also those that one of them adds: an adapter's. esm.ts calls it for ES modules.
 */
export function announceFile(filename: string, module?: Loading): void {
  for (const callback of watchers) callback(filename, module)
}

// Node puts a module into the cache before it runs it. While the module's code runs, no function of ours is on the stack:
// an error thrown there has the same stack trace as without logshare.
function watchLoads(): () => void {
  const loader = require('node:module') as { _cache: Cache }
  const original = loader._cache
  const watched = new Proxy(original, {
    set(cache, filename, module: Loading | undefined) {
      if (typeof filename === 'string' && filename.includes('node_modules')) {
        if (module?.loaded === false) announceFile(filename, module)
      }
      return Reflect.set(cache, filename, module)
    },
  })
  loader._cache = watched
  return () => {
    if (loader._cache === watched) loader._cache = original
  }
}
