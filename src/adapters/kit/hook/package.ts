// Hooks: tell an adapter when a copy of its package has been loaded, by require or by import.
//
// An import of a CommonJS package never passes `Module.prototype.require`, which require-in-the-middle patches, and its
// exports are taken at the end of `Module.prototype.load`; so the cache of modules is what is watched, and it alone until
// the first such package comes. From then on require-in-the-middle serves what is required.

import { diagnose } from '../../../core/diagnostics.js'
import { notice, reasonOf } from '../../../core/notice.js'

export interface Package {
  readonly name: string
  /** Matches the path of the file whose exports are wanted. */
  readonly main: RegExp
  /** Whether that file is another one than the package's main file, or its exports are changed in place only. */
  readonly internal?: boolean
}

/** Returns what is to be exported in the place of what was; undefined: it has changed that itself, or nothing. */
type Patch = (exports: unknown, path: string) => unknown

interface Loading {
  exports: unknown
  loaded: boolean
}

type Cache = Record<string, Loading | undefined>

interface Hook {
  readonly target: Package
  readonly patch: Patch
  /** Exports that were patched, and those in their place. */
  readonly patched: WeakMap<object, unknown>
}

const hooks = new Set<Hook>()
const watchers = new Set<(filename: string) => void>()
let unwatch: (() => void) | undefined
let unhookRequire: (() => void) | undefined
/** Packages that require-in-the-middle serves. */
let required: readonly string[] = []

/**
 * Calls `patch` once with the exports of each copy of the package, loaded before or from now on, and with the file they
 * come from; returns the undo, after which copies that were patched stay as they are.
 */
export function hookPackage(target: Package, patch: Patch): () => void {
  const hook: Hook = { target, patch, patched: new WeakMap() }
  hooks.add(hook)
  unwatch ??= watchLoads()
  for (const [path, module] of Object.entries(require.cache)) {
    if (module && target.main.test(path)) module.exports = apply(hook, module.exports, path)
  }
  return () => {
    hooks.delete(hook)
    unwatchIfIdle()
  }
}

/** Calls back with the path of each file of a package before it is run, for the first time; returns the undo. */
export function beforeFile(about: (filename: string) => void): () => void {
  watchers.add(about)
  unwatch ??= watchLoads()
  return () => {
    watchers.delete(about)
    unwatchIfIdle()
  }
}

/** A file of a package is about to be run that never comes into the cache of modules. */
export function announceFile(filename: string): void {
  for (const about of watchers) about(filename)
}

export function isHooked(filename: string): boolean {
  return [...hooks].some(({ target }) => target.main.test(filename))
}

/** The exports of such a file, which cannot be replaced. */
export function offerModule(filename: string, exports: unknown): void {
  for (const hook of hooks) if (hook.target.main.test(filename)) apply(hook, exports, filename)
}

function unwatchIfIdle(): void {
  if (hooks.size === 0) {
    unhookRequire?.()
    unhookRequire = undefined
    required = []
  }
  if (hooks.size + watchers.size > 0) return
  unwatch?.()
  unwatch = undefined
}

// Node puts a module into the cache before it runs it, and sets `loaded` when it has, before anybody takes its exports.
// What stands between the two calls nothing of ours: an error thrown there has the stack trace it has without us.
function watchLoads(): () => void {
  const loader = require('node:module') as { _cache: Cache }
  const original = loader._cache
  const watched = new Proxy(original, {
    set(cache, filename, module: Loading | undefined) {
      if (typeof filename === 'string' && filename.includes('node_modules')) {
        if (module?.loaded === false) attend(module, filename)
      }
      return Reflect.set(cache, filename, module)
    },
  })
  loader._cache = watched
  return () => {
    if (loader._cache === watched) loader._cache = original
  }
}

function attend(module: Loading, filename: string): void {
  announceFile(filename)
  if (!isHooked(filename)) return
  Object.defineProperty(module, 'loaded', {
    configurable: true,
    enumerable: true,
    get: () => false,
    set(loaded: boolean) {
      const value = { value: loaded, configurable: true, enumerable: true, writable: true }
      Object.defineProperty(module, 'loaded', value)
      if (loaded) offer(module, filename)
    },
  })
}

function offer(module: { exports: unknown }, filename: string): void {
  for (const hook of hooks) {
    if (!hook.target.main.test(filename)) continue
    module.exports = apply(hook, module.exports, filename)
    if (!hook.target.internal && !required.includes(hook.target.name)) hookRequire(hook.target.name)
  }
}

let isHooking = false

function hookRequire(name: string): void {
  required = [...required, name]
  if (isHooking) return // it is being loaded, and has loaded a copy of debug itself
  isHooking = true
  try {
    const { Hook } = require('require-in-the-middle') as typeof import('require-in-the-middle')
    unhookRequire?.()
    const installed = new Hook([...required], (given, name) => {
      let exports: unknown = given
      for (const hook of hooks) {
        if (hook.target.name === name && !hook.target.internal) exports = apply(hook, exports, name)
      }
      return exports as typeof given
    })
    unhookRequire = () => installed.unhook()
  } catch (error) {
    notice('LOGSHARE_WARN_FAILED_OPEN', `what is required later is not adapted: ${reasonOf(error)}`)
  } finally {
    isHooking = false
  }
}

function apply(hook: Hook, exports: unknown, path: string): unknown {
  if ((typeof exports !== 'object' && typeof exports !== 'function') || exports === null) {
    return exports
  }
  if (hook.patched.has(exports)) return hook.patched.get(exports)
  const replaced = attempt(hook, exports, path)
  hook.patched.set(exports, replaced)
  if (typeof replaced === 'object' || typeof replaced === 'function') {
    hook.patched.set(replaced as object, replaced)
  }
  return replaced
}

function attempt(hook: Hook, exports: object, path: string): unknown {
  try {
    const replaced = hook.patch(exports, path) ?? exports
    diagnose('adapter', 'hooked a copy of %s', hook.target.name)
    return replaced
  } catch (error) {
    const { name } = hook.target
    notice('LOGSHARE_WARN_FAILED_OPEN', `cannot adapt ${name}: ${reasonOf(error)}`, name)
    return exports
  }
}
