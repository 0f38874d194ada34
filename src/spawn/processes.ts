// Processes: starts a node process as a child with logshare, for the patches of child-process.ts. Loaded with the first.

import { isMainThread } from 'node:worker_threads'
import { before } from '../core/front.js'
import type { SpawnOptions, SyncFunction } from './child-process.js'
import { withHand } from './command.js'
import type { ChildKind, Parent, ProcessHand } from './inherit.js'
import { endWith, expectLiving, processes, runOurs } from './living.js'
import { withOwn } from './own.js'
import type { Program } from './programs.js'

interface Internals {
  readonly _handle?: ProcessHandle | null
  readonly pid?: number
}

interface ProcessHandle {
  hasRef?: () => boolean
  onexit?: (...args: unknown[]) => unknown
}

interface Asynchronous {
  readonly options: SpawnOptions
  readonly pairs: readonly string[]
  readonly parent: Parent
  /** Whether the process gets an IPC channel. */
  readonly hasChannel: boolean
}

/** Calls the original `ChildProcess.prototype.spawn`. */
export function startAsync(
  child: unknown,
  original: SyncFunction,
  args: unknown[],
  { options, pairs, parent, hasChannel }: Asynchronous,
): unknown {
  const kind = hasChannel ? kindOf(pairs) : 'spawn'
  const hand = parent.forProcess(kind)
  const { report } = parent
  const begun =
    report && ends().beginProcess(kind, withOwn(options, { envPairs: pairs }), hand.source)
  const given = begun ? { ...hand, birth: begun.birth } : hand
  const changed = withHand(options, pairs, given)
  const program = kind === 'spawn' ? readProgram(changed, original, parent, hand) : undefined
  try {
    const result = original.call(child, program?.options ?? changed, ...args.slice(1))
    parent.started(true)
    if (changed.args !== options.args)
      Object.assign(child as Internals, { spawnargs: options.args })
    const { _handle: handle, pid } = child as Internals
    program?.started(pid)
    hookExit(handle, parent, program, pid)
    if (pid !== undefined && hand.directory) processes.set(pid, { hand, options })
    if (!isMainThread) expectLiving() // a thread does not notice the end of its process
    if (report && begun) ends().observeProcess(handle, { ...begun, pid }, report)
    return result
  } finally {
    program?.release()
  }
}

let programs: typeof import('./programs.js') | undefined

function readProgram(
  options: SpawnOptions,
  spawn: SyncFunction,
  parent: Parent,
  { context }: ProcessHand,
): Program | undefined {
  const hand = parent.forPrograms()
  if (!hand) return undefined
  if (!programs) {
    programs = require('./programs.js') as typeof import('./programs.js')
    endWith(programs.endHelper)
  }
  return programs.readProgram(options, { hand, context, spawn, spawnSync: runOurs })
}

interface Synchronous {
  readonly options: SpawnOptions
  readonly pairs: readonly string[]
  readonly parent: Parent
}

/** Calls the original of Node's binding. `rest`: its arguments behind the options. */
export function startSync(
  self: unknown,
  original: SyncFunction,
  rest: readonly unknown[],
  { options, pairs, parent }: Synchronous,
): unknown {
  const hand = parent.forProcess('spawn', true)
  const { report } = parent
  const begun = report && ends().beginProcess('spawn', options, hand.source)
  const changed = withHand(options, pairs, begun ? { ...hand, birth: begun.birth } : hand)
  parent.started()
  try {
    const result = original.call(self, changed, ...rest)
    if (report && begun) ends().reportSync(begun, result, report)
    return result
  } finally {
    parent.ended()
  }
}

// Fork and cluster have a channel, and cluster adds a variable to the normalised options.
function kindOf(pairs: readonly string[]): ChildKind {
  return pairs.some((pair) => pair.startsWith('NODE_UNIQUE_ID=')) ? 'cluster' : 'fork'
}

// Calls `parent.ended()` before the application gets the 'exit' event. As without logshare, the child's output must be
// printed by then.
function hookExit(
  handle: ProcessHandle | null | undefined,
  parent: Parent,
  program: Program | undefined,
  pid: number | undefined,
): void {
  const original = handle?.onexit
  if (!handle || typeof original !== 'function') return
  const ended = (): void => {
    if (pid !== undefined) processes.delete(pid)
    if (!program) parent.ended()
  }
  const onexit = before(original, ended)
  if (!program) {
    handle.onexit = onexit
    return
  }
  handle.onexit = (...args) => {
    const exit = (): unknown => {
      parent.ended()
      return onexit.apply(handle, args)
    }
    return program.ended(exit, handle.hasRef?.() ?? true)
  }
}

function ends(): typeof import('./ends.js') {
  return require('./ends.js') as typeof import('./ends.js')
}
