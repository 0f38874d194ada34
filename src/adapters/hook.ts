// Hooks: tell an adapter when a copy of its package has been loaded, by require or by import.
//
// An import of a CommonJS package never passes `Module.prototype.require`, which require-in-the-middle patches, and it
// takes its exports when `Module._extensions['.js']` returns; so that function is what is watched, and it alone until
// the first such package comes. From then on require-in-the-middle serves what is required.

import * as Module from 'node:module'
import { diagnose } from '../core/diagnostics.js'
import { notice, reasonOf } from '../core/notice.js'

export interface Package {
  readonly name: string
  /** Matches the path of the file whose exports are wanted. */
  readonly main: RegExp
}

type Patch = (exports: unknown) => void
type Load = (module: { exports: unknown }, filename: string) => void
type Extensions = { '.js': Load }

interface Hook {
  readonly target: Package
  readonly patch: Patch
  readonly patched: WeakSet<object>
}

const hooks = new Set<Hook>()
let unwatch: (() => void) | undefined
let unhookRequire: (() => void) | undefined

/** Calls `patch` once with the exports of each copy of the package, loaded before or from now on; returns the undo. */
export function hookPackage(target: Package, patch: Patch): () => void {
  const hook: Hook = { target, patch, patched: new WeakSet() }
  hooks.add(hook)
  unwatch ??= watchLoads()
  for (const [path, module] of Object.entries(require.cache)) {
    if (target.main.test(path)) apply(hook, module?.exports)
  }
  return () => {
    hooks.delete(hook)
    if (hooks.size > 0) return
    unwatch?.()
    unhookRequire?.()
    unwatch = unhookRequire = undefined
  }
}

function watchLoads(): () => void {
  const extensions = (Module as unknown as { _extensions: Extensions })._extensions
  const original = extensions['.js']
  const watched: Load = function load(this: unknown, module, filename) {
    original.call(this, module, filename)
    if (filename.includes('node_modules')) offer(module, filename)
  }
  extensions['.js'] = watched
  return () => {
    if (extensions['.js'] === watched) extensions['.js'] = original
  }
}

function offer(module: { exports: unknown }, filename: string): void {
  for (const hook of hooks) {
    if (!hook.target.main.test(filename)) continue
    apply(hook, module.exports)
    if (!unhookRequire) hookRequire()
  }
}

function hookRequire(): void {
  unhookRequire = () => {} // it loads a copy of debug itself
  try {
    const { Hook } = require('require-in-the-middle') as typeof import('require-in-the-middle')
    const names = [...hooks].map((hook) => hook.target.name)
    const installed = new Hook(names, (exports, name) => {
      for (const hook of hooks) if (hook.target.name === name) apply(hook, exports)
      return exports
    })
    unhookRequire = () => installed.unhook()
  } catch (error) {
    notice('LOGSHARE_WARN_FAILED_OPEN', `what is required later is not adapted: ${reasonOf(error)}`)
  }
}

function apply(hook: Hook, exports: unknown): void {
  if ((typeof exports !== 'object' && typeof exports !== 'function') || exports === null) return
  if (hook.patched.has(exports)) return
  hook.patched.add(exports)
  try {
    hook.patch(exports)
    diagnose('adapter', 'hooked a copy of %s', hook.target.name)
  } catch (error) {
    notice('LOGSHARE_WARN_FAILED_OPEN', `cannot adapt ${hook.target.name}: ${reasonOf(error)}`)
  }
}
