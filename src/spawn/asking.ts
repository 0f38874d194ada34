// Asking: the options of a Worker as Node is given them, in the place of the user's.
//
// Those stay untouched, and each of them is asked for as often, and in the order, as it would be without us: what we want
// to know is what Node has been told. The hand is complete by the time Node sends it to the thread.

import type { WorkerOptions } from 'node:worker_threads'
import { PRELOAD, type WorkerHand } from './inherit.js'

export type Options = WorkerOptions & { execArgv?: readonly string[] }
export type Hand = { -readonly [K in keyof WorkerHand]: WorkerHand[K] }
/** The flags a Worker would have had without us; undefined where the preload is certain to be inherited. */
export type Plan = (asked: Pick<Options, 'env' | 'execArgv'>) => readonly string[] | undefined
/** What the getters of a user's options gave, by name: a second try does not call them again. */
type Given = Map<PropertyKey, unknown[]>

export class Asking {
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
