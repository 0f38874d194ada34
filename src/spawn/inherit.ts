// Inherit: the data that a parent passes to its children, and how a child takes it before its own code runs.
//
// A Worker gets it as environment data (`WorkerHand`). A process gets the runtime directory's path in its environment
// (`ProcessHand`) and reads the rest (`Inheritance`) from the directory's config.json.

import { renameSync, writeFileSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import type { MessagePort } from 'node:worker_threads'
import type { Settings } from '../config/options.js'
import type { Threshold } from '../core/level.js'
import type { RootLevels } from '../core/levels.js'
import type { Birth, ChildEnd } from '../core/lifecycle.js'
import type { Capture, StdioIds } from '../core/stdio.js'
import { removeFlag } from './preload.js'

/** Key of our environment data for a Worker. It is set only while the Worker is constructed. */
export const WORKER_KEY = '\0logshare'

/** Environment variable that holds a child process's `ProcessHand` as JSON. */
export const CHILD_VARIABLE = 'LOGSHARE_CHILD'

/** Kinds of children, as in `source`. */
export type ChildKind = 'worker' | 'fork' | 'cluster' | 'spawn'

/** The data that all children of an application share. */
export interface Inheritance extends RootLevels {
  /** Wall minus monotonic time, in milliseconds. */
  readonly anchor: number
  /** Levels set by the threads between the root and this one, by logger name. They override the root's levels. */
  readonly own: Readonly<Record<string, Threshold>>
  /** The root's settings, with its handlers: a child needs them for a takeover. */
  readonly settings: Settings
  /** The files behind the root's stdout and stderr. */
  readonly stdio: StdioIds
  /** Whether the root was given a configuration. One that was not is a launcher: `install(options)` beneath it counts. */
  readonly isConfigured?: boolean
  /**
   * Whether the directory belongs to a collector (`logshare collect`). Such a directory stays while no collector runs,
   * and no child takes it over.
   */
  readonly isCollector?: boolean
}

/**
 * Settings of an application that logs through a collector, for itself and its children. They override the collector's.
 */
export interface Joined {
  readonly own: Inheritance['own']
  readonly redact: readonly string[]
  readonly fields?: Settings['fields']
  readonly adapters?: readonly string[]
  readonly stdio: StdioIds
}

/** The collector's inheritance with the settings of one application. */
export function withJoined<T extends Inheritance | undefined>(
  inheritance: T,
  joined: Joined | undefined,
): T {
  if (!joined || !inheritance) return inheritance
  const { own, stdio, adapters = inheritance.settings.adapters } = joined
  const { settings } = inheritance
  const redact = [...new Set([...settings.redact, ...joined.redact])]
  const fields = { ...settings.fields, ...joined.fields }
  return { ...inheritance, own, stdio, settings: { ...settings, redact, fields, adapters } }
}

/** A child's place in the tree: everything it needs to log. */
export interface Place {
  readonly source: string
  readonly inheritance: Inheritance
  /** Which of the child's streams lead to the same file as the root's. */
  readonly capture: Capture
  /**
   * Whether the root's main thread is blocked by `spawnSync`, `execSync` or `execFileSync` until the child exits, so
   * that it cannot relay. The child then writes terminal output at once itself, and handlers get a copy.
   */
  readonly isDirect?: boolean
  /**
   * Whether libraries write to their own destinations as usual and handlers get a copy: true in the first thread of an
   * application that logs through a collector.
   */
  readonly isCopied?: boolean
  readonly joined?: Joined | undefined
  /** Whether this is a file of a test runner, which reads what it prints, and prints itself on the root's stdout. */
  readonly isTest?: boolean
  /** Whether it may outlive its root, which it was told to: it may be the last to use the runtime directory. */
  readonly isDetached?: boolean
  /** See `ProcessHand`. */
  readonly digest?: string | undefined
  /** Encoded fields of the context in which the parent started this child. */
  readonly context?: string | undefined
  /** Given if the child is to report its start and exit. */
  readonly birth?: Birth | undefined
  /** In a worker: the gate of its process (`queue/gate.ts`). */
  readonly gate?: SharedArrayBuffer | undefined
  /** In a worker of a child's main thread: what is mapped in its process (`queue/maps.ts`). */
  readonly maps?: SharedArrayBuffer | undefined
  readonly queue:
    | {
        readonly type: 'ring'
        readonly memory: SharedArrayBuffer
        readonly bell: SharedArrayBuffer
        readonly port: MessagePort
        /** Runtime directory for the queues of processes that this thread starts; undefined if there is none. */
        readonly directory?: string | undefined
      }
    | { readonly type: 'file'; readonly directory: string }
}

/** The data passed to a Worker: its place, and what it must restore to look as without logshare. */
export interface WorkerHand extends Place {
  /** The Worker's own `process.execArgv`, if our preload had to be added to it. */
  readonly execArgv?: readonly string[]
  /** The NODE_OPTIONS of its own variables, if Node had to be given others; null if there are none. */
  readonly options?: string | null
}

/** `directory` of a child without a runtime directory. It tells the child that it is not a root. */
export const NOWHERE = ''

/** The data passed to a child process, as JSON in its environment. */
export interface ProcessHand {
  /** The runtime directory, or `NOWHERE`. */
  readonly directory: string
  readonly source: string
  readonly isDirect?: boolean
  readonly isTest?: boolean
  readonly isDetached?: boolean
  /**
   * Digest of the root's settings. They can name code to load, so those that were read from the runtime directory are used
   * for a takeover only if they have this digest.
   */
  readonly digest?: string | undefined
  readonly joined?: Joined | undefined
  readonly context?: string | undefined
  readonly birth?: Birth | undefined
}

/** What a thread needs to have the output of its programs read (`spawn/programs.ts`). */
export interface ProgramsHand {
  /** The runtime directory. */
  readonly directory: string
  /** `source` of the helper process. */
  readonly source: string
  /** The files behind the root's stdout and stderr. */
  readonly stdio: StdioIds
  readonly joined?: Joined | undefined
  readonly digest?: string | undefined
  /** Returns the `source` of one more child of that name. */
  readonly name: (program: string) => string
}

/** What the patches need from the thread in which they are installed. */
export interface Parent {
  /**
   * Data for a new Worker. `capture`: the streams that the Worker does not keep for itself; `isPortless`: it cannot be given
   * a port.
   */
  forWorker(capture: Capture, isPortless?: boolean): WorkerHand
  /** Data for a new process. `isAwaited`: the thread blocks until the process exits (`spawnSync`). */
  forProcess(kind: ChildKind, isAwaited?: boolean): ProcessHand
  /** What reading the output of programs takes; undefined unless the option `programs` is on and something reads records. */
  forPrograms(): ProgramsHand | undefined
  /** Called when a child was started; it may log from now on. `isRunning`: it runs beside this thread already. */
  started(isRunning?: boolean): void
  /** Called when a child, or a thread of this id, has exited, before the application is notified. */
  ended(thread?: number): void
  /** With the option `lifecycle`: called before `ended` with what is known about the end. */
  readonly report?: ((end: ChildEnd) => void) | undefined
}

/** Whether there is a handler besides the relay, so that records of the root's own libraries are copied to handlers. */
export function isCollecting({ handlers }: Settings): boolean {
  return handlers.length > 0
}

/** Whether what programs print is read: if so, something has to read the records. */
export function readsPrograms(settings: Settings, hasReaders: boolean): boolean {
  return settings.programs && (isCollecting(settings) || hasReaders)
}

/** Whether a console handler replaces what would be shown on the terminal. */
export function ownsTerminal({ handlers }: Settings): boolean {
  return handlers.some((handler) => handler.type === 'console')
}

/** Returns a function that counts the children of one thread, by kind or program, and returns their `source`. */
export function createNames(source: string): (kind: string) => string {
  const counts = new Map<string, number>()
  const prefix = source === 'root' ? '' : `${source}/`
  return (kind) => {
    const count = (counts.get(kind) ?? 0) + 1
    counts.set(kind, count)
    return `${prefix}${kind}#${count}`
  }
}

/** Name of the file in a runtime directory that holds the inheritance. */
const INHERITANCE = 'config.json'

/** Path of that file. */
export function inheritancePath(directory: string): string {
  return `${directory}/${INHERITANCE}`
}

/**
 * Reads the inheritance of a runtime directory; undefined if there is none (the root and its directory are gone).
 * `refused` is called if there is one that somebody else could have written.
 */
export function readInheritance(
  directory: string,
  refused?: (reason: string) => void,
): Inheritance | undefined {
  if (directory === NOWHERE) return undefined
  try {
    const { readPrivate } = require('../core/trust.js') as typeof import('../core/trust.js')
    return JSON.parse(readPrivate(directory, INHERITANCE)) as Inheritance
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'LOGSHARE_ERR_DIR' || code === 'ELOOP') refused?.(message)
    return undefined
  }
}

/** Digest of settings, for a `ProcessHand`. Those without handlers name no code to load: all have the same. */
export function digestOf(settings: Settings): string {
  if (settings.handlers.length === 0) return 'no handlers' // to load node:crypto takes 2 ms
  const { createHash } = require('node:crypto') as typeof import('node:crypto')
  return createHash('sha256').update(JSON.stringify(settings)).digest('base64url')
}

/**
 * Writes the inheritance by a rename, so that a child that starts meanwhile reads either the old or the new text.
 * Throws the system's error.
 */
export function writeInheritance(directory: string, text: string): void {
  const path = inheritancePath(directory)
  writeFileSync(`${path}.new`, text, { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

/** Removes a parent's data from the environment and returns it; undefined for a root. Restores NODE_OPTIONS. */
export function takeProcessHand(env: NodeJS.ProcessEnv): ProcessHand | undefined {
  const text = env[CHILD_VARIABLE]
  if (text === undefined) return undefined
  delete env[CHILD_VARIABLE]
  const { flag, ...hand } = parseHand(text)
  const options = flag === 'given' ? env.NODE_OPTIONS : removeFlag(env.NODE_OPTIONS)
  if (options === undefined) delete env.NODE_OPTIONS
  else env.NODE_OPTIONS = options
  // The variable was not set by logshare: this process is a root.
  const { directory, source } = hand
  if (typeof directory !== 'string' || typeof source !== 'string') return undefined
  return directory === NOWHERE || isAbsolute(directory) ? (hand as ProcessHand) : undefined
}

/** `flag` is `given` if NODE_OPTIONS had our flag already, set by the user. */
function parseHand(text: string): Partial<ProcessHand> & { readonly flag?: unknown } {
  try {
    return Object(JSON.parse(text)) as Partial<ProcessHand>
  } catch {
    return {}
  }
}
