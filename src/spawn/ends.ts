// Ends: observes how a child ends, for the option `lifecycle`, on Node's internal handles.
//
// Loaded only with that option. The application's Worker or ChildProcess gets no listener.

import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { monotonic } from '../core/clock.js'
import type { Birth, ChildEnd } from '../core/lifecycle.js'
import { process } from '../core/originals.js'
import type { ChildKind } from './inherit.js'

type Report = (end: ChildEnd) => void

/** Node's handle of a Worker or a ChildProcess. */
export interface Handle {
  onexit?: (...args: unknown[]) => unknown
  stopThread?: (...args: unknown[]) => unknown
}

/** What the parent knows of a child that it starts. */
export interface Begun {
  readonly child: string
  readonly birth: Birth
  readonly script?: string | undefined
  /** Monotonic time (ms) of the call. */
  readonly since: number
  readonly isNode: boolean
}

type Started = Begun & Pick<ChildEnd, 'pid'>

/** The arguments of `ChildProcess.prototype.spawn` or of a synchronous function, as far as they matter here. */
interface Command {
  readonly file?: unknown
  readonly args?: unknown
  readonly shell?: unknown
  readonly envPairs?: readonly string[] | undefined
}

/** To be called before a Worker is constructed. The thread cannot know its script before its code runs. */
export function beginWorker(filename: unknown, child: string): Begun {
  const birth = { kind: 'worker', script: scriptOf(filename), by: process.pid }
  return { child, birth, since: monotonic(), isNode: true }
}

/** To be called before a process is started. */
export function beginProcess(kind: ChildKind, command: Command, child: string): Begun {
  const birth = { kind: kind === 'spawn' && command.shell ? 'exec' : kind, by: process.pid }
  const isNode = startsNode(kind, command)
  return {
    child,
    birth,
    script: isNode ? scriptIn(command) : undefined,
    since: monotonic(),
    isNode,
  }
}

// Whether a command is certain to start a node process, with logshare not turned off in it.
function startsNode(kind: ChildKind, { file, shell, envPairs = [] }: Command): boolean {
  if (envPairs.includes('LOGSHARE_DISABLE=1')) return false
  if (kind !== 'spawn') return true
  return !shell && typeof file === 'string' && /^node(\.exe)?$/.test(basename(file))
}

/** Flags whose value is the next argument, and flags that bring the code themselves. */
const WITH_VALUE =
  /^(?:-r|-C|--(?:require|import|loader|experimental-loader|conditions|env-file|title))$/
const WITH_CODE = /^(?:-e|-p|-pe|--eval|--print)$/

// The first argument that is no flag, behind the program's name. Used only if the child could not tell.
function scriptIn({ args }: Command): string | undefined {
  if (!Array.isArray(args)) return undefined
  const given = args.slice(1).map(String)
  const at = given.findIndex(
    (arg, i) => !arg.startsWith('-') && !WITH_VALUE.test(given[i - 1] ?? ''),
  )
  return given.slice(0, at).some((arg) => WITH_CODE.test(arg)) ? '[eval]' : given[at]
}

/** Calls `report` when the worker has ended, before the application gets the `exit` event. */
export function observeWorker(
  handle: Handle | null | undefined,
  started: Begun & Pick<ChildEnd, 'tid'>,
  report: Report,
): void {
  const { onexit, stopThread } = handle ?? {}
  if (!handle || typeof onexit !== 'function') return
  let isTerminated = false
  if (typeof stopThread === 'function') {
    // Only `terminate()` calls it.
    handle.stopThread = function (this: unknown, ...args) {
      isTerminated = true
      return stopThread.apply(this, args)
    }
  }
  handle.onexit = function (this: unknown, ...args) {
    const [code, error] = args
    const isFull = error === 'ERR_WORKER_OUT_OF_MEMORY'
    const cause = isFull ? 'oom' : isTerminated ? 'terminated' : undefined
    report({ ...endOf(started), pid: process.pid, tid: started.tid, code: Number(code), cause })
    return onexit.apply(this, args)
  }
}

/** The same for a process. */
export function observeProcess(
  handle: Handle | null | undefined,
  started: Started,
  report: Report,
): void {
  const { onexit } = handle ?? {}
  if (!handle || typeof onexit !== 'function') return
  handle.onexit = function (this: unknown, ...args) {
    reportProcess(started, { status: args[0], signal: args[1] }, report)
    return onexit.apply(this, args)
  }
}

/** What `spawnSync` returns, or `execSync` and `execFileSync` throw. */
interface Result {
  readonly pid?: unknown
  readonly status?: unknown
  readonly signal?: unknown
}

/** Reports the end of a process that a synchronous function has waited for. Without a result it has ended with code 0. */
export function reportSync(started: Begun, result: unknown, report: Report): void {
  const { pid, status, signal } = Object(result ?? { status: 0 }) as Result
  if (pid === 0) return // it could not be started
  reportProcess(
    { ...started, pid: typeof pid === 'number' ? pid : undefined },
    { status, signal },
    report,
  )
}

// A negative code is the error with which the process could not be started.
function reportProcess(started: Started, { status, signal }: Result, report: Report): void {
  if (typeof status === 'number' && status < 0) return
  const end = { ...endOf(started), pid: started.pid }
  if (typeof signal === 'string' && signal !== '') report({ ...end, signal })
  else if (typeof status === 'number') report({ ...end, code: status })
}

function endOf({ child, since, birth, script, isNode }: Begun): Omit<ChildEnd, 'code' | 'signal'> {
  return { child, tid: 0, kind: birth.kind, script, since, isNode }
}

function scriptOf(filename: unknown): string | undefined {
  const url = filename instanceof URL ? filename : undefined
  if (url) return url.protocol === 'file:' ? fileURLToPath(url) : url.protocol
  return typeof filename === 'string' ? filename : undefined
}
