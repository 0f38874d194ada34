// Worker options: a proxy that Node reads instead of the user's options when it constructs a Worker.
//
// The user's object is not changed. Each of its properties is read as often, and in the same order, as without
// logshare, because it may have getters. What Node reads also completes the Worker's hand (streams, flags), before Node
// sends that to the thread.

import type { WorkerOptions } from 'node:worker_threads'
import type { WorkerHand } from './inherit.js'
import { mayName } from './preload.js'
import type { Flags, Given as GivenFlags } from './worker-flags.js'

export type Options = WorkerOptions & { execArgv?: readonly string[] }
export type Hand = { -readonly [K in keyof WorkerHand]: WorkerHand[K] }
/** Returns the flags with which a Worker loads logshare; undefined if it needs no execArgv for that. */
export type Plan = (given: GivenFlags) => Flags | undefined
/** Values read from the user's options, by name, in order: a retry uses them instead of calling getters again. */
type Given = Map<PropertyKey, unknown[]>

export class OptionsProxy {
  readonly #options: Options
  readonly #hand: Hand
  readonly #plan: Plan
  readonly #given: Given = new Map()
  /** How often Node has read each option in the current try. */
  #reads = new Map<PropertyKey, number>()
  #isPlanned = false
  #planned: Flags | undefined
  /** The execArgv that Node gets instead of the user's; undefined for the user's. */
  flags: readonly string[] | undefined

  constructor(options: Options, hand: Hand, plan: Plan) {
    this.#options = options
    this.#hand = hand
    this.#plan = plan
  }

  /** Whether the flags are the user's own execArgv, with our preload in front. */
  get isOfUser(): boolean {
    return this.#planned !== undefined && this.#first('execArgv') !== undefined
  }

  /** Whether Node has come to the point where it transfers objects to the Worker. */
  get hasTransferred(): boolean {
    return this.#reads.has('transferList')
  }

  /** The options for one call of the constructor. */
  begin(): Options {
    this.#reads = new Map()
    return new Proxy({} as Options, { get: (_target, key) => this.#get(key) })
  }

  #get(key: PropertyKey): unknown {
    const hand = this.#hand
    // Node reads transferList a second time only because ours is set: do not read the user's again.
    const isExtra = key === 'transferList' && this.#reads.has(key) && !this.#first(key)
    const value = isExtra ? undefined : this.#read(key)
    switch (key) {
      case 'eval':
        if (value && hand.birth) hand.birth = { ...hand.birth, script: '[eval]' }
        return value
      case 'stdout':
      case 'stderr':
        if (value) hand.capture = { ...hand.capture, [key]: false }
        return value
      case 'transferList':
        return hand.queue.type === 'ring' ? [...listOf(value), hand.queue.port] : value
      case 'execArgv':
        return this.#flagsFor(value)
      case 'env':
        return withPath(value)
      default:
        return value
    }
  }

  #read(key: PropertyKey): unknown {
    const given = this.#given.get(key) ?? []
    this.#given.set(key, given)
    const count = this.#reads.get(key) ?? 0
    this.#reads.set(key, count + 1)
    if (count === given.length) given.push(Reflect.get(this.#options, key))
    return given[count]
  }

  // Node reads execArgv first to validate it, then `env`, then execArgv again to use it. Our flags depend on `env`, so
  // they are returned from the second read on.
  #flagsFor(value: unknown): unknown {
    if (!this.#reads.has('env')) return value
    if (!this.#isPlanned) {
      this.#isPlanned = true
      const env = withPath(this.#first('env'))
      this.#planned = this.#plan({ env, execArgv: this.#first('execArgv') as string[] })
      if (this.#planned) this.#hand.execArgv = [...this.#planned.shown]
      this.flags = this.#planned?.flags
    }
    return this.flags ?? value
  }

  #first(key: PropertyKey): unknown {
    return this.#given.get(key)?.[0]
  }
}

// Variables of the application's own that name our preload in another way than by its path.
function withPath(env: unknown): unknown {
  const options = (env as NodeJS.ProcessEnv | null | undefined)?.NODE_OPTIONS
  if (typeof env !== 'object' || typeof options !== 'string' || !mayName(options)) return env
  const { repairOptions } = require('./flag.js') as typeof import('./flag.js')
  return { ...env, NODE_OPTIONS: repairOptions(options).options }
}

// Node reads a transferList by index and ignores anything that has no indices.
function listOf(transferList: unknown): readonly unknown[] {
  return Array.prototype.slice.call(transferList ?? [])
}
