// Living: the Workers and processes of this thread that run, what is done for them at its exit, and how Node starts them
// without logshare.

import { spawnSync } from 'node:child_process'
import { Worker as NodeWorker } from 'node:worker_threads'
import type { SpawnOptions } from './child-process.js'
import type { ProcessHand } from './inherit.js'

/** The class before it was patched. */
export const OriginalWorker: typeof NodeWorker = NodeWorker

let isOurs = false

/** `spawnSync`, as it was before others patched it, for programs of ours, which are no children of the application. */
export const runOurs: typeof spawnSync = ((...args: [string]) => {
  isOurs = true
  try {
    return spawnSync(...args)
  } finally {
    isOurs = false
  }
}) as typeof spawnSync

export function isRunningOurs(): boolean {
  return isOurs
}

interface LivingProcess {
  readonly hand: ProcessHand
  readonly options: SpawnOptions
}

/** The Workers that run. */
export const workers: Set<NodeWorker> = new Set()
/** The Worker that has ended last. While Node ends it, it emits its last messages before it reads its last text. */
export const ended: { last?: WeakRef<NodeWorker> } = {}
/** The processes that run, by id. */
export const processes: Map<number, LivingProcess> = new Map()

/** Prints what workers have printed so far: to be called when this thread exits. */
export function drainWorkers(): void {
  const last = ended.last?.deref()
  if (workers.size === 0 && !last) return
  const { drainOutput } = require('./output.js') as typeof import('./output.js')
  drainOutput(last ? [last, ...workers] : workers)
}

/**
 * Begins the queues of this thread's processes that run, as they may not have begun them yet: whoever reads the directory
 * leaves it to them. Called at exit. Never throws.
 */
export function expectLiving(): void {
  if (processes.size === 0) return
  const { expect } = require('../queue/expected.js') as typeof import('../queue/expected.js')
  for (const [pid, { hand, options }] of processes) {
    if (!isService(options)) expect(hand.directory, pid, hand.source)
  }
  processes.clear()
}

// A program that is told by its standard input what to do, such as esbuild: it ends with this process and starts no node.
function isService(options: SpawnOptions): boolean {
  const [stdin] = Array.isArray(options.stdio) ? options.stdio : []
  const isPiped = stdin === 'pipe' || (stdin as { type?: unknown } | undefined)?.type === 'pipe'
  if (!isPiped || options.detached) return false
  const { isCompiled } = require('./executable.js') as typeof import('./executable.js')
  return isCompiled(options)
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
