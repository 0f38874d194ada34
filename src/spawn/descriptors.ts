// Descriptors: which of the root's standard streams a process inherits as its own stdout and stderr.

import { isatty } from 'node:tty'
import { type StdioIds, stdioIds } from '../core/stdio.js'

/** A stream of the root that a process inherits, as one or both of its own. */
export interface SharedStream {
  /** File descriptor of the stream in this process. */
  readonly out: 1 | 2
  /** The process's stream: the first, if both of its streams lead to this one. */
  readonly lib: 'stdout' | 'stderr'
  /** The process's file descriptors. */
  readonly indexes: readonly number[]
}

const NAMES = ['stdin', 'stdout', 'stderr'] as const

/**
 * The streams in `stdio`, an option of `spawn`, that lead to the root's stdout or stderr and are no terminal. Two that lead
 * to the same file are one, because what is printed on them must keep its order.
 */
export function sharedStreams(stdio: unknown, root: StdioIds): SharedStream[] {
  const entries: unknown[] = Array.isArray(stdio) ? stdio : [stdio, stdio, stdio]
  const own = stdioIds()
  const found = new Map<string, { out: 1 | 2; lib: 'stdout' | 'stderr'; indexes: number[] }>()
  for (const index of [1, 2] as const) {
    const out = descriptorOf(entries[index], index)
    if (out !== 1 && out !== 2) continue
    const id = own[NAMES[out] as 'stdout' | 'stderr']
    // What goes anywhere else than the root's output is data for someone. A terminal stays one, for a program prints
    // differently into a pipe: colours, progress, prompts.
    if (id === undefined || id !== root[NAMES[out] as 'stdout' | 'stderr'] || isatty(out)) continue
    const known = found.get(id)
    if (known) known.indexes.push(index)
    else found.set(id, { out, lib: NAMES[index] as 'stdout' | 'stderr', indexes: [index] })
  }
  return [...found.values()]
}

// As Node reads an entry: a number, a stream with a descriptor, or `inherit`.
function descriptorOf(entry: unknown, index: number): number | undefined {
  if (entry === 'inherit') return index
  if (typeof entry === 'number') return entry
  const fd = (entry as { readonly fd?: unknown } | null | undefined)?.fd
  return typeof fd === 'number' ? fd : undefined
}
