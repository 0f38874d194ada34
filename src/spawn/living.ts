// Living: the processes of this thread that run, and whose output the runtime directory waits for when this thread exits.

import type { SpawnOptions } from './child-process.js'
import { isCompiled } from './executable.js'
import type { ProcessHand } from './inherit.js'

interface Living {
  readonly hand: ProcessHand
  readonly options: SpawnOptions
}

const living = new Map<number, Living>()

export function addLiving(pid: number, entry: Living): void {
  living.set(pid, entry)
}

export function removeLiving(pid: number | undefined): void {
  if (pid !== undefined) living.delete(pid)
}

/**
 * Begins the queues of the processes that run, as they may not have begun them yet: whoever reads the directory leaves it to
 * them. Called at exit. Never throws.
 */
export function expectLiving(): void {
  if (living.size === 0) return
  const { expect } = require('../queue/expected.js') as typeof import('../queue/expected.js')
  for (const [pid, { hand, options }] of living) {
    if (!isService(options)) expect(hand.directory, pid, hand.source)
  }
  living.clear()
}

// A program that is told by its standard input what to do, such as esbuild: it ends with this process and starts no node.
function isService(options: SpawnOptions): boolean {
  const [stdin] = Array.isArray(options.stdio) ? options.stdio : []
  const isPiped = stdin === 'pipe' || (stdin as { type?: unknown } | undefined)?.type === 'pipe'
  return isPiped && !options.detached && isCompiled(options)
}
