// Child process: patches node:child_process so that every node process it starts is a child with logshare.
//
// All asynchronous functions go through ChildProcess.prototype.spawn. All synchronous ones call a function of Node's own
// binding, and make their errors above it, so that our frames are in none of them.

import { ChildProcess } from 'node:child_process'
import { notice } from '../core/notice.js'
import { process } from '../core/originals.js'
import { rethrow } from '../core/rethrow.js'
import type { Parent } from './inherit.js'
import { isRunningOurs } from './living.js'
import { asBare, canPreload, forgetPreload, NODE_OPTIONS, PRELOAD } from './preload.js'

/** The options that `ChildProcess.prototype.spawn` gets. */
export interface SpawnOptions {
  readonly file?: unknown
  readonly args?: unknown
  readonly envPairs?: readonly string[] | undefined
  readonly stdio?: unknown
  readonly detached?: unknown
  readonly cwd?: unknown
  readonly uid?: unknown
}

export type SyncFunction = (...args: unknown[]) => unknown

/** Flags of Node's permission model. A preload that `--allow-fs-read` does not cover would kill the child. */
const PERMISSION = /^--(?:experimental-)?permission\b/

/** Makes every node process that is started from now on load logshare first. Returns the undo. */
export function patchChildProcess(parent: () => Parent | undefined): () => void {
  // What another tool has put over a patch calls it after the undo, too.
  let isUndone = false
  const getParent = (): Parent | undefined => (isUndone ? undefined : parent())
  const undo = [
    replace(ChildProcess.prototype as never, 'spawn', (original) => {
      return function spawn(this: unknown, ...args) {
        try {
          return startAsync(this, original, args, getParent)
        } catch (error) {
          return rethrow(error, spawn)
        }
      }
    }),
  ]
  const binding = findBinding()
  if (binding) {
    const patch = replace(binding, 'spawn', (original) => {
      return function spawn(this: unknown, ...args) {
        return startSync(this, original, args, getParent)
      }
    })
    undo.push(patch)
  }
  return () => {
    isUndone = true
    for (const each of undo) each()
  }
}

// `process.binding` is deprecated: a warning of it, with --pending-deprecation, would not be the application's.
function findBinding(): Record<string, SyncFunction> | undefined {
  const target = process as { noDeprecation?: boolean; binding?: (name: string) => never }
  const before = Object.getOwnPropertyDescriptor(target, 'noDeprecation')
  try {
    target.noDeprecation = true
    const found = target.binding?.('spawn_sync') as Record<string, SyncFunction> | undefined
    return typeof found?.spawn === 'function' ? found : undefined
  } catch {
    return undefined // another runtime, whose children have no logshare
  } finally {
    if (before) Object.defineProperty(target, 'noDeprecation', before)
    else Reflect.deleteProperty(target, 'noDeprecation')
  }
}

// Returns the undo, which leaves what others have put in place since.
function replace(
  target: Record<string, SyncFunction>,
  name: string,
  wrap: (original: SyncFunction) => SyncFunction,
): () => void {
  const original = target[name] as SyncFunction
  const wrapped = copyShape(original, wrap(original))
  target[name] = wrapped
  return () => {
    if (target[name] === wrapped) target[name] = original
  }
}

/** Gives `wrapped` the name and length of the original, so that the application sees no difference. */
function copyShape(original: SyncFunction, wrapped: SyncFunction): SyncFunction {
  for (const key of ['name', 'length'] as const) {
    Object.defineProperty(wrapped, key, { value: original[key], configurable: true })
  }
  return wrapped
}

function startAsync(
  child: unknown,
  original: SyncFunction,
  args: unknown[],
  getParent: () => Parent | undefined,
): unknown {
  const options = args[0] as SpawnOptions
  if (typeof options !== 'object' || options === null) return original.apply(child, args)
  const pairs = options.envPairs === undefined ? defaultPairs(options) : options.envPairs
  if (!Array.isArray(pairs) || isRestricted(options)) return original.apply(child, args)
  if (cannotLoad(options, pairs))
    return original.call(child, asBare(options, pairs), ...args.slice(1))
  const parent = getParent()
  return parent
    ? processes().startAsync(child, original, args, {
        options,
        pairs,
        parent,
        hasChannel: hasChannel(options.stdio),
      })
    : original.apply(child, args)
}

function startSync(
  self: unknown,
  original: SyncFunction,
  args: unknown[],
  getParent: () => Parent | undefined,
): unknown {
  const [options, ...rest] = args as [SpawnOptions, ...unknown[]]
  const { envPairs: pairs } = options
  const isApplied = !isRunningOurs() && Array.isArray(pairs) && !isRestricted(options)
  if (!isApplied) return original.apply(self, args)
  if (cannotLoad(options, pairs)) return original.call(self, asBare(options, pairs), ...rest)
  const parent = getParent()
  return parent
    ? processes().startSync(self, original, rest, { options, pairs, parent })
    : original.apply(self, args)
}

// Whether the preload would end a child: it has gone, or the child may not or cannot read it.
function cannotLoad(options: SpawnOptions, pairs: readonly string[]): boolean {
  if (isOutOfZip(options, pairs)) return true
  if (canPreload(String(options.file))) return isOfOther(options)
  forgetPreload()
  return true
}

// In a zip of Yarn PnP's, our files are there for processes only that load its `.pnp.cjs`.
function isOutOfZip({ args }: SpawnOptions, pairs: readonly string[]): boolean {
  if (!/\.zip[\\/]/.test(PRELOAD)) return false
  const flags = [
    ...(Array.isArray(args) ? args : []),
    ...pairs.filter((each) => each.startsWith(NODE_OPTIONS)),
  ]
  return !flags.some((each) => String(each).includes('.pnp.'))
}

// Node's default without `envPairs`: the child inherits the environment. With an IPC channel it gets an empty one.
function defaultPairs({ stdio }: SpawnOptions): string[] {
  return hasChannel(stdio)
    ? []
    : Object.entries(process.env).map(([key, value]) => `${key}=${value}`)
}

function hasChannel(stdio: unknown): boolean {
  return Array.isArray(stdio) && stdio.some(isIpc)
}

function isIpc(entry: unknown): boolean {
  return entry === 'ipc' || (entry as { type?: unknown } | null)?.type === 'ipc'
}

function isRestricted({ args, envPairs }: SpawnOptions): boolean {
  const flags = Array.isArray(args) ? args : []
  const options =
    envPairs?.find((pair) => pair.startsWith(NODE_OPTIONS))?.slice(NODE_OPTIONS.length) ?? ''
  return [...flags, ...options.split(' ')].some((flag) => PERMISSION.test(String(flag)))
}

// Another user may neither use the runtime directory nor, perhaps, read our files: a missing preload would kill the child.
function isOfOther(options: SpawnOptions): boolean {
  const uid = Object.hasOwn(options, 'uid') ? options.uid : undefined
  if (typeof uid !== 'number' || uid === process.getuid?.()) return false
  const reason = `processes of user ${uid} start without logshare: the log is private to user ${process.getuid?.()}`
  notice('LOGSHARE_WARN_FAILED_OPEN', reason, 'other users')
  return true
}

function processes(): typeof import('./processes.js') {
  return require('./processes.js') as typeof import('./processes.js')
}
