// Workers: starts a Worker as a child with logshare, for the patch of worker.ts. Loaded with the first.

import type { Worker as NodeWorker } from 'node:worker_threads'
import * as threads from 'node:worker_threads'
import { before } from '../core/front.js'
import { process } from '../core/originals.js'
import type { Begun } from './ends.js'
import { type Parent, WORKER_KEY, type WorkerHand } from './inherit.js'
import { ended, OriginalWorker, workers } from './living.js'
import { handleOf, receiveInOrder, receiveOutput } from './output.js'
import { planFlags, type Started, setStarted } from './worker-flags.js'
import { type Hand, type Options, OptionsProxy } from './worker-options.js'

/**
 * Node rejects some flags in a Worker's execArgv that a Worker may inherit
 * (https://github.com/nodejs/node/issues/41103). The constructor is retried without them, at most so often.
 */
const MAX_RETRIES = 8

/** Returns the Worker, or the arguments for the original class where Node is to throw its error. */
export function start(
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
    const planned = planFlags(given, started)
    if (!planned?.asStarted) return planned
    const own = process.env.NODE_OPTIONS ?? null
    restore ??= setStarted(started)
    if (restore && given.env !== threads.SHARE_ENV) hand.options = own
    return planned
  })
  return { proxy, restore: () => restore?.() }
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
  workers.add(worker)
  receiveOutput(worker, capture)
  receiveInOrder(worker as never)
  parent.started()
  hookExit(worker, parent)
  if (!parent.report || !begun) return
  const started = { ...begun, script: birth?.script, tid: worker.threadId }
  ends().observeWorker(handleOf(worker), started, parent.report)
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

// Calls `parent.ended()` before the application gets the 'exit' event. As without logshare, the worker's output must be
// printed by then.
function hookExit(worker: NodeWorker, parent: Parent): void {
  const handle = handleOf(worker)
  const original = handle?.onexit
  const thread = worker.threadId
  if (!handle || typeof original !== 'function') {
    workers.delete(worker)
    return
  }
  handle.onexit = before(original, () => {
    workers.delete(worker)
    ended.last = new WeakRef(worker)
    parent.ended(thread)
  })
}

function ends(): typeof import('./ends.js') {
  return require('./ends.js') as typeof import('./ends.js')
}
