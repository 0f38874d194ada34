// Worker: the class of node:worker_threads as the application sees it, with our channel behind each instance.
//
// A shell class rather than a Proxy or a subclass: nothing an application can ask of it differs from the original.

import { EventEmitter } from 'node:events'
import { syncBuiltinESMExports } from 'node:module'
import type { Worker as NodeWorker } from 'node:worker_threads'
import * as threads from 'node:worker_threads'
import { Asking, type Hand, type Options, type Plan } from './asking.js'
import { canPreload, type Parent, PRELOAD, WORKER_KEY } from './inherit.js'

type WorkerClass = typeof NodeWorker

/** The class before it was patched. */
export const OriginalWorker: WorkerClass = threads.Worker

/** Threads that belong to logging libraries: they move records and make none. */
const EXEMPT = /(?:thread-stream|pino)[\\/]lib[\\/]worker\.js$|tslog[\\/].*worker[.-]runner\.m?js$/

/** Node refuses some flags in a Worker's execArgv that it lets it inherit: https://github.com/nodejs/node/issues/41103 */
const MAX_RETRIES = 8

/**
 * Replaces `Worker` by one whose instances start with logshare in place. `preloaded`: our preload came by `-r`, so
 * that Workers without flags of their own inherit it. Returns the undo.
 */
export function patchWorker(parent: () => Parent | undefined, preloaded: boolean): () => void {
  const construct = (args: unknown[], newTarget: NewableFunction): NodeWorker => {
    const inherited = isExempt(args[0]) || !canPreload() ? undefined : parent()
    if (!inherited || args[1] === null) {
      return Reflect.construct(OriginalWorker, args, newTarget) as NodeWorker
    }
    const options = Object(args[1] ?? {}) as Options
    const plan: Plan = (asked) => planExecArgv(asked, preloaded, flags)
    return start(inherited, [args[0], options], newTarget, plan)
  }
  const module = require('node:worker_threads') as { Worker: WorkerClass }
  // Workers inherit the flags Node was started with, whatever becomes of the array.
  const flags = [...process.execArgv]
  const shell = createShell(construct)
  module.Worker = shell
  syncBuiltinESMExports()
  return () => {
    if (module.Worker !== shell) return
    module.Worker = OriginalWorker
    syncBuiltinESMExports()
  }
}

function createShell(
  construct: (args: unknown[], newTarget: NewableFunction) => NodeWorker,
): WorkerClass {
  const shell = class Worker extends EventEmitter {
    // One required parameter and a default, as in the original, so that `length` is 1.
    // @ts-expect-error No super(): the original makes the instance, and it is returned.
    constructor(filename: unknown, options: unknown = undefined) {
      void filename
      void options
      // biome-ignore lint/complexity/noArguments: whether options were given at all matters
      // biome-ignore lint/correctness/noConstructorReturn: the original's instance is the instance
      return construct([...arguments], new.target) as never
    }
  } as unknown as WorkerClass
  const { constructor: _own, ...methods } = Object.getOwnPropertyDescriptors(
    OriginalWorker.prototype,
  )
  Object.setPrototypeOf(shell.prototype, OriginalWorker.prototype)
  Object.defineProperties(shell.prototype, methods)
  return shell
}

function start(
  parent: Parent,
  [filename, options]: readonly [unknown, Options],
  newTarget: NewableFunction,
  plan: Plan,
): NodeWorker {
  const hand: Hand = { ...parent.forWorker({ stdout: true, stderr: true }) }
  const asking = new Asking(options, hand, plan)
  try {
    const worker = buildWithFlags(asking, () =>
      withEnvironmentData(
        hand,
        () =>
          Reflect.construct(OriginalWorker, [filename, asking.begin()], newTarget) as NodeWorker,
      ),
    )
    parent.started()
    tellEnd(worker, parent)
    return worker
  } catch (error) {
    if (hand.queue.type === 'ring') hand.queue.port.close()
    throw error
  }
}

function planExecArgv(
  { env, execArgv }: Pick<Options, 'env' | 'execArgv'>,
  preloaded: boolean,
  inherited: readonly string[],
): readonly string[] | undefined {
  const explicitEnv = typeof env === 'object' && env !== null
  const nodeOptions = explicitEnv ? env.NODE_OPTIONS : process.env.NODE_OPTIONS
  const named = typeof nodeOptions === 'string' && nodeOptions.includes(PRELOAD)
  if (execArgv && !Array.isArray(execArgv)) return undefined // Node refuses it
  if (execArgv) return named || execArgv.includes(PRELOAD) ? undefined : execArgv
  if (!explicitEnv) return preloaded ? undefined : inherited
  return named ? undefined : inherited
}

// The constructor clones environment data at once, so nobody else ever sees ours.
function withEnvironmentData(hand: Hand, build: () => NodeWorker): NodeWorker {
  const previous = threads.getEnvironmentData(WORKER_KEY)
  threads.setEnvironmentData(WORKER_KEY, hand as unknown as threads.Serializable)
  try {
    return build()
  } finally {
    threads.setEnvironmentData(WORKER_KEY, previous)
  }
}

function buildWithFlags(asking: Asking, build: () => NodeWorker): NodeWorker {
  for (let tries = 0; ; tries++) {
    try {
      return build()
    } catch (error) {
      const { flags, isOfUser } = asking
      if (!flags || tries >= MAX_RETRIES || !isFlagError(error)) throw error
      // Wrong flags of the user's own: Node says so. Inherited ones that Node refuses only in a list: leave them out.
      asking.flags = isOfUser ? undefined : withoutRefused(flags, error)
    }
  }
}

function isFlagError(error: unknown): error is Error {
  return (error as NodeJS.ErrnoException).code === 'ERR_WORKER_INVALID_EXEC_ARGV'
}

// A refused flag goes together with the value behind it (`--title foo`), which would stop the parsing of the rest.
function withoutRefused(flags: readonly string[], error: Error): string[] | undefined {
  const refused = /flags: (.*)$/.exec(error.message)?.[1]?.split(', ') ?? []
  const isRefused = (flag: string | undefined): boolean =>
    flag !== undefined && refused.includes(flag)
  const left = flags.filter((flag, i) => {
    const before = flags[i - 1]
    const value = isRefused(before) && !before?.includes('=') && !flag.startsWith('-')
    return !isRefused(flag) && !value
  })
  return left.length < flags.length && left.includes(PRELOAD) ? left : undefined
}

interface Handle {
  onexit?: (...args: unknown[]) => unknown
}

// What the worker printed is on the terminal before its 'exit' is told, as it is without us.
function tellEnd(worker: NodeWorker, parent: Parent): void {
  const key = Object.getOwnPropertySymbols(worker).find(
    (symbol) => symbol.description === 'kHandle',
  )
  const handle = key && (worker as unknown as Record<symbol, Handle | null>)[key]
  const original = handle?.onexit
  if (!handle || typeof original !== 'function') return
  handle.onexit = function (this: unknown, ...args) {
    parent.ended()
    return original.apply(this, args)
  }
}

function isExempt(filename: unknown): boolean {
  const name = filename instanceof URL ? filename.pathname : filename
  return typeof name === 'string' && EXEMPT.test(name)
}
