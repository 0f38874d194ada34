// Handler: the contract between the listener and every place where records end (file, console, syslog, ...).
//
// All handlers run with the listener: on the root's main thread while the listener runs inline, in the listener thread
// otherwise. The helpers below the contract read single fields from a record's JSON line without parsing it.

import type { Dropped } from '../core/tally.js'
import { type Frame, Kind } from '../queue/frame.js'
import type { Batch } from './batch.js'
import type { Kept } from './retry.js'

/**
 * A record on its way to a handler. `buffer[start, end)` is its JSON line in UTF-8, without a line feed. The bytes
 * belong to the queue the record came from and may be overwritten as soon as `Handler.write` returns.
 */
export interface Delivery extends Frame {
  /**
   * End of the data that an adapter appended for the root's logger. It starts at `end + 1`, after one line feed.
   * Undefined if there is none.
   */
  readonly extraEnd?: number
}

/** A position in a log file: every record delivered before it was taken is in the file, up to `size` bytes. */
export interface Mark {
  readonly path: string
  /** Inode number in decimal: identifies the file after it was renamed. */
  readonly inode: string
  readonly size: number
}

/** Sends lines to the root's main thread. Returns when they are sent, not when they are handled. */
export type Send = (records: readonly Delivery[]) => void

/** What the listener tells a handler when it creates it. */
export interface HandlerContext {
  /** Used by the relay handler only. */
  readonly send: Send
  /** Marks from the checkpoint of the previous listener; empty if there was none. */
  readonly marks: readonly Mark[]
  /** Marks of the user's other runtime directories. Their listeners may still compare with what follows these marks. */
  readonly otherMarks: () => readonly Mark[]
  /** Whether a previous listener may have written records that this one reads again from the queues. */
  readonly isSuccessor: boolean
  /** What this handler kept in another thread, which it goes on from. */
  readonly kept?: Kept | undefined
  /** Bytes a handler may keep in memory while it cannot pass them on (`overflow.limit`). */
  readonly limit: number
  /** Whether a handler at its limit waits for a slow reader before it drops records (`overflow.policy`). */
  readonly policy: 'block' | 'drop'
  /** Longest time (ms) a handler waits without any progress (`overflow.wait`). */
  readonly wait: number
  /** True in the listener thread; false if the handler runs on the root's main thread and delays the application. */
  readonly isOwnThread: boolean
  /** Counts dropped records for `stats()`. Handlers call it for each record they drop. */
  readonly dropped: Dropped
  /**
   * Heartbeat: handlers call it on progress within a long call. The main thread gives up waiting for a listener thread
   * that shows no progress.
   */
  readonly progressed: () => void
}

/**
 * One destination of records. The listener creates it and is its only caller. Calls never overlap, but a promise that
 * `flush` returned may still be pending while other methods are called.
 *
 * Calls come in any order until the end, which is `drain`, `flush`, `close`. After `close` only the queries (`mark`
 * among them) and `checkpointSaved` are called, for the last checkpoint. No method may wait for the application's main
 * thread, which may be blocked.
 *
 * What `write`, `retry`, `drain`, `sendNow`, `checkpointSaved`, `flush` and `close` throw or reject with is counted in
 * `stats().failed` and reported as LOGSHARE_WARN_HANDLER. The handler stays in use and gets the next batch; other
 * handlers and the application are not affected. The other methods are queries: they must be cheap and must not throw.
 */
export interface Handler {
  /** Names the handler in warnings, e.g. `file /var/log/app.log`. */
  readonly label: string
  /**
   * Called for each record before `write`; false leaves the record out. A handler without it gets every record. Must
   * not keep a reference to the record's bytes.
   */
  readonly accepts?: ((record: Delivery) => boolean) | undefined
  /**
   * Whether the handler accepts deferred records as they are. If any handler does not, deferred records are completed
   * before every handler.
   */
  readonly acceptsDeferred?: boolean
  /** Called with a note for the root's loggers (core/wish.ts). */
  pass?(wish: Delivery): void
  /**
   * Called with each batch: at least one record, in order. The bytes are valid until `write` returns; a handler copies
   * what it keeps. When `write` returns, the record is either passed on, kept by the handler (then it counts in
   * `waiting`), or dropped and counted. Must not wait for a receiver, except as `policy` and `wait` allow for a slow
   * local reader.
   */
  write(records: readonly Delivery[]): void
  /**
   * Called instead of `accepts` and `write`, where the handler has it, with all records of a batch that come from queues:
   * for a handler that needs no object of each. Deferred records are completed, or the handler accepts them.
   */
  writeBatch?: ((batch: Batch) => void) | undefined
  /**
   * Called after each round, and when the returned delay is over: passes on records that `write` kept. Returns the
   * milliseconds until it has to be called again, or Infinity if nothing waits for a retry. Must return at once if a
   * retry is not due.
   */
  retry?(): number
  /** Bytes that are kept and not passed on yet, as reported by `stats().waiting`. */
  waiting?(): number
  /**
   * Whether records kept in memory are all still in their queues, so that a takeover can read them again. While true,
   * the listener saves no checkpoint and removes no segment. Must become false once a kept record was dropped, except by
   * `drain` at the end: then it stays true, and the queues are left to the next listener.
   */
  blocksCheckpoint?(): boolean
  /**
   * Called when the listener takes a checkpoint or wants to remove the queue of a producer that has ended. Returns a
   * function that tells whether every record written before this call has been acknowledged by the receiver or was
   * given up; the checkpoint is saved once it returns true. A handler without this method has passed a record on when
   * `write` returns.
   */
  acknowledgement?(): () => boolean
  /**
   * Called when the listener takes a checkpoint: the current position, for a handler that can dedupe after a takeover.
   */
  mark?(): Mark
  /**
   * Called when the checkpoint with the latest `mark` is saved, or is not needed because there is no runtime directory.
   */
  checkpointSaved?(): void
  /**
   * Called in place of `drain` if the handler goes on in another thread: gives away what is kept, which becomes
   * `HandlerContext.kept` there.
   */
  handOver?(): Kept | undefined
  /**
   * Passes on what is kept, synchronously, as long as there is progress; the rest is dropped, counted and reported.
   * Handlers that wait for a network receiver have no `drain`: the listener waits for `waiting` to reach 0 instead.
   */
  drain?(): void
  /**
   * Backpressure: whether the listener should leave further records in their queues for now. Must become false at the
   * latest after `wait` ms without progress.
   */
  isFull?(): boolean
  /** Called repeatedly during a flush: sends at once what the handler would collect a little longer into a batch. */
  sendNow?(): void
  /** Resolves when everything written so far has left the process, except for what `waiting` counts. */
  flush?(): void | Promise<void>
  /** Called once, after the last `write`, `drain` and `flush`: releases files, sockets and timers. */
  close?(): void | Promise<void>
}

const BEFORE_NAME = Buffer.from(',"name":"')
const BEFORE_SOURCE = Buffer.from(',"source":"')
const BEFORE_LIB = Buffer.from(',"lib":"')

/** The logger's name. Read from its fixed place in the line: no field before it can contain the searched text. */
export function nameOf(record: Delivery): string {
  return readText(record, BEFORE_NAME)
}

/** The producer's path in the tree, e.g. `root` or `cluster#2/worker#1`. Read in the same way. */
export function sourceOf(record: Delivery): string {
  return readText(record, BEFORE_SOURCE)
}

const CAPTURED: ReadonlySet<number> = new Set([Kind.ADAPTED, Kind.DEFERRED, Kind.COPY])

/** The library from which an adapter captured the record; `logshare` for records of our own loggers. */
export function libOf(record: Delivery): string {
  return CAPTURED.has(record.kind) ? readText(record, BEFORE_LIB) : 'logshare'
}

function readText({ buffer, start, end }: Delivery, before: Buffer): string {
  const found = buffer.indexOf(before, start)
  if (found < 0 || found >= end) return '' // a damaged line
  const from = found + before.length - 1
  for (let at = from + 1; at < end; at++) {
    if (buffer[at] === 0x5c) at++
    else if (buffer[at] === 0x22) return JSON.parse(buffer.toString('utf8', from, at + 1)) as string
  }
  return ''
}
