// Pending: records of children whose logger the root does not have yet wait for it a little, in order, then are printed.

import { relayRecord } from '../adapters/table.js'
import type { LogRecord } from '../core/record.js'

/** Milliseconds a record waits, at most, and between two tries. */
const LIMIT = 2000
const INTERVAL = 50
/** Records that wait, at most. */
const ROOM = 1000

// As they are now: an application's tests put others in their place.
const now = Date.now
const startInterval = setInterval
const stopInterval = clearInterval

interface Waiting {
  readonly line: string
  readonly record: LogRecord
  readonly extra: string | undefined
  readonly since: number
}

type Print = (line: string, record: LogRecord, extra: string | undefined) => void

export class Pending {
  readonly #print: Print
  #waiting: Waiting[] = []
  /** Loggers that did not come: their records are printed at once, until they do. */
  readonly #missing = new Set<string>()
  #timer: NodeJS.Timeout | undefined

  constructor(print: Print) {
    this.#print = print
  }

  /** Gives a record to its library, or keeps it for that. May throw, as that may. */
  relay(line: string, record: LogRecord, extra: string | undefined): void {
    const key = keyOf(record)
    const isBehind = this.#waiting.some((waiting) => keyOf(waiting.record) === key)
    const given = isBehind ? undefined : relayRecord(record, extra, line)
    if (given === undefined && !this.#missing.has(key)) {
      this.#waiting.push({ line, record, extra, since: now() })
      if (this.#waiting.length > ROOM) this.#giveUp(this.#waiting[0])
      this.#timer ??= startInterval(() => this.retry(), INTERVAL).unref()
      return
    }
    if (given) this.#missing.delete(key)
    else this.#print(line, record, extra)
  }

  /** Prints what still waits. */
  end(): void {
    this.#try(Number.NEGATIVE_INFINITY)
  }

  /** Gives what waits to loggers that have come meanwhile. */
  retry(): void {
    if (this.#waiting.length > 0) this.#try(LIMIT)
  }

  #try(limit: number): void {
    const blocked = new Set<string>()
    const waiting = this.#waiting
    this.#waiting = waiting.filter((each) => {
      const key = keyOf(each.record)
      if (blocked.has(key)) return true
      const given = attempt(each)
      if (given) return false
      if (given === undefined && now() - each.since < limit && !this.#missing.has(key)) {
        blocked.add(key)
        return true
      }
      this.#missing.add(key)
      this.#print(each.line, each.record, each.extra)
      return false
    })
    if (this.#waiting.length > 0) return
    stopInterval(this.#timer)
    this.#timer = undefined
  }

  #giveUp(first: Waiting | undefined): void {
    if (!first) return
    this.#missing.add(keyOf(first.record))
    this.retry()
  }
}

// Between the application's calls: what is thrown here would end it.
function attempt({ line, record, extra }: Waiting): boolean | undefined {
  try {
    return relayRecord(record, extra, line)
  } catch {
    return false
  }
}

function keyOf({ lib, name }: LogRecord): string {
  return `${lib} ${name}`
}
