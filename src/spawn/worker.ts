// Worker: patches the class Worker of node:worker_threads so that each instance starts as a child with logshare.
//
// The replacement is a shell class rather than a Proxy or a subclass: its constructor returns an instance of the
// original, so the application sees no difference.

import { EventEmitter } from 'node:events'
import { syncBuiltinESMExports } from 'node:module'
import type { Worker as NodeWorker } from 'node:worker_threads'
import * as threads from 'node:worker_threads'
import { process } from '../core/originals.js'
import type { Begun } from './ends.js'
import { type Parent, WORKER_KEY, type WorkerHand } from './inherit.js'
import { withOwn } from './own.js'
import { canPreload, flagsWithoutPreload, forgetPreload, withoutPreload } from './preload.js'
import type { Started } from './worker-flags.js'
import { type Hand, type Options, OptionsProxy } from './worker-options.js'

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
  // What another tool has put over the class calls it after the undo, too.
  let isUndone = false
  const construct: Construct = (args, newTarget) => {
    const isOurs = !isExempt(args[0]) && !isUndone && args[1] !== null
    const inherited = isOurs && canPreload() ? parent() : undefined
    // Without a prototype, as Node's default.
    const options = Object(args[1] ?? Object.create(null)) as Options
    if (!inherited) return isOurs && preloaded ? [args[0], withoutFlag(options, started)] : args
    return start(inherited, [args[0], options], newTarget, started)
  }
  const module = require('node:worker_threads') as { Worker: WorkerClass }
  // Copied, because Workers inherit the flags Node was started with, even if the application changes the array.
  const started = {
    execArgv: [...process.execArgv],
    options: process.env.NODE_OPTIONS,
    preloaded,
  }
  const shell = createShell(construct)
  module.Worker = shell
  syncBuiltinESMExports()
  return () => {
    isUndone = true
    if (module.Worker !== shell) return
    module.Worker = OriginalWorker
    syncBuiltinESMExports()
  }
}

/** Returns the arguments for the original class where logshare takes no part, or where Node is to throw its error. */
type Construct = (args: unknown[], newTarget: NewableFunction) => NodeWorker | unknown[]

function createShell(construct: Construct): WorkerClass {
  const shell = class Worker extends EventEmitter {
    // One required parameter and one with a default, as in the original, so that `length` is 1.
    // @ts-expect-error No super(): the original class creates the instance that is returned.
    constructor(filename: unknown, options: unknown = undefined) {
      void filename
      void options
      // biome-ignore lint/complexity/noArguments: the number of arguments matters
      const args = [...arguments]
      // biome-ignore lint/correctness/noConstructorReturn: returns the original class's instance
      return build(shell, construct, args, new.target) as never
    }
  } as unknown as WorkerClass
  const { constructor: _own, ...methods } = Object.getOwnPropertyDescriptors(
    OriginalWorker.prototype,
  )
  Object.setPrototypeOf(shell.prototype, OriginalWorker.prototype)
  Object.defineProperties(shell.prototype, methods)
  return shell
}

function build(
  shell: NewableFunction,
  construct: Construct,
  args: unknown[],
  newTarget: NewableFunction,
): unknown {
  try {
    const made = construct(args, newTarget)
    return Array.isArray(made) ? Reflect.construct(OriginalWorker, made, newTarget) : made
  } catch (error) {
    return frames().rethrow(error, shell)
  }
}

function front(): typeof import('../core/front.js') {
  return require('../core/front.js') as typeof import('../core/front.js')
}

function frames(): typeof import('../core/frames.js') {
  return require('../core/frames.js') as typeof import('../core/frames.js')
}

function start(
  parent: Parent,
  [filename, options]: readonly [unknown, Options],
  newTarget: NewableFunction,
  started: Started,
): NodeWorker | unknown[] {
  const hand: Hand = { ...parent.forWorker({ stdout: true, stderr: true }) }
  const begun = begin(parent, filename, hand.source)
  if (begun) hand.birth = begun.birth
  const { proxy, restore } = createProxy(options, hand, started)
  const build = (): NodeWorker =>
    Reflect.construct(OriginalWorker, [filename, proxy.begin()], newTarget) as NodeWorker
  const worker = buildWithFlags(proxy, () => withEnvironmentData(hand, build))
  restore()
  if (!worker) {
    if (hand.queue.type === 'ring') hand.queue.port.close()
    return [filename, proxy.begin()]
  }
  adopt(worker, hand, parent, begun)
  return worker
}

// `restore` puts back the NODE_OPTIONS that Node does not get.
function createProxy(
  options: Options,
  hand: Hand,
  started: Started,
): { proxy: OptionsProxy; restore: () => void } {
  let restore: (() => void) | undefined
  const proxy = new OptionsProxy(options, hand, (given) => {
    const { planFlags, setStarted } = flags()
    const planned = planFlags(given, started)
    if (!planned?.asStarted) return planned
    const own = process.env.NODE_OPTIONS ?? null
    restore ??= setStarted(started)
    if (restore && given.env !== threads.SHARE_ENV) hand.options = own
    return planned
  })
  return { proxy, restore: () => restore?.() }
}

// For a thread whose preload could not be loaded, or is not to be.
function withoutFlag(options: Options, { execArgv }: Started): Options {
  if (canPreload()) return options
  forgetPreload()
  const { env } = options
  const isExplicit = typeof env === 'object' && env?.NODE_OPTIONS
  return withOwn(options, {
    execArgv: flagsWithoutPreload(options.execArgv ?? execArgv),
    ...(isExplicit && { env: { ...env, NODE_OPTIONS: withoutPreload(env.NODE_OPTIONS ?? '') } }),
  })
}

function flags(): typeof import('./worker-flags.js') {
  return require('./worker-flags.js') as typeof import('./worker-flags.js')
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
  ends().observeWorker(output().handleOf(worker), started, parent.report)
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

// Undefined if Node rejects the options: it throws again outside, where no code of ours is in the stack trace.
function buildWithFlags(proxy: OptionsProxy, build: () => NodeWorker): NodeWorker | undefined {
  for (let tries = 0; tries <= MAX_RETRIES; tries++) {
    try {
      return build()
    } catch (error) {
      const { flags, isOfUser } = proxy
      const isFlags = flags !== undefined && isFlagError(error)
      // For the user's own flags, let Node throw its error for the original list. From inherited flags, remove those
      // that Node rejects in an execArgv.
      proxy.flags = isFlags && !isOfUser ? withoutRejected(flags, error) : undefined
      if (isFlags) continue
      // What was to be transferred may have gone, and code of the application's that has thrown is not run again.
      if (proxy.hasTransferred || !isOfNode(error)) throw error
      return undefined
    }
  }
  return undefined
}

function isOfNode(error: unknown): boolean {
  return String(Object(error).code).startsWith('ERR_')
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
  return left.length < flags.length ? left : undefined
}

const living = new Set<NodeWorker>()

/** Prints what workers that still run have printed so far: to be called when this thread exits. */
export function drainWorkers(): void {
  if (living.size > 0) output().drainOutput(living)
}

function output(): typeof import('./output.js') {
  return require('./output.js') as typeof import('./output.js')
}

// Calls `parent.ended()` before the application gets the 'exit' event. As without logshare, the worker's output must be
// printed by then.
function hookExit(worker: NodeWorker, parent: Parent): void {
  const handle = output().handleOf(worker)
  const original = handle?.onexit
  const thread = worker.threadId
  if (!handle || typeof original !== 'function') {
    living.delete(worker)
    return
  }
  handle.onexit = front().before(original, () => {
    living.delete(worker)
    parent.ended(thread)
  })
}

function ends(): typeof import('./ends.js') {
  return require('./ends.js') as typeof import('./ends.js')
}

function isExempt(filename: unknown): boolean {
  const name = filename instanceof URL ? filename.pathname : filename
  return typeof name === 'string' && EXEMPT.test(name)
}
