// Levels: announces the levels of the root's instances and applies them in children, at their start and after changes.

import type { AdapterContext } from '../kit/adapter.js'
import { type Consola, defaultInstance, instances, setDefaultInstance, tagOf } from './library.js'

export interface Watch {
  /** An instance was created. */
  readonly add: (instance: Consola) => void
  /** The application has set an instance's level. */
  readonly changed: (instance: Consola) => void
  readonly end: () => void
}

export function createWatch({ role, levels }: AdapterContext): Watch {
  // Instances whose level the application has set.
  const explicit = new WeakSet<Consola>()
  const announce = (instance: Consola): void => {
    if (role !== 'take') levels.announce('consola', tagOf(instance), thresholdOf(instance.level))
  }
  const follow = (instance: Consola): void => {
    if (role !== 'take' || explicit.has(instance)) return
    const threshold = levels.find('consola', tagOf(instance))
    if (threshold !== undefined) instance.options.level = consolaLevelOf(threshold)
  }
  const end = levels.watch(() => {
    for (const instance of instances) follow(instance)
  })
  return {
    add(instance) {
      const standard = defaultInstance()
      if (!standard) setDefaultInstance(instance)
      // A level other than the default instance's was an option of the application.
      else if (instance.options.level !== standard.options.level) explicit.add(instance)
      follow(instance)
      announce(instance)
    },
    changed(instance) {
      explicit.add(instance)
      announce(instance)
    },
    end,
  }
}

/** The level of a record of ours for a call with this consola level. */
export function recordLevelOf(level: number): number {
  if (level <= 0) return 50
  if (level === 1) return 40
  if (level <= 3) return 30
  return level <= 4 ? 20 : 10
}

// Our thresholds for consola's levels 0 (error) to 5 (trace). consola's numbers grow with verbosity, ours with
// severity. Its level 2 (`log`) lies between warn and info.
const THRESHOLDS = [50, 40, 35, 30, 20, 10] as const
/** Our threshold that nothing passes. */
const OFF = 100

function thresholdOf(level: number): number {
  if (level < 0) return OFF
  return level > 5 ? 0 : (THRESHOLDS[Math.floor(level)] ?? 0)
}

function consolaLevelOf(threshold: number): number {
  if (threshold >= OFF) return Number.NEGATIVE_INFINITY
  const level = THRESHOLDS.findLastIndex((each) => each >= threshold)
  if (level < 0) return 0
  return threshold <= 0 ? Number.POSITIVE_INFINITY : level
}
