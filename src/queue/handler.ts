// Handler: the QueueHandler of a producer; it adds time, origin and sequence count to a record and writes it to a
// queue.
//
// Invariant: one instance per producer, used by one thread. Count and write happen in one synchronous call, so the
// order in the queue is the order of `seq`.

import { monotonic, wallTime } from '../core/clock.js'
import { encodeContext } from '../core/context.js'
import { CountText } from '../core/digits.js'
import { encodeString } from '../core/encode.js'
import { levelName } from '../core/level.js'
import type { Origin } from '../core/record.js'
import { encodeTrace } from '../core/trace.js'
import { type FrameKind, Kind } from './frame.js'
import type { QueueWriter } from './queue.js'

const WARN = 40
/** A longer body (UTF-16 units) is replaced by its length, because handlers have to create strings of it, too. */
const MAX_BODY = 2 ** 26

export class QueueHandler {
  readonly origin: Origin
  #queue: QueueWriter
  #seq = 0
  #middle: string
  readonly #count = new CountText()
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
    const { pid, tid, source } = origin
    this.#middle = `,"pid":${pid},"tid":${tid},"source":${encodeString(source)},"seq":`
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
      const traced = body + encodeTrace(body)
      const fields = traced + encodeContext(traced)
      const text = extra === undefined ? `${fields}}` : `${fields}}\n${extra}`
      if (!this.#put(level, name, text, kind)) this.#drop(level)
    } catch {
      this.#drop(level) // the line exceeds V8's longest string
    }
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

  #put(level: number, name: string, rest: string, kind: FrameKind, vital?: boolean): boolean {
    const time = monotonic()
    const seq = ++this.#seq
    const text = `{"level":${level},"time":${wallTime(time)}${this.#middle}${this.#count.read(seq)},"name":${name}${rest}`
    const isWritten = this.#queue.write({ kind, level, time, seq }, text, vital)
    this.made?.(time)
    return isWritten
  }

  // The placeholder is a record of our own: the library it came from has nothing to print of it. A copy stays a copy.
  #putPlaceholder(level: number, name: string, length: number, kind: FrameKind): void {
    const own = kind === Kind.COPY ? kind : Kind.RECORD
    if (!this.#put(level, name, `,"msg":"[Record of ${length} characters]"}`, own))
      this.#drop(level)
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
    const text = `,"msg":"${total} records dropped: the queue was full"${fields}}`
    if (this.#put(WARN, '"logshare"', text, Kind.REPORT, vital)) this.#unreported.clear()
    else this.#seq--
  }
}
