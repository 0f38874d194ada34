// Handler: the QueueHandler of a producer; it adds time, origin and sequence count to a record and writes it to a
// queue.
//
// Invariant: one instance per producer, used by one thread. Count and write happen in one synchronous call, so the
// order in the queue is the order of `seq`.

import { Beginning } from '../core/beginning.js'
import { monotonic } from '../core/clock.js'
import { encodeContext, hasContext } from '../core/context.js'
import { levelName } from '../core/level.js'
import type { Origin } from '../core/record.js'
import { encodeTrace, hasTracer } from '../core/trace.js'
import { type FrameKind, Kind } from './frame.js'
import type { QueueWriter } from './queue.js'

const WARN = 40
/** A longer body (UTF-16 units) is replaced by its length, because handlers have to create strings of it, too. */
const MAX_BODY = 2 ** 26
const NAME = ',"name":'
const MESSAGE = ',"msg":"'

export class QueueHandler {
  readonly origin: Origin
  #queue: QueueWriter
  #seq = 0
  readonly #beginning: Beginning
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
      if (!this.#put(level, text, surroundings(body) + end, kind, false)) this.#drop(level)
    } catch {
      this.#drop(level) // the line exceeds V8's longest string
    }
  }

  /**
   * Writes one record of our own loggers. `opening`: `,"name":"…","msg":"` and how the message begins, in one piece. `rest`: the message and the
   * fields behind that, and `}`. `isAscii`: whether both are known to be ASCII. Never throws.
   */
  log(level: number, opening: string, rest: string, isAscii: boolean): void {
    try {
      if (this.#unreported.size > 0) this.#reportDrops(false)
      const length = MESSAGE.length + rest.length - 1
      if (length > MAX_BODY) {
        this.#putPlaceholder(
          level,
          opening.slice(NAME.length, opening.indexOf(MESSAGE)),
          length,
          Kind.RECORD,
        )
        return
      }
      const isAlone = !hasTracer() && !hasContext()
      const text = isAlone ? rest : surrounded(rest.slice(0, -1))
      const isWritten = this.#put(level, opening, text, Kind.RECORD, isAlone && isAscii)
      if (!isWritten) this.#drop(level)
    } catch {
      this.#drop(level)
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

  #put(
    level: number,
    text: string,
    rest: string,
    kind: FrameKind,
    isAscii: boolean,
    vital?: boolean,
  ): boolean {
    const time = monotonic()
    const seq = ++this.#seq
    const head = { kind, level, time, seq, isAscii: isAscii && this.#beginning.isAscii }
    const line = this.#beginning.read(level, time, seq) + text + rest
    const isWritten = this.#queue.write(head, line, vital)
    this.made?.(time)
    return isWritten
  }

  // The placeholder is a record of our own: the library it came from has nothing to print of it. A copy stays a copy.
  #putPlaceholder(level: number, name: string, length: number, kind: FrameKind): void {
    const own = kind === Kind.COPY ? kind : Kind.RECORD
    const text = `${NAME}${name},"msg":"[Record of ${length} characters]"`
    if (!this.#put(level, text, '}', own, false)) this.#drop(level)
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
    if (this.#put(WARN, text, '}', Kind.REPORT, false, vital)) this.#unreported.clear()
    else this.#seq--
  }
}

// The fields of the active span and of the context that a record does not have itself.
function surroundings(body: string): string {
  const span = encodeTrace(body)
  return span + encodeContext(body + span)
}

function surrounded(rest: string): string {
  return `${rest}${surroundings(MESSAGE + rest)}}`
}
