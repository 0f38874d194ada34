// QueueHandler: a producer's way out. Puts the origin and the count on each record and the record on a queue.

import { monotonic, wallTime } from '../core/clock.js'
import { CountText } from '../core/digits.js'
import { encodeString } from '../core/encode.js'
import { levelName } from '../core/level.js'
import type { Origin } from '../core/record.js'
import { encodeTrace } from '../core/trace.js'
import { type FrameKind, Kind } from './frame.js'
import type { QueueWriter } from './queue.js'

const WARN = 40
/** A longer body is only counted: handlers have to make texts of it, too. */
const MAX_BODY = 2 ** 26

export class QueueHandler {
  readonly origin: Origin
  #queue: QueueWriter
  #seq = 0
  #middle: string
  readonly #count = new CountText()
  #waiting = new Map<number, number>()
  /** Records that found no room, by level name. */
  readonly dropped: Record<string, number> = {}
  /** Called after each record with its monotonic time. */
  made: ((time: number) => void) | undefined
  /** Called at the first record that finds no room. */
  overflowed: (() => void) | undefined

  constructor(origin: Origin, queue: QueueWriter) {
    this.origin = origin
    this.#queue = queue
    const { pid, tid, source } = origin
    this.#middle = `,"pid":${pid},"tid":${tid},"source":${encodeString(source)},"seq":`
  }

  /** Records made so far. */
  get records(): number {
    return this.#seq
  }

  /**
   * `name` is the logger's name as JSON; `body` the rest of the line: `,"msg":"…"` and the fields, without those of the
   * active span; `extra` what goes behind the line for an adapter in the root, and no further. Never throws.
   */
  handle(
    level: number,
    name: string,
    body: string,
    kind: FrameKind = Kind.RECORD,
    extra?: string,
  ): void {
    try {
      if (this.#waiting.size > 0) this.#announce(false)
      if (body.length > MAX_BODY) {
        this.#leaveOut(level, name, body.length, kind)
        return
      }
      const fields = body + encodeTrace(body)
      const text = extra === undefined ? `${fields}}` : `${fields}}\n${extra}`
      if (!this.#put(level, name, text, kind)) this.#drop(level)
    } catch {
      this.#drop(level) // a line longer than the longest string
    }
  }

  /** Goes on through another queue. */
  redirect(queue: QueueWriter): void {
    this.#queue = queue
  }

  /** Says, if there is room by now, what was dropped and not told of yet. Never throws. */
  report(): void {
    if (this.#waiting.size > 0) this.#announce(true)
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

  // Not given back to the library it came from, which has nothing to print of it.
  #leaveOut(level: number, name: string, length: number, kind: FrameKind): void {
    const left = kind === Kind.COPY ? kind : Kind.RECORD
    if (!this.#put(level, name, `,"msg":"[Record of ${length} characters]"}`, left))
      this.#drop(level)
  }

  #drop(level: number): void {
    const name = levelName(level)
    this.overflowed?.()
    this.overflowed = undefined
    this.dropped[name] = (this.dropped[name] ?? 0) + 1
    this.#waiting.set(level, (this.#waiting.get(level) ?? 0) + 1)
  }

  // A gap in the count is explained by the record behind it, once there is room for others behind that.
  #announce(vital: boolean): void {
    const total = [...this.#waiting.values()].reduce((sum, count) => sum + count, 0)
    const levels = Object.fromEntries([...this.#waiting].map(([level, n]) => [levelName(level), n]))
    const fields = `,"dropped":${JSON.stringify({ [this.origin.source]: levels })}`
    const text = `,"msg":"${total} records dropped: the queue was full"${fields}}`
    if (this.#put(WARN, '"logshare"', text, Kind.REPORT, vital)) this.#waiting.clear()
    else this.#seq--
  }
}
