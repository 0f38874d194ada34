// Child process: patches node:child_process so that every node process it starts is a child with logshare.
//
// All asynchronous functions go through ChildProcess.prototype.spawn. All synchronous ones call a function of Node's own
// binding, and make their errors above it, so that our frames are in none of them.

import * as childProcess from 'node:child_process'
import { isMainThread } from 'node:worker_threads'
import { notice } from '../core/notice.js'
import { process } from '../core/originals.js'
import type { ChildKind, Parent, ProcessHand } from './inherit.js'
import { withOwn } from './own.js'
import { canPreload, forgetPreload } from './preload.js'
import type { Program } from './programs.js'

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

interface Internals {
  readonly _handle?: ProcessHandle | null
  readonly pid?: number
}

interface ProcessHandle {
  hasRef?: () => boolean
  onexit?: (...args: unknown[]) => unknown
}

type SyncFunction = (...args: unknown[]) => unknown

const NODE_OPTIONS = 'NODE_OPTIONS='

/** As it was before others patched it. */
const { spawnSync } = childProcess

let isOurs = false

/** For programs of ours, which are no children of the application. */
const runOurs = ((...args: [string]) => {
  isOurs = true
  try {
    return spawnSync(...args)
  } finally {
    isOurs = false
  }
}) as typeof spawnSync

/** Flags of Node's permission model. A preload that `--allow-fs-read` does not cover would kill the child. */
const PERMISSION = /^--(?:experimental-)?permission\b/

/** Makes every node process that is started from now on load logshare first. Returns the undo. */
export function patchChildProcess(parent: () => Parent | undefined): () => void {
  // What another tool has put over a patch calls it after the undo, too.
  let isUndone = false
  const getParent = (): Parent | undefined => (isUndone ? undefined : parent())
  const undo = [
    replace(childProcess.ChildProcess.prototype as never, 'spawn', (original) => {
      return function spawn(this: unknown, ...args) {
        try {
          return startAsync(this, original, args, getParent)
        } catch (error) {
          const { rethrow } = require('../core/frames.js') as typeof import('../core/frames.js')
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
    return target.binding?.('spawn_sync')
  } catch {
    return undefined // another runtime, whose children have no logshare
  } finally {
    if (before) Object.defineProperty(target, 'noDeprecation', before)
    else Reflect.deleteProperty(target, 'noDeprecation')
  }
}

function front(): typeof import('../core/front.js') {
  return require('../core/front.js') as typeof import('../core/front.js')
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
  if (cannotLoad(options))
    return original.call(child, command().asBare(options, pairs), ...args.slice(1))
  const parent = getParent()
  const kind = kindOf(options)
  const hand = parent?.forProcess(kind)
  if (!parent || !hand) return original.apply(child, args)
  const { report } = parent
  const begun =
    report && ends().beginProcess(kind, withOwn(options, { envPairs: pairs }), hand.source)
  const given = begun ? { ...hand, birth: begun.birth } : hand
  const changed = command().withHand(options, pairs, given)
  const program = kind === 'spawn' ? readProgram(changed, original, parent, hand) : undefined
  try {
    const result = original.call(child, program?.options ?? changed, ...args.slice(1))
    parent.started(true)
    if (changed.args !== options.args)
      Object.assign(child as Internals, { spawnargs: options.args })
    const { _handle: handle, pid } = child as Internals
    program?.started(pid)
    hookExit(handle, parent, program, pid)
    if (pid !== undefined && hand.directory) living().addLiving(pid, { hand, options })
    if (!isMainThread) expectLiving() // a thread does not notice the end of its process
    if (report && begun) ends().observeProcess(handle, { ...begun, pid }, report)
    return result
  } finally {
    program?.release()
  }
}

let livingOnes: typeof import('./living.js') | undefined

function living(): typeof import('./living.js') {
  livingOnes ??= require('./living.js') as typeof import('./living.js')
  return livingOnes
}

/** See `living.ts`. */
export function expectLiving(): void {
  livingOnes?.expectLiving()
}

let programs: typeof import('./programs.js') | undefined

function readProgram(
  options: SpawnOptions,
  spawn: SyncFunction,
  parent: Parent,
  { context }: ProcessHand,
): Program | undefined {
  const hand = parent.forPrograms()
  if (!hand) return undefined
  programs ??= require('./programs.js') as typeof import('./programs.js')
  return programs.readProgram(options, { hand, context, spawn, spawnSync: runOurs })
}

/** Ends the helper that reads the output of this thread's programs, unless one of them still runs. Called at exit. */
export function endPrograms(): void {
  programs?.endHelper()
}

function startSync(
  self: unknown,
  original: SyncFunction,
  args: unknown[],
  getParent: () => Parent | undefined,
): unknown {
  const [options, ...rest] = args as [SpawnOptions, ...unknown[]]
  const { envPairs: pairs } = options
  if (isOurs || !Array.isArray(pairs) || isRestricted(options)) return original.apply(self, args)
  if (cannotLoad(options)) return original.call(self, command().asBare(options, pairs), ...rest)
  const parent = getParent()
  const hand = parent?.forProcess('spawn', true)
  if (!parent || !hand) return original.apply(self, args)
  const { report } = parent
  const begun = report && ends().beginProcess('spawn', options, hand.source)
  const changed = command().withHand(options, pairs, begun ? { ...hand, birth: begun.birth } : hand)
  parent.started()
  try {
    const result = original.call(self, changed, ...rest)
    if (report && begun) ends().reportSync(begun, result, report)
    return result
  } finally {
    parent.ended()
  }
}

// Whether the preload would end a child: it has gone, or the child's user may not read it.
function cannotLoad(options: SpawnOptions): boolean {
  if (canPreload()) return isOfOther(options)
  forgetPreload()
  return true
}

function ends(): typeof import('./ends.js') {
  return require('./ends.js') as typeof import('./ends.js')
}

function command(): typeof import('./command.js') {
  return require('./command.js') as typeof import('./command.js')
}

// Node's default without `envPairs`: the child inherits the environment. With an IPC channel it gets an empty one.
function defaultPairs({ stdio }: SpawnOptions): string[] {
  const hasChannel = Array.isArray(stdio) && stdio.some(isIpc)
  return hasChannel ? [] : Object.entries(process.env).map(([key, value]) => `${key}=${value}`)
}

// Fork and cluster are recognised by the IPC channel and the variable that they add to the normalised options.
function kindOf({ envPairs = [], stdio }: SpawnOptions): ChildKind {
  if (!Array.isArray(stdio) || !stdio.some(isIpc)) return 'spawn'
  return envPairs.some((pair) => pair.startsWith('NODE_UNIQUE_ID=')) ? 'cluster' : 'fork'
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

// Calls `parent.ended()` before the application gets the 'exit' event. As without logshare, the child's output must be
// printed by then.
function hookExit(
  handle: ProcessHandle | null | undefined,
  parent: Parent,
  program: Program | undefined,
  pid: number | undefined,
): void {
  const original = handle?.onexit
  if (!handle || typeof original !== 'function') return
  const ended = (): void => {
    livingOnes?.removeLiving(pid)
    if (!program) parent.ended()
  }
  const onexit = front().before(original, ended)
  if (!program) {
    handle.onexit = onexit
    return
  }
  handle.onexit = (...args) => {
    const exit = (): unknown => {
      parent.ended()
      return onexit.apply(handle, args)
    }
    return program.ended(exit, handle.hasRef?.() ?? true)
  }
}
