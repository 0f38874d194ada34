// Worker: the class of node:worker_threads as the application sees it, with our channel behind each instance.
//
// A shell class rather than a Proxy or a subclass: nothing an application can ask of it differs from the original.

import { EventEmitter } from 'node:events'
import { syncBuiltinESMExports } from 'node:module'
import type { Worker as NodeWorker, WorkerOptions } from 'node:worker_threads'
import * as threads from 'node:worker_threads'
import { canPreload, type Parent, PRELOAD, WORKER_KEY, type WorkerHand } from './inherit.js'

type WorkerClass = typeof NodeWorker
type Options = WorkerOptions & { execArgv?: readonly string[] }
/** What the getters of a user's options gave, by name: a second try does not call them again. */
type Given = Map<PropertyKey, unknown[]>

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

/** The flags a Worker would have had without us; undefined where the preload is certain to be inherited. */
type Plan = (asked: Pick<Options, 'env' | 'execArgv'>) => readonly string[] | undefined

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

type Hand = { -readonly [K in keyof WorkerHand]: WorkerHand[K] }

// The user's options stay untouched and each of them is asked for as often, and in the order, as it would be without
// us: what we want to know is what Node has been told. The hand is complete by the time Node sends it to the thread.
class Asking {
  readonly #options: Options
  readonly #hand: Hand
  readonly #plan: Plan
  readonly #given: Given = new Map()
  #asked = new Map<PropertyKey, number>()
  #isPlanned = false
  #base: readonly string[] | undefined
  /** The flags that Node gets instead of the user's. */
  flags: readonly string[] | undefined

  constructor(options: Options, hand: Hand, plan: Plan) {
    this.#options = options
    this.#hand = hand
    this.#plan = plan
  }

  /** Whether the flags are those the user gave, with ours in front. */
  get isOfUser(): boolean {
    return this.#base !== undefined && this.#base === this.#first('execArgv')
  }

  /** Options for one try. */
  begin(): Options {
    this.#asked = new Map()
    return new Proxy({} as Options, { get: (_target, key) => this.#answer(key) })
  }

  #answer(key: PropertyKey): unknown {
    const { queue, capture } = this.#hand
    // A list given where there was none makes Node ask once more.
    const isAgain = key === 'transferList' && this.#asked.has(key) && !this.#first(key)
    const value = isAgain ? undefined : this.#ask(key)
    switch (key) {
      case 'stdout':
      case 'stderr':
        if (value) this.#hand.capture = { ...capture, [key]: false }
        return value
      case 'transferList':
        return queue.type === 'ring' ? [...listOf(value), queue.port] : value
      case 'execArgv':
        return this.#flagsFor(value)
      default:
        return value
    }
  }

  #ask(key: PropertyKey): unknown {
    const given = this.#given.get(key) ?? []
    this.#given.set(key, given)
    const count = this.#asked.get(key) ?? 0
    this.#asked.set(key, count + 1)
    if (count === given.length) given.push(Reflect.get(this.#options, key))
    return given[count]
  }

  // Node checks the user's flags before it asks for `env`, which ours depend on, and takes them after that.
  #flagsFor(value: unknown): unknown {
    if (!this.#asked.has('env')) return value
    if (!this.#isPlanned) {
      this.#isPlanned = true
      const env = this.#first('env') as Options['env']
      this.#base = this.#plan({ env, execArgv: this.#first('execArgv') as string[] })
      if (this.#base) this.#hand.execArgv = [...this.#base]
      this.flags = this.#base && ['-r', PRELOAD, ...this.#base]
    }
    return this.flags ?? value
  }

  #first(key: PropertyKey): unknown {
    return this.#given.get(key)?.[0]
  }
}

// Node takes what it can index and nothing else for a list, and does not complain.
function listOf(transferList: unknown): readonly unknown[] {
  return Array.prototype.slice.call(transferList ?? [])
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
