// Living: the Workers and processes of this thread that run, what is done for them at its exit, and how Node starts them
// without logshare.

import { spawnSync as originalSpawnSync } from 'node:child_process'
import { Worker as NodeWorker } from 'node:worker_threads'
import type { ProcessHand } from './inherit.js'

/** The class and the function before they were patched. */
export const OriginalWorker: typeof NodeWorker = NodeWorker
export const spawnSync: typeof originalSpawnSync = originalSpawnSync

/** The Workers that run. */
export const workers: Set<NodeWorker> = new Set()
/** The processes that run, by id. */
export const processes: Map<number, ProcessHand> = new Map()

/** Prints what workers that still run have printed so far: to be called when this thread exits. */
export function drainWorkers(): void {
  if (workers.size === 0) return
  const { drainOutput } = require('./output.js') as typeof import('./output.js')
  drainOutput(workers)
}

/**
 * Begins the queues of this thread's processes that run, as they may not have begun them yet: whoever reads the directory
 * leaves it to them. Called at exit. Never throws.
 */
export function expectLiving(): void {
  if (processes.size === 0) return
  const { expect } = require('../queue/expected.js') as typeof import('../queue/expected.js')
  for (const [pid, { directory, source }] of processes) expect(directory, pid, source)
  processes.clear()
}

let endHelper: (() => void) | undefined

/** Gives `endPrograms` something to do. */
export function endWith(end: () => void): void {
  endHelper = end
}

/** Ends the helper that reads the output of this thread's programs, unless one of them still runs. Called at exit. */
export function endPrograms(): void {
  endHelper?.()
}
