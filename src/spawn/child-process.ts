// Child processes: one choke point for everything asynchronous, the three exports for everything synchronous.

import * as childProcess from 'node:child_process'
import { syncBuiltinESMExports } from 'node:module'
import * as shimmer from 'shimmer'
import { addFlag, CHILD_VARIABLE, type ChildKind, canPreload, type Parent } from './inherit.js'

interface SpawnOptions {
  readonly file?: unknown
  readonly args?: unknown
  readonly envPairs?: readonly string[]
  readonly stdio?: unknown
}

interface ProcessHandle {
  onexit?: (...args: unknown[]) => unknown
}

type Env = NodeJS.ProcessEnv
type SyncFunction = (...args: unknown[]) => unknown

/** A preload outside `--allow-fs-read` is fatal to the child. */
const PERMISSION = /^--(?:experimental-)?permission\b/

/** Makes every node process started from here on start with logshare in place; returns the undo. */
export function patchChildProcess(parent: () => Parent | undefined): () => void {
  const { ChildProcess } = childProcess
  shimmer.wrap(ChildProcess.prototype as unknown as Patched, 'spawn', (original) => {
    return function spawn(this: unknown, options: unknown, ...rest: unknown[]) {
      return startAsync(this, original, [options, ...rest], parent)
    }
  })
  const module = require('node:child_process') as Record<string, SyncFunction>
  for (const name of ['spawnSync', 'execFileSync']) {
    shimmer.wrap(module, name, (original) => rename(name, original, withFileArgs))
  }
  shimmer.wrap(module, 'execSync', (original) => rename('execSync', original, withCommand))
  syncBuiltinESMExports()

  function rename(name: string, original: SyncFunction, place: typeof withCommand): SyncFunction {
    const wrapped = {
      [name](this: unknown, ...args: unknown[]) {
        return startSync(this, original, args, place, parent)
      },
    }[name] as SyncFunction
    Object.defineProperty(wrapped, 'length', { value: original.length, configurable: true })
    return wrapped
  }

  return () => {
    shimmer.unwrap(ChildProcess.prototype as unknown as Patched, 'spawn')
    shimmer.massUnwrap([module], ['spawnSync', 'execFileSync', 'execSync'])
    syncBuiltinESMExports()
  }
}

interface Patched {
  spawn: SyncFunction
}

function startAsync(
  child: unknown,
  original: SyncFunction,
  args: unknown[],
  getParent: () => Parent | undefined,
): unknown {
  const options = (args[0] ?? {}) as SpawnOptions
  const pairs = options.envPairs
  if (!Array.isArray(pairs) || !canPreload() || isRestricted(options)) {
    return original.apply(child, args)
  }
  const parent = getParent()
  const hand = parent?.forProcess(kindOf(options))
  if (!parent || !hand) return original.apply(child, args)
  const changed = { ...options, envPairs: addToPairs(pairs, JSON.stringify(hand)) }
  const result = original.call(child, changed, ...args.slice(1))
  parent.started()
  tellEnd((child as { _handle?: ProcessHandle | null })._handle, parent)
  return result
}

function startSync(
  self: unknown,
  original: SyncFunction,
  args: unknown[],
  place: typeof withCommand,
  getParent: () => Parent | undefined,
): unknown {
  if (!canPreload() || isRestricted({ file: args[0], args: args[1] }))
    return original.apply(self, args)
  const parent = getParent()
  const hand = parent?.forProcess('spawn')
  if (!parent || !hand) return original.apply(self, args)
  parent.started()
  try {
    return original.apply(self, place(args, JSON.stringify(hand)))
  } finally {
    parent.ended()
  }
}

// (file), (file, args), (file, options), (file, args, options): what is not a valid call is passed on as it is.
function withFileArgs(args: unknown[], hand: string): unknown[] {
  const [file, second, third] = args
  if (Array.isArray(second) || second === undefined || second === null) {
    return isGiven(third) ? [file, second, withEnv(third, hand), ...args.slice(3)] : args
  }
  return isGiven(second) ? [file, withEnv(second, hand), ...args.slice(2)] : args
}

function withCommand(args: unknown[], hand: string): unknown[] {
  const [command, options] = args
  return isGiven(options) ? [command, withEnv(options, hand), ...args.slice(2)] : args
}

function isGiven(options: unknown): options is { env?: Env } | undefined {
  return options === undefined || options === null || typeof options === 'object'
}

function withEnv(options: { env?: Env } | null | undefined, hand: string): object {
  const given = options?.env ?? process.env
  const env: Env = {}
  for (const key in given) env[key] = given[key]
  env.NODE_OPTIONS = addFlag(env.NODE_OPTIONS)
  env[CHILD_VARIABLE] = hand
  return { ...options, env }
}

function addToPairs(pairs: readonly string[], hand: string): string[] {
  const options = pairs.find((pair) => pair.startsWith('NODE_OPTIONS='))
  const others = pairs.filter((pair) => pair !== options && !pair.startsWith(`${CHILD_VARIABLE}=`))
  const flags = addFlag(options?.slice('NODE_OPTIONS='.length))
  return [...others, `NODE_OPTIONS=${flags}`, `${CHILD_VARIABLE}=${hand}`]
}

// What fork and cluster leave in the normalised options is how they are told from spawn.
function kindOf({ envPairs = [], stdio }: SpawnOptions): ChildKind {
  if (!Array.isArray(stdio) || !stdio.some(isIpc)) return 'spawn'
  return envPairs.some((pair) => pair.startsWith('NODE_UNIQUE_ID=')) ? 'cluster' : 'fork'
}

function isIpc(entry: unknown): boolean {
  return entry === 'ipc' || (entry as { type?: unknown } | null)?.type === 'ipc'
}

function isRestricted({ args, envPairs }: SpawnOptions): boolean {
  const flags = Array.isArray(args) ? args : []
  const options = envPairs?.find((pair) => pair.startsWith('NODE_OPTIONS='))?.slice(13) ?? ''
  return [...flags, ...options.split(' ')].some((flag) => PERMISSION.test(String(flag)))
}

// What the child has written is out before the application is told of its end, as it is without us.
function tellEnd(handle: ProcessHandle | null | undefined, parent: Parent): void {
  const original = handle?.onexit
  if (!handle || typeof original !== 'function') return
  handle.onexit = function (this: unknown, ...args) {
    parent.ended()
    return original.apply(this, args)
  }
}
