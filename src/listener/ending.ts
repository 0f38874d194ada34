// Ending: from what is known about the end of a child to the record about it.

import { wallTime } from '../core/clock.js'
import { encodeString } from '../core/encode.js'
import { LEVELS } from '../core/level.js'
import {
  type ChildIdentity,
  type EndNote,
  type ExitNote,
  encodeStart,
  LIFECYCLE_LOGGER,
  type StartNote,
} from '../core/lifecycle.js'
import type { Delivery } from '../handlers/handler.js'
import { Kind } from '../queue/frame.js'

/** A child that has started and not ended. */
export interface Child extends ChildIdentity, Pick<StartNote, 'isDirect' | 'since' | 'limit'> {
  /** Name of its queue in the runtime directory; undefined for a ring. */
  readonly producer?: string | undefined
  /** Its last sequence number, and how many of these records logshare made itself. */
  seq: number
  own: number
  drops: number
  exit?: (ExitNote & { readonly time: number }) | undefined
}

/**
 * `exit`: it ended by itself. `terminated`: `worker.terminate()`, or the end of the thread or process that it was a
 * thread of. `killed`: a signal. `oom`: a worker reached its memory limit. `crash`: an uncaught exception or rejection, or
 * the signal of a fatal error.
 */
export type Reason = 'exit' | 'terminated' | 'killed' | 'oom' | 'crash'

export interface Outcome {
  readonly reason: Reason
  readonly code?: number | undefined
  readonly signal?: string | undefined
}

/** Signals by which a process ends itself after a fatal error, such as a full heap. */
const FATAL = new Set(['SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGSEGV', 'SIGSYS', 'SIGTRAP'])

/** Node's exit code if a listener for `uncaughtException` throws. No exit listener runs then. */
const HANDLER_FAILED = 7

/** How a child ended, from its own note and from what its parent tells; without either, it was killed. */
export function outcomeOf(
  exit: ExitNote | undefined,
  told?: Pick<EndNote, 'code' | 'signal' | 'cause'>,
): Outcome {
  const { code = exit?.code, signal, cause } = told ?? {}
  if (cause === 'oom') return { reason: 'oom', code }
  if (signal !== undefined) return { reason: FATAL.has(signal) ? 'crash' : 'killed', signal }
  if (cause === 'terminated' && !exit) return { reason: 'terminated', code }
  if (code === undefined) return { reason: 'killed' }
  const isCrash = exit ? exit.isCrash && code !== 0 : code === HANDLER_FAILED
  return { reason: isCrash ? 'crash' : 'exit', code }
}

/** How a thread ends whose process, or the thread that started it, ends. */
export function outcomeOfThread({ exit }: Child, { signal }: Outcome): Outcome {
  if (exit) return outcomeOf(exit)
  return signal === undefined ? { reason: 'terminated' } : { reason: 'killed', signal }
}

/** The record about the start of a child that ended before it could make it. */
export function startRecord(child: Child): Delivery | undefined {
  if (LEVELS.info < child.limit) return undefined
  return createRecord(child, LEVELS.info, child.since, encodeStart(child))
}

/** The record about the end; undefined if the logger `logshare` has a higher level. `time` is monotonic. */
export function endRecord(child: Child, outcome: Outcome, time: number): Delivery | undefined {
  const level = levelOf(outcome)
  if (level < child.limit) return undefined
  const { source, parent, kind, script, seq, own, drops } = child
  const { code, signal, reason } = outcome
  const duration = Math.max(0, Math.round(time - child.since))
  const fields = {
    msg: `${source} ${describe(outcome)} after ${duration} ms`,
    event: 'end',
    child: source,
    parent,
    kind,
    script,
    reason,
    code,
    signal,
    duration,
    records: seq - own,
    drops,
  }
  return createRecord(child, level, time, `,${JSON.stringify(fields).slice(1, -1)}`)
}

function levelOf({ reason, code = 0 }: Outcome): number {
  switch (reason) {
    case 'exit':
      return code === 0 ? LEVELS.info : LEVELS.warn
    case 'terminated':
      return LEVELS.info
    case 'killed':
      return LEVELS.warn
    default:
      return LEVELS.error
  }
}

function describe({ reason, code, signal }: Outcome): string {
  switch (reason) {
    case 'exit':
      return `ended with code ${code}`
    case 'terminated':
      return 'was terminated'
    case 'killed':
      return signal === undefined ? 'was killed' : `was killed by ${signal}`
    case 'oom':
      return 'ran out of memory'
    case 'crash':
      return signal === undefined ? 'crashed: uncaught exception' : `crashed: ${signal}`
  }
}

// Made on behalf of the child, as the next record of its count.
function createRecord(child: Child, level: number, time: number, body: string): Delivery {
  const { pid, tid, source } = child
  const seq = ++child.seq
  const origin = `"pid":${pid},"tid":${tid},"source":${encodeString(source)},"seq":${seq}`
  const head = `{"level":${level},"time":${wallTime(time)},${origin},"name":${LIFECYCLE_LOGGER}`
  const buffer = Buffer.from(`${head}${body}}`)
  return { kind: Kind.RECORD, level, time, seq, buffer, start: 0, end: buffer.length }
}
