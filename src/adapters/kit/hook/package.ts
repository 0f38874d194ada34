// Package: calls an adapter when a copy of its package has been loaded with `require` or `import`.
//
// Loads are watched (watch.ts), because `import` of a CommonJS package does not call the function that
// require-in-the-middle patches, and Node reads the package's exports at the end of `Module.prototype.load`.
// require-in-the-middle is loaded together with the first hooked package, and from then on also handles what is loaded with
// `require`. ES modules: esm.ts.

import { diagnose } from '../../../core/diagnostics.js'
import { isOutOfReach, notice, reasonOf } from '../../../core/notice.js'
import { process } from '../../../core/originals.js'
import { withName } from './alias.js'
import { beforeFile, type Loading } from './watch.js'

export interface Package {
  readonly name: string
  /** Matches the path of the file whose exports are patched. */
  readonly main: RegExp
  /**
   * Whether that file is not the package's main file, or the patch only changes its exports in place. Then
   * require-in-the-middle is not needed.
   */
  readonly internal?: boolean
}

/** Returns new exports, or undefined to keep the given ones, which it may have changed in place. */
type Patch = (exports: unknown, path: string) => unknown

interface Hook {
  readonly target: Package
  readonly patch: Patch
  /** Exports that were patched, and what replaces them. */
  readonly patched: WeakMap<object, unknown>
}

const hooks = new Set<Hook>()
let unwatch: (() => void) | undefined
let unhookRequire: (() => void) | undefined
/** Packages that require-in-the-middle handles. */
let required: readonly string[] = []

/**
 * Calls `patch` once for each copy of the package, already loaded or loaded later, with its exports and the path of its
 * file (for what require-in-the-middle finds first: the package's name). Returns the undo; copies that were patched stay
 * patched.
 */
export function hookPackage(target: Package, patch: Patch): () => void {
  const hook: Hook = { target, patch, patched: new WeakMap() }
  hooks.add(hook)
  unwatch ??= beforeFile(watchModule)
  for (const [path, module] of Object.entries(require.cache)) {
    if (module && target.main.test(withName(path)))
      module.exports = apply(hook, module.exports, path)
  }
  return () => {
    hooks.delete(hook)
    unwatchIfIdle()
  }
}

/** Whether an adapter patches the exports of this file. */
export function isHooked(filename: string): boolean {
  const named = withName(filename)
  return [...hooks].some(({ target }) => target.main.test(named))
}

/** Calls the hooks for the exports of an ES module. They cannot be replaced, only changed in place. */
export function offerModule(filename: string, exports: unknown): void {
  const named = withName(filename)
  for (const hook of hooks) if (hook.target.main.test(named)) apply(hook, exports, filename)
}

function unwatchIfIdle(): void {
  if (hooks.size > 0) return
  unhookRequire?.()
  unhookRequire = undefined
  required = []
  unwatch?.()
  unwatch = undefined
}

// Node sets `loaded` after it has run the module, before anything reads its exports.
function watchModule(filename: string, module: Loading | undefined): void {
  if (!module || !isHooked(filename)) return
  Object.defineProperty(module, 'loaded', {
    configurable: true,
    enumerable: true,
    get: () => false,
    set(loaded: boolean) {
      const value = { value: loaded, configurable: true, enumerable: true, writable: true }
      Object.defineProperty(module, 'loaded', value)
      if (loaded) patchModule(module, filename)
    },
  })
}

function patchModule(module: { exports: unknown }, filename: string): void {
  const named = withName(filename)
  for (const hook of hooks) {
    if (!hook.target.main.test(named)) continue
    module.exports = apply(hook, module.exports, filename)
    if (!hook.target.internal && !required.includes(hook.target.name)) hookRequire(hook.target.name)
  }
}

let isHooking = false

function hookRequire(name: string): void {
  required = [...required, name]
  if (isHooking) return // require-in-the-middle is being loaded and has loaded a hooked package
  isHooking = true
  try {
    const { Hook } = withoutDebug(
      () => require('require-in-the-middle') as typeof import('require-in-the-middle'),
    )
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
    if (isOutOfReach(error)) return
    notice(
      'LOGSHARE_WARN_FAILED_OPEN',
      `packages that are required later are not adapted: ${reasonOf(error)}`,
    )
  } finally {
    isHooking = false
  }
}

type Load = (request: string, ...rest: unknown[]) => unknown

// require-in-the-middle prints each `require` through the package `debug`, which may be the application's copy: with its
// `debug.enable('*')` these lines would be printed, too.
function withoutDebug<T>(act: () => T): T {
  if (process.env.DEBUG?.includes('require-in-the-middle')) return act()
  const loader = require('node:module') as { _load: Load }
  const { _load: load } = loader
  const mute = (): (() => void) => () => {}
  loader._load = (request, ...rest) =>
    request === 'debug' ? mute : load.call(loader, request, ...rest)
  try {
    return act()
  } finally {
    loader._load = load
  }
}

function apply(hook: Hook, exports: unknown, path: string): unknown {
  if ((typeof exports !== 'object' && typeof exports !== 'function') || exports === null) {
    return exports
  }
  if (hook.patched.has(exports)) return hook.patched.get(exports)
  const replaced = runPatch(hook, exports, path)
  hook.patched.set(exports, replaced)
  if (typeof replaced === 'object' || typeof replaced === 'function') {
    hook.patched.set(replaced as object, replaced)
  }
  return replaced
}

function runPatch(hook: Hook, exports: object, path: string): unknown {
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
