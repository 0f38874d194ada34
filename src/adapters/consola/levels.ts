// Levels: announces the levels of the root's loggers and applies them in children, at their start and after changes.

import * as shimmer from 'shimmer'
import type { AdapterContext } from '../kit/adapter.js'
import { shareFile } from '../kit/files.js'
import { placeOf } from '../kit/identity/callers.js'
import { Instances } from '../kit/identity/instances.js'
import { type Consola, OWN_FILES, tagOf } from './library.js'

const instances = new Instances<Consola>()
let standard: WeakRef<Consola> | undefined

/** Announces levels and files of new loggers, or follows the root's levels. The constructor calls `_wrapLogFn`. */
export function watchInstances(prototype: Consola, context: AdapterContext): () => void {
  const { role, levels } = context
  const explicit = new WeakSet<Consola>()
  const announce = (instance: Consola): void => {
    if (role !== 'take') levels.announce('consola', tagOf(instance), thresholdOf(instance.level))
  }
  const follow = (instance: Consola): void => {
    if (role !== 'take' || explicit.has(instance)) return
    const level = levels.find('consola', tagOf(instance))
    if (level !== undefined) instance.options.level = levelOf(level)
  }
  shimmer.wrap(prototype, '_wrapLogFn', (original) => {
    return function _wrapLogFn(this: Consola, ...args: unknown[]) {
      if (!instances.identify(this)) {
        instances.add(this, tagOf(this), placeOf(OWN_FILES))
        const first = standard?.deref()
        if (!first) standard = new WeakRef(this)
        else if (this.options.level !== first.options.level) explicit.add(this)
        for (const stream of [this.options.stdout, this.options.stderr]) shareFile(stream, context)
        follow(this)
        announce(this)
      }
      return original.apply(this, args)
    }
  })
  const level = Object.getOwnPropertyDescriptor(prototype, 'level')
  if (level?.set) {
    const { set } = level
    Object.defineProperty(prototype, 'level', {
      ...level,
      set(this: Consola, value: unknown) {
        set.call(this, value)
        explicit.add(this)
        announce(this)
      },
    })
  }
  const unwatch = levels.watch(() => {
    for (const instance of instances) follow(instance)
  })
  return () => {
    shimmer.unwrap(prototype, '_wrapLogFn')
    if (level) Object.defineProperty(prototype, 'level', level)
    unwatch()
  }
}

// The library's levels go the other way, and `log` is between warn and info.
const THRESHOLDS = [50, 40, 35, 30, 20, 10] as const

function thresholdOf(level: number): number {
  if (level < 0) return 100
  return level > 5 ? 0 : (THRESHOLDS[Math.floor(level)] ?? 0)
}

function levelOf(threshold: number): number {
  if (threshold >= 100) return Number.NEGATIVE_INFINITY
  const level = THRESHOLDS.findLastIndex((each) => each >= threshold)
  if (level < 0) return 0
  return threshold <= 0 ? Number.POSITIVE_INFINITY : level
}
