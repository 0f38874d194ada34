// Worker: patches the class Worker of node:worker_threads so that each instance starts as a child with logshare.
//
// The replacement is a shell class rather than a Proxy or a subclass: its constructor returns an instance of the
// original, so the application sees no difference.

import { EventEmitter } from 'node:events'
import { syncBuiltinESMExports } from 'node:module'
import type { Worker as NodeWorker } from 'node:worker_threads'
import { process } from '../core/originals.js'
import { rethrow } from '../core/rethrow.js'
import type { Parent } from './inherit.js'
import { OriginalWorker } from './living.js'
import { withOwn } from './own.js'
import { canPreload, flagsWithoutPreload, forgetPreload, withoutPreload } from './preload.js'
import type { Started } from './worker-flags.js'
import type { Options } from './worker-options.js'

type WorkerClass = typeof NodeWorker

/** Scripts of logging libraries' own threads: they transport records and do not log. */
const EXEMPT = /(?:thread-stream|pino)[\\/]lib[\\/]worker\.js$|tslog[\\/].*worker[.-]runner\.m?js$/

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
    const { start } = require('./workers.js') as typeof import('./workers.js')
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
    return rethrow(error, shell as never)
  }
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

function isExempt(filename: unknown): boolean {
  const name = filename instanceof URL ? filename.pathname : filename
  return typeof name === 'string' && EXEMPT.test(name)
}
