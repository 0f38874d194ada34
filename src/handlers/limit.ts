// Limit: wraps a handler so that it gets at most `rate` records per logger and interval, and a `sample` of each level.

import type { FilterOptions } from '../config/filter.js'
import { monotonic } from '../core/clock.js'
import { LEVELS, type Level, levelName } from '../core/level.js'
import { type Delivery, type Handler, nameOf } from './handler.js'
import { createReport } from './report.js'

/** Loggers that are counted separately; all further ones share one count. */
const MAX_LOGGERS = 10_000

/**
 * The same handler with fewer records. One report per logger and interval counts those that the rate removed; records
 * removed by sampling are not reported.
 */
export function limit(handler: Handler, { rate, sample }: FilterOptions): Handler {
  const sampler = sample && createSampler(sample)
  const limiter = rate && new Limiter(rate.limit, Number(rate.interval))
  const write = (records: readonly Delivery[]): void => {
    const kept = sampler ? records.filter(sampler) : records
    const passed = limiter ? limiter.pass(kept) : kept
    if (passed.length > 0) handler.write(passed)
  }
  const report = (until: number): void => {
    const reports = limiter?.report(until) ?? []
    if (reports.length > 0) handler.write(reports)
  }
  return {
    ...forward(handler),
    write,
    retry() {
      report(monotonic())
      return Math.min(
        handler.retry?.() ?? Number.POSITIVE_INFINITY,
        limiter?.restTime() ?? Number.POSITIVE_INFINITY,
      )
    },
    handOver() {
      report(Number.POSITIVE_INFINITY)
      return handler.handOver?.()
    },
    drain() {
      report(Number.POSITIVE_INFINITY)
      handler.drain?.()
    },
  }
}

function forward(handler: Handler): Handler {
  const { acknowledgement, mark, checkpointSaved } = handler
  return {
    label: handler.label,
    accepts: handler.accepts,
    acceptsDeferred: handler.acceptsDeferred ?? false,
    write: (records) => handler.write(records),
    waiting: () => handler.waiting?.() ?? 0,
    blocksCheckpoint: () => handler.blocksCheckpoint?.() ?? false,
    ...(acknowledgement && { acknowledgement: () => acknowledgement.call(handler) }),
    isFull: () => handler.isFull?.() ?? false,
    sendNow: () => handler.sendNow?.(),
    flush: () => handler.flush?.(),
    close: () => handler.close?.(),
    ...(mark && { mark: () => mark.call(handler) }),
    ...(checkpointSaved && { checkpointSaved: () => checkpointSaved.call(handler) }),
  }
}

// Spreads the sample evenly: with a share of 1/3 the first of every three records passes.
function createSampler(shares: Readonly<Record<string, number>>): (record: Delivery) => boolean {
  const byLevel = new Map<number, { readonly share: number; sum: number }>()
  for (const [name, share] of Object.entries(shares)) {
    byLevel.set(LEVELS[name as Level], { share, sum: share > 0 ? 1 - share : 0 })
  }
  return ({ level }) => {
    const sample = byLevel.get(level)
    if (!sample) return true
    sample.sum += sample.share
    if (sample.sum < 1 - Number.EPSILON * 8) return false
    sample.sum -= 1
    return true
  }
}

interface Window {
  /** Monotonic ms. */
  until: number
  passed: number
  /** By level. */
  readonly dropped: Record<number, number>
  total: number
}

class Limiter {
  readonly #limit: number
  readonly #interval: number
  readonly #windows = new Map<string, Window>()

  constructor(limit: number, interval: number) {
    this.#limit = limit
    this.#interval = interval
  }

  /** The records that pass, with a report at the place where a logger's interval ended. */
  pass(records: readonly Delivery[]): Delivery[] {
    const passed: Delivery[] = []
    const now = monotonic()
    for (const record of records) {
      const window = this.#windowOf(record, now, passed)
      if (++window.passed <= this.#limit) {
        passed.push(record)
        continue
      }
      window.dropped[record.level] = (window.dropped[record.level] ?? 0) + 1
      window.total++
    }
    return passed
  }

  /** Reports of loggers whose interval ends at or before `until` (monotonic ms). */
  report(until: number): Delivery[] {
    const reports: Delivery[] = []
    for (const [name, window] of this.#windows) {
      if (window.until > until) continue
      this.#windows.delete(name)
      if (window.total > 0) reports.push(reportOf(name, window))
    }
    return reports
  }

  /** Milliseconds until the next report is due; Infinity if there is none. */
  restTime(): number {
    let rest = Number.POSITIVE_INFINITY
    for (const { until, total } of this.#windows.values()) {
      if (total > 0) rest = Math.min(rest, until - monotonic())
    }
    return Math.max(0, rest)
  }

  #windowOf(record: Delivery, now: number, passed: Delivery[]): Window {
    const logger = nameOf(record)
    const name = this.#windows.has(logger) || this.#windows.size < MAX_LOGGERS ? logger : '*'
    const known = this.#windows.get(name)
    if (known && known.until > now) return known
    if (known && known.total > 0) passed.push(reportOf(name, known))
    const window = { until: now + this.#interval, passed: 0, dropped: {}, total: 0 }
    this.#windows.set(name, window)
    return window
  }
}

function reportOf(name: string, { total, dropped }: Window): Delivery {
  const byName = Object.entries(dropped).map(([level, count]) => [levelName(Number(level)), count])
  const fields = { dropped: Object.fromEntries(byName) }
  return createReport(`… ${total.toLocaleString('en')} similar dropped`, fields, name)
}
