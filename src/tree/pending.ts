// Pending: keeps relayed records whose logger the root has not created yet, for up to 2 s, then prints them.

import { relayRecord } from '../adapters/table.js'
import { clearInterval, setInterval, wallNow } from '../core/originals.js'
import type { LogRecord } from '../core/record.js'
import type { Print } from './fallback.js'

/** Longest time (ms) a record is kept. */
const MAX_AGE = 2000
/** Time (ms) between two attempts to relay the records that are kept. */
const INTERVAL = 50
/** Most records that are kept. Beyond that, those of the oldest record's logger are printed. */
const MAX_RECORDS = 1000

const now = wallNow
const startInterval = setInterval
const stopInterval = clearInterval

interface PendingRecord {
  readonly line: string
  readonly record: LogRecord
  readonly extra: string | undefined
  readonly since: number
}

export class Pending {
  readonly #print: Print
  #records: PendingRecord[] = []
  /** Loggers that did not appear in time. Their records are printed at once until the logger exists. */
  readonly #missing = new Set<string>()
  #timer: NodeJS.Timeout | undefined

  constructor(print: Print) {
    this.#print = print
  }

  /**
   * Relays a record, or keeps it until its logger exists. Keeps it, too, if an earlier record of the same logger is
   * kept. Throws what the library throws.
   */
  relay(line: string, record: LogRecord, extra: string | undefined): void {
    const key = keyOf(record)
    const isBehind = this.#records.some((pending) => keyOf(pending.record) === key)
    const isRelayed = isBehind ? undefined : relayRecord(record, extra, line)
    if (isRelayed === undefined && !this.#missing.has(key)) {
      this.#records.push({ line, record, extra, since: now() })
      if (this.#records.length > MAX_RECORDS) this.#giveUp(this.#records[0])
      this.#timer ??= startInterval(() => this.retry(), INTERVAL).unref()
      return
    }
    if (isRelayed) this.#missing.delete(key)
    else this.#print(line, record, extra)
  }

  /** Relays what can be relayed by now and prints the rest. */
  end(): void {
    this.#retry(Number.NEGATIVE_INFINITY)
  }

  /** Relays records whose logger exists by now and prints those that were kept too long. */
  retry(): void {
    if (this.#records.length > 0) this.#retry(MAX_AGE)
  }

  #retry(maxAge: number): void {
    const blocked = new Set<string>()
    const records = this.#records
    this.#records = records.filter((each) => {
      const key = keyOf(each.record)
      if (blocked.has(key)) return true
      const isRelayed = tryRelay(each)
      if (isRelayed) return false
      if (isRelayed === undefined && now() - each.since < maxAge && !this.#missing.has(key)) {
        blocked.add(key)
        return true
      }
      this.#missing.add(key)
      this.#print(each.line, each.record, each.extra)
      return false
    })
    if (this.#records.length > 0) return
    stopInterval(this.#timer)
    this.#timer = undefined
  }

  #giveUp(oldest: PendingRecord | undefined): void {
    if (!oldest) return
    this.#missing.add(keyOf(oldest.record))
    this.retry()
  }
}

// Runs from a timer, where an exception would end the application.
function tryRelay({ line, record, extra }: PendingRecord): boolean | undefined {
  try {
    return relayRecord(record, extra, line)
  } catch {
    return false
  }
}

function keyOf({ lib, name }: LogRecord): string {
  return `${lib} ${name}`
}
