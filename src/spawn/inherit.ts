// Inheritance: what a parent hands to its children, and how a child takes it before its own code runs.

import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { MessagePort } from 'node:worker_threads'
import type { Settings } from '../config/options.js'
import type { Threshold } from '../core/level.js'
import type { RootLevels } from '../core/levels.js'
import type { Capture, StdioIds } from '../core/stdio.js'

/** The file that is preloaded into children. */
export const PRELOAD: string = resolve(__dirname, '../../register.js')

/** Environment data of a Worker under this key is ours; it is there only while the Worker is constructed. */
export const WORKER_KEY = '\0logshare'

/** Environment variable by which a child process finds its application. */
export const CHILD_VARIABLE = 'LOGSHARE_CHILD'

/** Kinds of children, as they stand in `source`. */
export type ChildKind = 'worker' | 'fork' | 'cluster' | 'spawn'

/** What all children of an application share. */
export interface Inheritance extends RootLevels {
  /** Wall minus monotonic time, in milliseconds. */
  readonly anchor: number
  /** Levels that threads between the root and this one have set for themselves: they hold whatever the root sets. */
  readonly own: Readonly<Record<string, Threshold>>
  /** The root's, handlers included: a child may have to go on with them. */
  readonly settings: Settings
  readonly stdio: StdioIds
  /**
   * Whether the directory is that of a collector (`logshare collect`): it is kept while no collector is there, and none of
   * those that log into it goes on in its place.
   */
  readonly isCollector?: boolean
}

/** What an application that logs through a collector has settled for itself and its children. */
export interface Joined {
  readonly own: Inheritance['own']
  readonly redact: readonly string[]
  readonly adapters?: readonly string[]
  readonly stdio: StdioIds
}

/** What a collector has left for all applications, as one of them has it. */
export function withJoined<T extends Inheritance | undefined>(
  inheritance: T,
  joined: Joined | undefined,
): T {
  if (!joined || !inheritance) return inheritance
  const { own, stdio, adapters = inheritance.settings.adapters } = joined
  const redact = [...new Set([...inheritance.settings.redact, ...joined.redact])]
  return { ...inheritance, own, stdio, settings: { ...inheritance.settings, redact, adapters } }
}

/** A child's place in the tree: all it needs to log. */
export interface Place {
  readonly source: string
  readonly inheritance: Inheritance
  readonly capture: Capture
  /**
   * Whether the root's main thread waits in `spawnSync` and the like: then what goes to the terminal goes there at once,
   * as from the root itself, and only a copy of it to other handlers.
   */
  readonly isDirect?: boolean
  /**
   * Whether libraries write here as always and only a copy leaves: in the first thread of an application that logs through
   * a collector.
   */
  readonly isCopied?: boolean
  readonly joined?: Joined | undefined
  readonly queue:
    | {
        readonly type: 'ring'
        readonly memory: SharedArrayBuffer
        readonly bell: SharedArrayBuffer
        readonly port: MessagePort
        /** Where processes this thread starts put their queues; undefined if there is no such place. */
        readonly directory?: string | undefined
      }
    | { readonly type: 'file'; readonly directory: string }
}

/** What a Worker is handed: its place, and how it was to look without us. */
export interface WorkerHand extends Place {
  /** The Worker's own `process.execArgv`, if ours had to go into it. */
  readonly execArgv?: readonly string[]
}

/** The directory of a child for whose queue there is no place: it knows that it is nobody's root. */
export const NOWHERE = ''

/** What a child process is handed, as JSON in its environment. */
export interface ProcessHand {
  readonly directory: string
  readonly source: string
  readonly isDirect?: boolean
  readonly joined?: Joined | undefined
}

/** What the patches ask of the thread they are installed in. */
export interface Parent {
  /** Capture is narrowed to the streams the Worker leaves to its parent. */
  forWorker(capture: Capture): WorkerHand
  /** `isAwaited`: the thread waits for the process and does nothing else meanwhile. */
  forProcess(kind: ChildKind, isAwaited?: boolean): ProcessHand
  /** A child was started that may log from now on. */
  started(): void
  /** A child has ended and the application is about to hear of it. */
  ended(): void
}

/** Whether handlers take what the root's own libraries write, too: with nothing but the relay, nobody does. */
export function isCollecting({ handlers }: Settings): boolean {
  return handlers.some((handler) => handler.type !== 'relay')
}

/** Whether records of children are given back to the root's own libraries. */
export function isRelaying({ handlers }: Settings): boolean {
  return handlers.some((handler) => handler.type === 'relay')
}

/** Counts the children of one thread by kind and names them. */
export function createNames(source: string): (kind: ChildKind) => string {
  const counts = new Map<ChildKind, number>()
  const prefix = source === 'root' ? '' : `${source}/`
  return (kind) => {
    const count = (counts.get(kind) ?? 0) + 1
    counts.set(kind, count)
    return `${prefix}${kind}#${count}`
  }
}

/** Where a runtime directory keeps what its children share. */
export function inheritancePath(directory: string): string {
  return `${directory}/config.json`
}

/** What a root has left for its children; undefined if it is gone with its directory. */
export function readInheritance(directory: string): Inheritance | undefined {
  try {
    return JSON.parse(readFileSync(inheritancePath(directory), 'utf8')) as Inheritance
  } catch {
    return undefined
  }
}

/** Renamed into place: a child that starts meanwhile reads the old text or the new. Throws what the system says. */
export function writeInheritance(directory: string, text: string): void {
  const path = inheritancePath(directory)
  writeFileSync(`${path}.new`, text, { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

/** The flag that goes into NODE_OPTIONS, quoted for any path. */
export const PRELOAD_FLAG: string = `-r "${PRELOAD.replace(/[\\"]/g, '\\$&')}"`

let exists: boolean | undefined

/** A preload that is not there would kill every node child: then there is none. */
export function canPreload(): boolean {
  exists ??= existsSync(PRELOAD)
  return exists
}

/** The variables that make a node process a child, in place of the NODE_OPTIONS it would have had without us. */
export function childVariables(options: string | undefined, hand: ProcessHand): ChildVariables {
  const isThere = options?.includes(PRELOAD_FLAG) ?? false
  return {
    NODE_OPTIONS: isThere ? `${options}` : addFlag(options),
    [CHILD_VARIABLE]: JSON.stringify(isThere ? { ...hand, flag: 'given' } : hand),
  }
}

interface ChildVariables {
  readonly NODE_OPTIONS: string
  readonly [CHILD_VARIABLE]: string
}

function addFlag(options: string | undefined): string {
  return options === undefined ? PRELOAD_FLAG : `${options} ${PRELOAD_FLAG}`
}

function removeFlag(options: string | undefined): string | undefined {
  if (options === undefined || options === PRELOAD_FLAG) return undefined
  return options.replace(` ${PRELOAD_FLAG}`, '').replace(PRELOAD_FLAG, '')
}

/** Takes what a parent process has put into the environment out of it; undefined for a root. */
export function takeProcessHand(env: NodeJS.ProcessEnv): ProcessHand | undefined {
  const text = env[CHILD_VARIABLE]
  if (text === undefined) return undefined
  delete env[CHILD_VARIABLE]
  const { directory, source, isDirect = false, joined, flag } = parseHand(text)
  const options = flag === 'given' ? env.NODE_OPTIONS : removeFlag(env.NODE_OPTIONS)
  if (options === undefined) delete env.NODE_OPTIONS
  else env.NODE_OPTIONS = options
  // A stranger's variable: this process is a root of its own.
  if (typeof directory !== 'string' || typeof source !== 'string') return undefined
  return { directory, source, isDirect, joined }
}

/** `flag`: `given` where NODE_OPTIONS had our flag before we came. */
function parseHand(text: string): Partial<ProcessHand> & { readonly flag?: unknown } {
  try {
    return Object(JSON.parse(text)) as Partial<ProcessHand>
  } catch {
    return {}
  }
}
