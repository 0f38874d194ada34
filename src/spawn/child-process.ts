// Child process: patches node:child_process so that every node process it starts is a child with logshare.
//
// All asynchronous functions go through ChildProcess.prototype.spawn. The synchronous ones are patched one by one.

import * as childProcess from 'node:child_process'
import { syncBuiltinESMExports } from 'node:module'
import { isMainThread } from 'node:worker_threads'
import { notice } from '../core/notice.js'
import { process } from '../core/originals.js'
import type { AddHand } from './command.js'
import type { ChildKind, Parent, ProcessHand } from './inherit.js'
import { ownMembers, withOwn } from './own.js'
import { canPreload, flagsWithoutPreload, forgetPreload, withoutPreload } from './preload.js'
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

/** As it was before it was patched. */
const { spawnSync } = childProcess

/** Flags of Node's permission model. A preload that `--allow-fs-read` does not cover would kill the child. */
const PERMISSION = /^--(?:experimental-)?permission\b/

const SYNC = {
  spawnSync: 'withSpawnArgs',
  execFileSync: 'withFileArgs',
  execSync: 'withCommand',
} as const
type SyncName = keyof typeof SYNC

/** Makes every node process that is started from now on load logshare first. Returns the undo. */
export function patchChildProcess(parent: () => Parent | undefined): () => void {
  // What another tool has put over a patch calls it after the undo, too.
  let isUndone = false
  const getParent = (): Parent | undefined => (isUndone ? undefined : parent())
  const module = require('node:child_process') as Record<string, SyncFunction>
  const undo = [
    replace(childProcess.ChildProcess.prototype as never, 'spawn', (original) => {
      return function spawn(this: unknown, ...args) {
        return startAsync(this, original, args, getParent)
      }
    }),
  ]
  for (const name of Object.keys(SYNC) as SyncName[]) {
    const patch = replace(module, name, (original) => {
      return function start(this: unknown, ...args) {
        return startSync(this, original, args, name, getParent)
      }
    })
    undo.push(patch)
  }
  syncBuiltinESMExports()

  return () => {
    isUndone = true
    for (const each of undo) each()
    syncBuiltinESMExports()
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
  if (cannotLoad(options)) {
    const bare = withOwn(withoutFlag(options), { envPairs: pairs.map(withoutFlag) })
    return original.call(child, bare, ...args.slice(1))
  }
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
    if (pid !== undefined && hand.directory) living.set(pid, hand)
    if (!isMainThread) expectLiving() // a thread does not notice the end of its process
    if (report && begun) ends().observeProcess(handle, { ...begun, pid }, report)
    return result
  } finally {
    program?.release()
  }
}

/** The processes that run, by id. */
const living = new Map<number, ProcessHand>()

/**
 * Begins the queues of this thread's processes that run, as they may not have begun them yet: whoever reads the directory
 * leaves it to them. Called at exit. Never throws.
 */
export function expectLiving(): void {
  if (living.size === 0) return
  const { expect } = require('../queue/expected.js') as typeof import('../queue/expected.js')
  for (const [pid, { directory, source }] of living) expect(directory, pid, source)
  living.clear()
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
  return programs.readProgram(options, { hand, context, spawn, spawnSync })
}

/** Ends the helper that reads the output of this thread's programs, unless one of them still runs. Called at exit. */
export function endPrograms(): void {
  programs?.endHelper()
}

function startSync(
  self: unknown,
  original: SyncFunction,
  args: unknown[],
  name: SyncName,
  getParent: () => Parent | undefined,
): unknown {
  if (isRestricted({ args: args[1], envPairs: undefined })) return original.apply(self, args)
  const options = optionsIn(args)
  if (cannotLoad(options)) return original.apply(self, args.map(withoutFlag))
  const parent = getParent()
  const hand = parent?.forProcess('spawn', true)
  if (!parent || !hand) return original.apply(self, args)
  const addHand: AddHand = command()[SYNC[name]]
  const { report } = parent
  const called = { file: args[0], args: args[1], shell: name === 'execSync' || options.shell }
  const begun = report && ends().beginProcess('spawn', called, hand.source)
  const changed = addHand(args, begun ? { ...hand, birth: begun.birth } : hand)
  const ended = (result: unknown): void => {
    if (report && begun) ends().reportSync(begun, result, report)
  }
  parent.started()
  try {
    const result = original.apply(self, changed)
    ended(name === 'spawnSync' ? result : undefined)
    return result
  } catch (error) {
    ended(error)
    throw error
  } finally {
    parent.ended()
  }
}

function optionsIn(args: readonly unknown[]): SpawnOptions & { readonly shell?: unknown } {
  const options = args.slice(1).find((arg) => arg && typeof arg === 'object' && !Array.isArray(arg))
  return ownMembers(options as object | undefined)
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

// An argument of a call without our flag.
function withoutFlag<T>(arg: T): T {
  if (typeof arg === 'string') {
    const isOptions = arg.startsWith(NODE_OPTIONS) && arg.includes('register')
    return (isOptions ? NODE_OPTIONS + withoutPreload(arg.slice(NODE_OPTIONS.length)) : arg) as T
  }
  if (Array.isArray(arg)) return flagsWithoutPreload(arg) as T
  if (typeof arg !== 'object' || arg === null) return arg
  const { args, env } = ownMembers(arg as { args?: unknown; env?: NodeJS.ProcessEnv })
  const changed = {
    ...(Array.isArray(args) && { args: flagsWithoutPreload(args) }),
    ...(env?.NODE_OPTIONS && { env: { ...env, NODE_OPTIONS: withoutPreload(env.NODE_OPTIONS) } }),
  }
  return Object.keys(changed).length > 0 ? withOwn(arg, changed) : arg
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
  handle.onexit = function (this: unknown, ...args) {
    if (pid !== undefined) living.delete(pid)
    const exit = (): unknown => {
      parent.ended()
      return original.apply(this, args)
    }
    return program ? program.ended(exit, handle.hasRef?.() ?? true) : exit()
  }
}
