// Programs: has what a program prints on inherited streams read by the helper process (option `programs`).
//
// The program gets named pipes (FIFOs) in place of the streams. They are real pipes, which Node's `pipe` is not: a program
// cannot open /dev/stdout if that is a socket. The helper copies what it reads to the inherited stream, and so neither a
// busy parent nor the end of the parent holds the program up.

import { notice, reasonOf } from '../core/notice.js'
import { process } from '../core/originals.js'
import type { SpawnOptions } from './child-process.js'
import { type SharedStream, sharedStreams } from './descriptors.js'
import { baseName, isNode } from './executable.js'
import { Fifos, type OpenFifo } from './fifos.js'
import { Helper } from './helper.js'
import type { ProgramsHand } from './inherit.js'

type SyncFunction = (...args: unknown[]) => unknown

export interface ProgramSetup {
  readonly hand: ProgramsHand
  /** Encoded fields of the context in which the program is started. */
  readonly context?: string | undefined
  /** `ChildProcess.prototype.spawn` and `spawnSync` as they were before they were patched. */
  readonly spawn: SyncFunction
  readonly spawnSync: typeof import('node:child_process').spawnSync
}

/** A program whose output is read. */
export interface Program {
  /** The options that start it. */
  readonly options: SpawnOptions
  /** To be called once it was started; `pid` is undefined if that failed. */
  started(pid: number | undefined): void
  /** Closes what only the program needs, and everything if it was not started. */
  release(): void
  /**
   * To be called when it has exited. Calls `exit` when everything it has printed is copied and recorded; the process does
   * not end before that if `isReferenced`.
   */
  ended(exit: () => unknown, isReferenced: boolean): void
}

let fifos: Fifos | undefined
let helper: Helper | undefined

/**
 * Prepares reading a program. Returns undefined for one that is left alone: it inherits neither stdout nor stderr of the
 * root, or they are a terminal; it is node, or detached. Never throws.
 */
export function readProgram(options: SpawnOptions, setup: ProgramSetup): Program | undefined {
  const { hand, spawnSync } = setup
  if (process.platform === 'win32' || options.detached) return undefined
  const opened: OpenFifo[] = []
  try {
    const streams = sharedStreams(options.stdio, hand.stdio)
    if (streams.length === 0 || isNode(options)) return undefined
    if (fifos?.directory !== hand.directory) fifos = new Fifos(hand.directory, spawnSync)
    for (const _ of streams) opened.push(fifos.open())
    return createProgram(options, streams, opened, setup)
  } catch (error) {
    for (const fifo of opened) fifo.close()
    notice('LOGSHARE_WARN_FAILED_OPEN', `a program is not read: ${reasonOf(error)}`, 'programs')
    return undefined
  }
}

/** Ends the helper, unless a program still runs: then it goes on. Called when this thread exits. */
export function endHelper(): void {
  fifos?.end()
  helper?.end()
}

function createProgram(
  options: SpawnOptions,
  streams: readonly SharedStream[],
  opened: readonly OpenFifo[],
  { hand, context, spawn }: ProgramSetup,
): Program {
  const name = baseName(options.file)
  const stdio = replace(options.stdio, streams, opened)
  let id: number | undefined
  return {
    // It inherits what the original does: Object.prototype may have been changed.
    options: Object.setPrototypeOf({ ...options, stdio }, Object.getPrototypeOf(options)),
    started(pid) {
      if (pid === undefined) return
      if (helper?.directory !== hand.directory) helper = new Helper(hand, spawn)
      const pipes = streams.map(({ out, lib }, at) => ({ path: opened[at]?.path ?? '', out, lib }))
      id = helper.open({ pid, source: hand.name(name), name, context, pipes }, opened)
    },
    release() {
      for (const fifo of opened) {
        fifo.closeWriter()
        if (id === undefined) fifo.close()
      }
    },
    ended(exit, isReferenced) {
      if (id === undefined || !helper) exit()
      else helper.exited(id, bind(exit), isReferenced)
    },
  }
}

// `exit` calls the application's listeners: in the context in which Node would have called them.
function bind(exit: () => unknown): () => void {
  const { AsyncResource } = require('node:async_hooks') as typeof import('node:async_hooks')
  const resource = new AsyncResource('PROCESSWRAP')
  return () => void resource.runInAsyncScope(exit)
}

function replace(
  stdio: unknown,
  streams: readonly SharedStream[],
  opened: readonly OpenFifo[],
): unknown[] {
  const entries: unknown[] = Array.isArray(stdio) ? [...stdio] : [stdio, stdio, stdio]
  for (const [at, { indexes }] of streams.entries()) {
    for (const index of indexes) entries[index] = opened[at]?.writer
  }
  return entries
}
