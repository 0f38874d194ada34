// Child process: patches node:child_process so that every node process it starts is a child with logshare.
//
// All asynchronous functions go through ChildProcess.prototype.spawn. The synchronous ones are patched one by one.

import * as childProcess from 'node:child_process'
import { syncBuiltinESMExports } from 'node:module'
import * as shimmer from 'shimmer'
import {
  CHILD_VARIABLE,
  type ChildKind,
  canPreload,
  childVariables,
  type Parent,
  type ProcessHand,
} from './inherit.js'
import type { Program } from './programs.js'

/** The options that `ChildProcess.prototype.spawn` gets. */
export interface SpawnOptions {
  readonly file?: unknown
  readonly args?: unknown
  readonly envPairs?: readonly string[] | undefined
  readonly stdio?: unknown
  readonly detached?: unknown
  readonly cwd?: unknown
}

interface Internals {
  readonly _handle?: ProcessHandle | null
  readonly pid?: number
}

interface ProcessHandle {
  hasRef?: () => boolean
  onexit?: (...args: unknown[]) => unknown
}

type Env = NodeJS.ProcessEnv
/** Adds the hand to the arguments of a call. */
type AddHand = (args: unknown[], hand: ProcessHand) => unknown[]
type SyncFunction = (...args: unknown[]) => unknown

const NODE_OPTIONS = 'NODE_OPTIONS='

/** As it was before it was patched. */
const { spawnSync } = childProcess

/** Flags of Node's permission model. A preload that `--allow-fs-read` does not cover would kill the child. */
const PERMISSION = /^--(?:experimental-)?permission\b/

/** Makes every node process that is started from now on load logshare first. Returns the undo. */
export function patchChildProcess(parent: () => Parent | undefined): () => void {
  const { ChildProcess } = childProcess
  shimmer.wrap(ChildProcess.prototype as unknown as Patched, 'spawn', (original) => {
    return copyShape(original, function spawn(this: unknown, ...args) {
      return startAsync(this, original, args, parent)
    })
  })
  const module = require('node:child_process') as Record<string, SyncFunction>
  const patches = { spawnSync: withSpawnArgs, execFileSync: withFileArgs, execSync: withCommand }
  for (const [name, addHand] of Object.entries(patches)) {
    shimmer.wrap(module, name, (original) => {
      return copyShape(original, function start(this: unknown, ...args) {
        return startSync(this, original, args, addHand, parent)
      })
    })
  }
  syncBuiltinESMExports()

  return () => {
    shimmer.unwrap(ChildProcess.prototype as unknown as Patched, 'spawn')
    shimmer.massUnwrap([module], ['spawnSync', 'execFileSync', 'execSync'])
    syncBuiltinESMExports()
  }
}

interface Patched {
  spawn: SyncFunction
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
  if (!Array.isArray(pairs) || !canPreload() || isRestricted(options)) {
    return original.apply(child, args)
  }
  const parent = getParent()
  const kind = kindOf(options)
  const hand = parent?.forProcess(kind)
  if (!parent || !hand) return original.apply(child, args)
  const { report } = parent
  const begun =
    report && ends().beginProcess(kind, withOwn(options, { envPairs: pairs }), hand.source)
  const given = begun ? { ...hand, birth: begun.birth } : hand
  const changed = withOwn(options, { envPairs: addToPairs(pairs, given) })
  const program = kind === 'spawn' ? readProgram(changed, original, parent, hand) : undefined
  try {
    const result = original.call(child, program?.options ?? changed, ...args.slice(1))
    parent.started()
    const { _handle: handle, pid } = child as Internals
    program?.started(pid)
    hookExit(handle, parent, program)
    if (report && begun) ends().observeProcess(handle, { ...begun, pid }, report)
    return result
  } finally {
    program?.release()
  }
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
  addHand: AddHand,
  getParent: () => Parent | undefined,
): unknown {
  if (!canPreload() || isRestricted({ args: args[1], envPairs: undefined }))
    return original.apply(self, args)
  const parent = getParent()
  const hand = parent?.forProcess('spawn', true)
  if (!parent || !hand) return original.apply(self, args)
  const { report } = parent
  const begun = report && ends().beginProcess('spawn', commandIn(args, addHand), hand.source)
  const changed = addHand(args, begun ? { ...hand, birth: begun.birth } : hand)
  const ended = (result: unknown): void => {
    if (report && begun) ends().reportSync(begun, result, report)
  }
  parent.started()
  try {
    const result = original.apply(self, changed)
    ended(addHand === withSpawnArgs ? result : undefined)
    return result
  } catch (error) {
    ended(error)
    throw error
  } finally {
    parent.ended()
  }
}

// What the lifecycle's records say of the arguments of a synchronous function.
function commandIn(args: unknown[], addHand: AddHand): SpawnOptions & { shell: unknown } {
  const options = args.slice(1).find((arg) => isGiven(arg) && !Array.isArray(arg))
  const { shell } = Object.setPrototypeOf({ ...(options as object) }, null) as { shell?: unknown }
  return { file: args[0], args: args[1], shell: addHand === withCommand || shell }
}

function ends(): typeof import('./ends.js') {
  return require('./ends.js') as typeof import('./ends.js')
}

// (file), (file, args), (file, options), (file, args, options). Arguments that Node rejects are passed on unchanged.
function withFileArgs(args: unknown[], hand: ProcessHand): unknown[] {
  const [file, second, third] = args
  if (Array.isArray(second) || second === undefined || second === null) {
    return isGiven(third) ? [file, second, withEnv(third, hand), ...args.slice(3)] : args
  }
  return isGiven(second) ? [file, withEnv(second, hand), ...args.slice(2)] : args
}

// spawnSync, unlike the other two, rejects null as options.
function withSpawnArgs(args: unknown[], hand: ProcessHand): unknown[] {
  return args[2] === null ? args : withFileArgs(args, hand)
}

function withCommand(args: unknown[], hand: ProcessHand): unknown[] {
  const [command, options] = args
  return isGiven(options) ? [command, withEnv(options, hand), ...args.slice(2)] : args
}

function isGiven(options: unknown): options is { env?: Env } | undefined {
  return options === undefined || options === null || typeof options === 'object'
}

// Node takes the options' own properties only, but of the environment also inherited ones.
function withEnv(options: { env?: Env } | null | undefined, hand: ProcessHand): object {
  const own: { env?: Env } = Object.setPrototypeOf({ ...options }, null)
  const given = own.env || process.env
  const env: Env = Object.create(null)
  for (const key in given) env[key] = given[key]
  Object.assign(env, childVariables(env.NODE_OPTIONS, hand))
  return withOwn(own, { env })
}

// A copy with these changes. It inherits what the original does: Object.prototype may have been changed.
function withOwn<T extends object, U>(original: T, changed: U): T & U {
  return Object.setPrototypeOf({ ...original, ...changed }, Object.getPrototypeOf(original))
}

// Node's default without `envPairs`: the child inherits the environment. With an IPC channel it gets an empty one.
function defaultPairs({ stdio }: SpawnOptions): string[] {
  const hasChannel = Array.isArray(stdio) && stdio.some(isIpc)
  return hasChannel ? [] : Object.entries(process.env).map(([key, value]) => `${key}=${value}`)
}

// Replaces NODE_OPTIONS in its place, because the child can see the order of process.env.
function addToPairs(pairs: readonly string[], hand: ProcessHand): string[] {
  const given = pairs.find((pair) => pair.startsWith(NODE_OPTIONS))
  const ours = childVariables(given?.slice(NODE_OPTIONS.length), hand)
  const options = `${NODE_OPTIONS}${ours.NODE_OPTIONS}`
  const changed = pairs
    .filter((pair) => !pair.startsWith(`${CHILD_VARIABLE}=`))
    .map((pair) => (pair === given ? options : pair))
  if (given === undefined) changed.push(options)
  return [...changed, `${CHILD_VARIABLE}=${ours[CHILD_VARIABLE]}`]
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

// Calls `parent.ended()` before the application gets the 'exit' event. As without logshare, the child's output must be
// printed by then.
function hookExit(
  handle: ProcessHandle | null | undefined,
  parent: Parent,
  program: Program | undefined,
): void {
  const original = handle?.onexit
  if (!handle || typeof original !== 'function') return
  handle.onexit = function (this: unknown, ...args) {
    const exit = (): unknown => {
      parent.ended()
      return original.apply(this, args)
    }
    return program ? program.ended(exit, handle.hasRef?.() ?? true) : exit()
  }
}
