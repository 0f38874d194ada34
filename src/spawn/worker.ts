// Worker: patches the class Worker of node:worker_threads so that each instance starts as a child with logshare.
//
// The replacement is a shell class rather than a Proxy or a subclass: its constructor returns an instance of the
// original, so the application sees no difference.

import { EventEmitter } from 'node:events'
import { syncBuiltinESMExports } from 'node:module'
import type { Worker as NodeWorker } from 'node:worker_threads'
import * as threads from 'node:worker_threads'
import type { Begun } from './ends.js'
import { canPreload, type Parent, PRELOAD, WORKER_KEY, type WorkerHand } from './inherit.js'
import { type Hand, type Options, OptionsProxy, type Plan } from './worker-options.js'

type WorkerClass = typeof NodeWorker

/** The class before it was patched. */
export const OriginalWorker: WorkerClass = threads.Worker

/** Scripts of logging libraries' own threads: they transport records and do not log. */
const EXEMPT = /(?:thread-stream|pino)[\\/]lib[\\/]worker\.js$|tslog[\\/].*worker[.-]runner\.m?js$/

/**
 * Node rejects some flags in a Worker's execArgv that a Worker may inherit
 * (https://github.com/nodejs/node/issues/41103). The constructor is retried without them, at most so often.
 */
const MAX_RETRIES = 8

/**
 * Replaces `Worker` by a class whose instances load logshare first. `preloaded`: logshare itself was loaded by `-r`, so
 * that Workers without flags of their own inherit the preload. Returns the undo.
 */
export function patchWorker(parent: () => Parent | undefined, preloaded: boolean): () => void {
  const construct = (args: unknown[], newTarget: NewableFunction): NodeWorker => {
    const inherited = isExempt(args[0]) || !canPreload() ? undefined : parent()
    if (!inherited || args[1] === null) {
      return Reflect.construct(OriginalWorker, args, newTarget) as NodeWorker
    }
    const options = Object(args[1] ?? {}) as Options
    const plan: Plan = (given) => planExecArgv(given, preloaded, flags)
    return start(inherited, [args[0], options], newTarget, plan)
  }
  const module = require('node:worker_threads') as { Worker: WorkerClass }
  // Copied, because Workers inherit the flags Node was started with, even if the application changes the array.
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
    // One required parameter and one with a default, as in the original, so that `length` is 1.
    // @ts-expect-error No super(): the original class creates the instance that is returned.
    constructor(filename: unknown, options: unknown = undefined) {
      void filename
      void options
      // biome-ignore lint/complexity/noArguments: the number of arguments matters
      // biome-ignore lint/correctness/noConstructorReturn: returns the original class's instance
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
  const begun = begin(parent, filename, hand.source)
  if (begun) hand.birth = begun.birth
  const proxy = new OptionsProxy(options, hand, plan)
  try {
    const worker = buildWithFlags(proxy, () =>
      withEnvironmentData(
        hand,
        () => Reflect.construct(OriginalWorker, [filename, proxy.begin()], newTarget) as NodeWorker,
      ),
    )
    adopt(worker, hand, parent, begun)
    return worker
  } catch (error) {
    if (hand.queue.type === 'ring') hand.queue.port.close()
    throw error
  }
}

/** With the option `lifecycle`: what is known of a Worker before it is constructed. */
export function begin(parent: Parent, filename: unknown, source: string): Begun | undefined {
  return parent.report && ends().beginWorker(filename, source)
}

/** Treats a Worker that was constructed with a hand as a child. */
export function adopt(
  worker: NodeWorker,
  { capture, birth }: WorkerHand,
  parent: Parent,
  begun: Begun | undefined,
): void {
  living.add(worker)
  output().receiveOutput(worker, capture)
  parent.started()
  hookExit(worker, parent)
  if (!parent.report || !begun) return
  const started = { ...begun, script: birth?.script, tid: worker.threadId }
  ends().observeWorker(handleOf(worker), started, parent.report)
}

function planExecArgv(
  { env, execArgv }: Pick<Options, 'env' | 'execArgv'>,
  preloaded: boolean,
  inherited: readonly string[],
): readonly string[] | undefined {
  const explicitEnv = typeof env === 'object' && env !== null
  const nodeOptions = explicitEnv ? env.NODE_OPTIONS : process.env.NODE_OPTIONS
  const named = typeof nodeOptions === 'string' && nodeOptions.includes(PRELOAD)
  if (execArgv && !Array.isArray(execArgv)) return undefined // Node rejects it
  if (execArgv) return named || execArgv.includes(PRELOAD) ? undefined : execArgv
  if (!explicitEnv) return preloaded ? undefined : inherited
  return named ? undefined : inherited
}

/** Has a Worker get its hand. The constructor clones it synchronously, so it is never visible to the application. */
export function withEnvironmentData<T>(hand: WorkerHand, build: () => T): T {
  const previous = threads.getEnvironmentData(WORKER_KEY)
  threads.setEnvironmentData(WORKER_KEY, hand as unknown as threads.Serializable)
  try {
    return build()
  } finally {
    threads.setEnvironmentData(WORKER_KEY, previous)
  }
}

function buildWithFlags(proxy: OptionsProxy, build: () => NodeWorker): NodeWorker {
  for (let tries = 0; ; tries++) {
    try {
      return build()
    } catch (error) {
      const { flags, isOfUser } = proxy
      if (!flags || tries >= MAX_RETRIES || !isFlagError(error)) throw error
      // For the user's own flags, let Node throw its error for the original list. From inherited flags, remove those
      // that Node rejects in an execArgv.
      proxy.flags = isOfUser ? undefined : withoutRejected(flags, error)
    }
  }
}

function isFlagError(error: unknown): error is Error {
  return (error as NodeJS.ErrnoException).code === 'ERR_WORKER_INVALID_EXEC_ARGV'
}

// Removes a rejected flag together with a detached value behind it (`--title foo`), which would end the parsing of
// flags.
function withoutRejected(flags: readonly string[], error: Error): string[] | undefined {
  const rejected = /flags: (.*)$/.exec(error.message)?.[1]?.split(', ') ?? []
  const isRejected = (flag: string | undefined): boolean =>
    flag !== undefined && rejected.includes(flag)
  const left = flags.filter((flag, i) => {
    const before = flags[i - 1]
    const value = isRejected(before) && !before?.includes('=') && !flag.startsWith('-')
    return !isRejected(flag) && !value
  })
  return left.length < flags.length && left.includes(PRELOAD) ? left : undefined
}

const living = new Set<NodeWorker>()

/** Prints what workers that still run have printed so far: to be called when this thread exits. */
export function drainWorkers(): void {
  if (living.size > 0) output().drainOutput(living)
}

function output(): typeof import('./output.js') {
  return require('./output.js') as typeof import('./output.js')
}

interface Handle {
  onexit?: (...args: unknown[]) => unknown
}

// Calls `parent.ended()` before the application gets the 'exit' event. As without logshare, the worker's output must be
// printed by then.
function hookExit(worker: NodeWorker, parent: Parent): void {
  const handle = handleOf(worker)
  const original = handle?.onexit
  if (!handle || typeof original !== 'function') {
    living.delete(worker)
    return
  }
  handle.onexit = function (this: unknown, ...args) {
    living.delete(worker)
    parent.ended()
    return original.apply(this, args)
  }
}

function handleOf(worker: NodeWorker): Handle | null | undefined {
  const key = Object.getOwnPropertySymbols(worker).find(
    (symbol) => symbol.description === 'kHandle',
  )
  return key && (worker as unknown as Record<symbol, Handle | null>)[key]
}

function ends(): typeof import('./ends.js') {
  return require('./ends.js') as typeof import('./ends.js')
}

function isExempt(filename: unknown): boolean {
  const name = filename instanceof URL ? filename.pathname : filename
  return typeof name === 'string' && EXEMPT.test(name)
}
