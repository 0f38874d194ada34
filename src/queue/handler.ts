// Handler: the QueueHandler of a producer; it adds time, origin and sequence count to a record and writes it to a
// queue.
//
// Invariant: one instance per producer, used by one thread. Count and write happen in one synchronous call, so the
// order in the queue is the order of `seq`.

import { Beginning } from '../core/beginning.js'
import { monotonic, wallMicroseconds } from '../core/clock.js'
import { encodeContext, hasContext } from '../core/context.js'
import type { Draft } from '../core/draft.js'
import { levelName } from '../core/level.js'
import type { Origin } from '../core/record.js'
import { encodeTrace, hasTracer } from '../core/trace.js'
import { Drafts } from './drafts.js'
import { type FrameKind, Kind } from './frame.js'
import type { QueueWriter } from './queue.js'

const WARN = 40
/** A longer body (UTF-16 units) is replaced by its length, because handlers have to create strings of it, too. */
const MAX_BODY = 2 ** 26
const NAME = ',"name":'

export class QueueHandler {
  readonly origin: Origin
  #queue: QueueWriter
  #seq = 0
  readonly #beginning: Beginning
  readonly #drafts: Drafts
  /** Dropped records that no REPORT has announced yet, by level number. */
  #unreported = new Map<number, number>()
  /** All dropped records, by level name. */
  readonly dropped: Record<string, number> = {}
  /** Called after each record with its monotonic time. */
  made: ((time: number) => void) | undefined
  /** Called once, when the first record is dropped. */
  overflowed: (() => void) | undefined

  constructor(origin: Origin, queue: QueueWriter) {
    this.origin = origin
    this.#queue = queue
    this.#beginning = new Beginning(origin)
    this.#drafts = new Drafts(this.#beginning)
  }

  /** Number of records so far: the last `seq`. */
  get records(): number {
    return this.#seq
  }

  /**
   * Writes one record. `name`: the logger's name as JSON. `body`: `,"msg":"…"` and the fields, without those of the
   * active span, which are added here. `extra`: text for the adapter in the root, which no handler gets. Never throws.
   */
  handle(
    level: number,
    name: string,
    body: string,
    kind: FrameKind = Kind.RECORD,
    extra?: string,
  ): void {
    try {
      if (this.#unreported.size > 0) this.#reportDrops(false)
      if (body.length > MAX_BODY) {
        this.#putPlaceholder(level, name, body.length, kind)
        return
      }
      const end = extra === undefined ? '}' : `}\n${extra}`
      const text = `${NAME}${name}${body}`
      if (!this.#put(level, text, surroundings(body) + end, kind)) this.#drop(level)
    } catch {
      this.#drop(level) // the line exceeds V8's longest string
    }
  }

  /**
   * A draft of one record without text for the root. `opening`: `,"name":"…","msg":"` and how the message begins. What
   * follows is to be added, then the draft has to be given to `send`, or to `discard`. Undefined if the record has to be
   * given to `handle`: because of what is added to it here, within another one, or as the first one of its kind. Never
   * throws.
   */
  open(level: number, opening: string): Draft | undefined {
    if (this.#unreported.size > 0 || hasTracer() || hasContext()) return undefined
    const draft = this.#drafts.find(level, opening)
    if (draft === undefined || draft.isOpen) return undefined
    draft.open()
    return draft
  }

  /** Closes a draft that is not to be written. */
  discard(draft: Draft): void {
    if (!draft.close()) this.#drafts.clear()
  }

  /** Writes the record of a draft and closes that. Never throws. Returns false if it is too long: it stays open. */
  send(level: number, draft: Draft, kind: FrameKind = Kind.RECORD): boolean {
    if (draft.length > MAX_BODY) return false
    const time = monotonic()
    const seq = ++this.#seq
    draft.setCount(seq)
    draft.setTime(wallMicroseconds(time))
    const queue = this.#queue
    const isWritten = queue.takesDrafts
      ? queue.write({ kind, level, time, seq, draft }, '')
      : queue.write({ kind, level, time, seq }, draft.toString())
    this.discard(draft) // only now: a handler that the queue calls for room may log, too
    this.made?.(time)
    if (!isWritten) this.#drop(level)
    return true
  }

  /** Writes a note for the listener, which has no number of its own. Never throws. Returns whether there was room. */
  note(text: string): boolean {
    const head = { kind: Kind.NOTE, level: WARN, time: monotonic(), seq: this.#seq }
    return this.#queue.write(head, text, true)
  }

  /** Writes further records to another queue. */
  redirect(queue: QueueWriter): void {
    this.#queue = queue
  }

  /** Reports dropped records that were not reported yet, if there is room now. Never throws. */
  report(): void {
    if (this.#unreported.size > 0) this.#reportDrops(true)
  }

  close(): void {
    this.report()
    this.#queue.close()
  }

  #put(level: number, text: string, rest: string, kind: FrameKind, vital?: boolean): boolean {
    const time = monotonic()
    const seq = ++this.#seq
    const head = { kind, level, time, seq }
    const line = this.#beginning.read(level, time, seq) + text + rest
    const isWritten = this.#queue.write(head, line, vital)
    this.made?.(time)
    return isWritten
  }

  // The placeholder is a record of our own: the library it came from has nothing to print of it. A copy stays a copy.
  #putPlaceholder(level: number, name: string, length: number, kind: FrameKind): void {
    const own = kind === Kind.COPY ? kind : Kind.RECORD
    const text = `${NAME}${name},"msg":"[Record of ${length} characters]"`
    if (!this.#put(level, text, '}', own)) this.#drop(level)
  }

  #drop(level: number): void {
    const name = levelName(level)
    this.overflowed?.()
    this.overflowed = undefined
    this.dropped[name] = (this.dropped[name] ?? 0) + 1
    this.#unreported.set(level, (this.#unreported.get(level) ?? 0) + 1)
  }

  // Writes a record that explains the gap in the sequence count before it. If there is no room, the next record tries
  // again.
  #reportDrops(vital: boolean): void {
    const counts = [...this.#unreported]
    const total = counts.reduce((sum, [, count]) => sum + count, 0)
    const levels = Object.fromEntries(counts.map(([level, count]) => [levelName(level), count]))
    const fields = `,"dropped":${JSON.stringify({ [this.origin.source]: levels })}`
    const text = `${NAME}"logshare","msg":"${total} records dropped: the queue was full"${fields}`
    if (this.#put(WARN, text, '}', Kind.REPORT, vital)) this.#unreported.clear()
    else this.#seq--
  }
}

// The fields of the active span and of the context that a record does not have itself.
function surroundings(body: string): string {
  const span = encodeTrace(body)
  return span + encodeContext(body + span)
}
