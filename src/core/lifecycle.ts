// Lifecycle: what the threads tell the listener about the start and the end of a child (option `lifecycle`).
//
// A note is the JSON payload of a NOTE frame. It is no record: the listener makes the record of an end from it. The child
// itself notes its start and its exit. Its parent notes its end, with what only a parent knows: signal, memory, terminate().

/** What a parent hands to a child that is to report its start. */
export interface Birth {
  /** `worker`, `fork`, `cluster`, `spawn`, or `exec` if a shell runs the command. */
  readonly kind: string
  /** Path of the script, where only the parent knows it (worker). */
  readonly script?: string | undefined
  /** The parent's process id. */
  readonly by: number
}

/** A child that has started, as its notes describe it. */
export interface ChildIdentity {
  readonly source: string
  readonly pid: number
  readonly tid: number
  readonly kind: string
  readonly script?: string | undefined
  /** The parent's source and process id. */
  readonly parent: string
  readonly by: number
}

export interface StartNote extends ChildIdentity {
  readonly event: 'start'
  /** Whether the parent waits for this very process. It does not if a shell or another program stands between them. */
  readonly isDirect: boolean
  /** Monotonic time (ms) at which the thread or process started. */
  readonly since: number
  /** Whether the child has written a record of its start. */
  readonly isLogged: boolean
  /** Number of the level that was set for the logger `logshare`; 0 if none was. */
  readonly limit: number
}

/** Written when the child's exit listeners have run. */
export interface ExitNote {
  readonly event: 'exit'
  readonly pid: number
  readonly tid: number
  readonly code: number
  /** Whether an uncaught exception or rejection ends the child. */
  readonly isCrash: boolean
}

/** What a parent knows about the end of its child. */
export interface ChildEnd {
  readonly child: string
  /** Undefined if it is not known: `execSync` does not tell. */
  readonly pid?: number | undefined
  readonly tid: number
  readonly kind: string
  readonly script?: string | undefined
  /** Monotonic time (ms) of the call that started it. */
  readonly since: number
  readonly code?: number | undefined
  readonly signal?: string | undefined
  readonly cause?: 'oom' | 'terminated' | undefined
  /** Whether it is certain that a node process was started: then its end counts even if it came before logshare was there. */
  readonly isNode: boolean
}

export interface EndNote extends ChildEnd {
  readonly event: 'end'
  readonly parent: string
  readonly by: number
  readonly limit: number
}

export type Note = StartNote | ExitNote | EndNote

/** Name of the logger of these records, as JSON. */
export const LIFECYCLE_LOGGER = '"logshare"'

/** Message and fields of the record about a start, encoded. */
export function encodeStart({ source, parent, kind, script }: Omit<ChildIdentity, 'by'>): string {
  const fields = { msg: `${source} started`, event: 'start', child: source, parent, kind, script }
  return `,${JSON.stringify(fields).slice(1, -1)}`
}

/** The source of the parent of `source`. */
export function parentOf(source: string): string {
  const end = source.lastIndexOf('/')
  return end < 0 ? 'root' : source.slice(0, end)
}
