// Worker flags: the flags and NODE_OPTIONS with which Node starts a Worker, so that it loads logshare and has all others as
// without it. Loaded with the first Worker.

import { readFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
import { process } from '../core/originals.js'
import { repairArgs, repairOptions } from './flag.js'
import { PRELOAD, START_DIRECTORY } from './preload.js'

/** What Node was started with, as far as this process can still see it. */
export interface Started {
  readonly execArgv: readonly string[]
  readonly options: string | undefined
  /** Whether logshare was loaded by a flag, which Workers without flags of their own inherit. */
  readonly preloaded: boolean
}

/** The options of a Worker that Node has read. */
export interface Given {
  readonly env?: unknown
  readonly execArgv?: readonly string[] | undefined
}

export interface Flags {
  /** The execArgv for Node. */
  readonly flags: readonly string[]
  /** The execArgv that the thread is to see. */
  readonly shown: readonly string[]
  /**
   * Whether Node would not look at NODE_OPTIONS again: a Worker has what Node was started with, but with an execArgv what
   * is in `process.env` by now.
   */
  readonly asStarted: boolean
}

/** Undefined if the Worker needs no flags but those that it has anyway. */
export function planFlags({ env, execArgv }: Given, started: Started): Flags | undefined {
  const isExplicit = typeof env === 'object' && env !== null
  const variables = isExplicit ? (env as NodeJS.ProcessEnv) : process.env
  const isNamed = String(variables.NODE_OPTIONS).includes(PRELOAD)
  if (execArgv && !Array.isArray(execArgv)) return undefined // Node rejects it
  if (execArgv) {
    const own = inOtherFolder(execArgv)
    if (!isNamed && !own.includes(PRELOAD)) return add(own, false)
    return own === execArgv ? undefined : { flags: own, shown: own, asStarted: false }
  }
  if (isExplicit) return isNamed ? undefined : add(startedFlags(started), false)
  if (!started.preloaded) return add(startedFlags(started), true)
  const moved = inOtherFolder(started.execArgv)
  const isRelative = moved !== started.execArgv || namesInOptions(started)
  return isRelative ? { flags: moved, shown: moved, asStarted: true } : undefined
}

function add(execArgv: readonly string[], asStarted: boolean): Flags {
  return { flags: ['-r', PRELOAD, ...execArgv], shown: execArgv, asStarted }
}

// Node looks for a preload from where the process is now.
function inOtherFolder(execArgv: readonly string[]): readonly string[] {
  if (process.cwd() === START_DIRECTORY) return execArgv
  if (!execArgv.some((flag) => String(flag).includes('register'))) return execArgv
  return repairArgs(['node', ...execArgv]).slice(1) as string[]
}

function namesInOptions({ options }: Started): boolean {
  return process.cwd() !== START_DIRECTORY && repairOptions(options ?? '').isGiven
}

/**
 * Sets the NODE_OPTIONS with which Node was started, with our flag by its path. Returns the undo; undefined if they are
 * the same.
 */
export function setStarted({ options }: Started): (() => void) | undefined {
  const { env } = process
  const now = env.NODE_OPTIONS
  const then = options && repairOptions(options).options
  if (now === then) return undefined
  setOptions(env, then)
  return () => setOptions(env, now)
}

function setOptions(env: NodeJS.ProcessEnv, options: string | undefined): void {
  if (options === undefined) delete env.NODE_OPTIONS
  else env.NODE_OPTIONS = options
}

// The application may have added flags to the array before it installed logshare: the command line tells, on Linux.
function startedFlags({ execArgv: all }: Started): readonly string[] {
  const execArgv = inOtherFolder(all)
  const line = commandLine()
  if (!line) return execArgv
  const end = all.findIndex((flag, at) => flag !== line[at + 1])
  return end < 0 ? execArgv : execArgv.slice(0, end)
}

let line: readonly string[] | undefined

function commandLine(): readonly string[] | undefined {
  if (process.platform !== 'linux' || !isMainThread) return undefined
  try {
    line ??= readFileSync('/proc/self/cmdline', 'utf8').split('\0')
    return line[0] === process.argv0 ? line : undefined // `process.title` is written over it
  } catch {
    return undefined
  }
}
