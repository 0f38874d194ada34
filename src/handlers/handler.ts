// Handler: where records end. All handlers live with the listener.

import type { Dropped } from '../core/tally.js'
import { type Frame, Kind } from '../queue/frame.js'

/** A record on its way to a handler: the bytes of its JSON line, without the line's end. */
export interface Delivery extends Frame {
  /** Where what an adapter has put behind the line ends, one line feed behind the record's own end. */
  readonly extraEnd?: number
}

const LINE_FEED = 0x0a

/** A frame's record, and what is behind it. */
export function splitExtra(frame: Frame): Delivery {
  if (frame.kind !== Kind.ADAPTED && frame.kind !== Kind.DEFERRED) return frame
  const at = frame.buffer.indexOf(LINE_FEED, frame.start)
  return at < 0 || at >= frame.end ? frame : { ...frame, end: at, extraEnd: frame.end }
}

/** How far a log file went, at a moment when all that was handed on was in it. */
export interface Mark {
  readonly path: string
  readonly inode: string
  readonly size: number
}

/** Takes lines to the root's main thread; returns when they are on their way. */
export type Send = (records: readonly Delivery[]) => void

/** What a handler is told about the place it lives in. */
export interface Surroundings {
  readonly send: Send
  /** How far log files went that a listener before us has written. */
  readonly marks: readonly Mark[]
  /** Those of other runtime directories: whoever goes on there compares with what stands behind them. */
  readonly otherMarks: () => readonly Mark[]
  /** Whether a listener before us may have written records that we are given again. */
  readonly isSuccessor: boolean
  /** Bytes a handler may keep while it cannot pass them on. */
  readonly limit: number
  /** Whether it waits, then, for a reader that is slow, before it drops. */
  readonly policy: 'block' | 'drop'
  /** Milliseconds it waits at most for something to move. */
  readonly wait: number
  /** Whether the thread is the listener's own and not to wait for a reader that is slow. */
  readonly isOwnThread: boolean
  readonly dropped: Dropped
  /** Called when, within a call that takes long, something has moved. */
  readonly moved: () => void
}

/**
 * The listener calls `write` with records in order, one batch after the other and never an empty one. The bytes are
 * valid until `write` returns; what a handler keeps longer it copies. `write` must not wait for anything but the
 * operating system. A handler that throws is counted and announced, and called again with the next batch.
 */
export interface Handler {
  /** Names the handler in notices. */
  readonly label: string
  /** Asked for each record; a handler without it gets all of them. */
  readonly accepts?: ((record: Delivery) => boolean) | undefined
  /** Whether it can do with bare records, which for all others are made whole. */
  readonly takesBare?: boolean
  write(records: readonly Delivery[]): void
  /**
   * Passes on, if it can, what it could not when it was written; returns the milliseconds after which to call again,
   * Infinity if nothing waits.
   */
  retry?(): number
  /** Bytes that wait. */
  waiting?(): number
  /** Whether what waits is complete: then the queues are kept, for a successor to read it again from there. */
  holds?(): boolean
  /** What tells, later, whether all that was written so far has arrived or was given up; without it, it has at once. */
  arrival?(): () => boolean
  /** Where the handler stands, for one that can tell afterwards what was written behind it. */
  mark?(): Mark
  /** The mark that was asked for last is noted, or nobody is to go on after this listener. */
  marked?(): void
  /** Passes on what waits for as long as it gets on, and gives the rest up. */
  settle?(): void
  /** Whether records are better left in their queues for a while: it has all it may keep, and gets on. */
  isFull?(): boolean
  /** Sends at once what it would have collected a little longer. */
  hurry?(): void
  /** Resolves when everything written so far has left the process, but for what waits. */
  flush?(): void | Promise<void>
  /** Called once, after the last `write`, a `settle` and a `flush`. */
  close?(): void | Promise<void>
}

const BEFORE_NAME = Buffer.from(',"name":"')
const BEFORE_SOURCE = Buffer.from(',"source":"')
const BEFORE_LIB = Buffer.from(',"lib":"')

/** The logger's name, read where the line has it: nothing before it can hold the text that is looked for. */
export function nameOf(record: Delivery): string {
  return readText(record, BEFORE_NAME)
}

/** The producer's path in the tree, read likewise. */
export function sourceOf(record: Delivery): string {
  return readText(record, BEFORE_SOURCE)
}

const TAKEN: ReadonlySet<number> = new Set([Kind.ADAPTED, Kind.DEFERRED, Kind.COPY])

/** The library an adapter took it from; `logshare` if none has. */
export function libOf(record: Delivery): string {
  return TAKEN.has(record.kind) ? readText(record, BEFORE_LIB) : 'logshare'
}

function readText({ buffer, start, end }: Delivery, before: Buffer): string {
  const found = buffer.indexOf(before, start)
  if (found < 0 || found >= end) return '' // a line that damage has changed
  const from = found + before.length - 1
  for (let at = from + 1; at < end; at++) {
    if (buffer[at] === 0x5c) at++
    else if (buffer[at] === 0x22) return JSON.parse(buffer.toString('utf8', from, at + 1)) as string
  }
  return ''
}
