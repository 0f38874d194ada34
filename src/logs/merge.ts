// Merge: the records of many logs as one sequence, of logs that are complete, or of logs that grow.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from './log.js'
import { Order } from './order.js'
import type { LogEntry } from './records.js'

/** Milliseconds after which logs that grow are looked at again. */
const PAUSE = 25

/** Where the sequence goes. */
export interface Sink {
  write(entry: LogEntry, log: Log): void
  /** Whether it wants to be flushed before more is written. */
  readonly isFull: boolean
  flush(): Promise<void>
}

/** Merges logs to their ends. */
export async function mergeLogs(logs: readonly Log[], sink: Sink): Promise<void> {
  for (const log of logs) await fill(log)
  const order = new Order(logs)
  for (let log = order.first; log?.first; log = order.first) {
    sink.write(log.first, log)
    log.shift()
    if (!log.isCertain) await fill(log)
    order.update()
    if (sink.isFull) await sink.flush()
  }
  await sink.flush()
}

/**
 * Merges logs as they grow, until all have ended or `stop` says so. What has been there for `window` milliseconds is
 * written, with everything that is earlier.
 */
export async function followLogs(
  logs: readonly Log[],
  sink: Sink,
  { window, stop }: { readonly window: number; readonly stop: AbortSignal },
): Promise<void> {
  const horizon = new Horizon(window)
  const stopped = aborted(stop)
  const order = new Order(logs)
  while (!stop.aborted) {
    for (const log of logs) {
      for (let arriving = log.fill(); arriving && isReading(log, stop); arriving = log.fill())
        await Promise.race([arriving, stopped])
    }
    order.load()
    const latest = horizon.next(logs)
    for (let log = order.first; log?.first; log = order.first) {
      if (log.first.time > latest && !isBusy(logs)) break
      sink.write(log.first, log)
      log.shift()
      order.update()
      if (!log.isCertain && !log.isEnded && !log.isQuiet) break
      if (sink.isFull) await sink.flush()
    }
    await sink.flush()
    if (logs.every((log) => log.isEnded && !log.first)) return
    if (isBusy(logs)) await new Promise((resolve) => setImmediate(resolve))
    else await sleep(PAUSE, undefined, { signal: stop }).catch(() => {})
  }
  for (const log of logs) log.end()
  await mergeLogs(logs, sink)
}

async function fill(log: Log): Promise<void> {
  for (let arriving = log.fill(); arriving; arriving = log.fill()) await arriving
}

function isReading(log: Log, stop: AbortSignal): boolean {
  return !log.isQuiet && !stop.aborted
}

// Whether a log has more to read by now: then no record of another log need wait for time to pass.
function isBusy(logs: readonly Log[]): boolean {
  return logs.some((log) => !log.isQuiet)
}

function aborted(stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) resolve()
    else stop.addEventListener('abort', () => resolve(), { once: true })
  })
}

/** What has been there for long enough: the latest time that was at hand a while ago. */
class Horizon {
  readonly #window: number
  readonly #looks: { readonly at: number; readonly time: number }[] = []
  #latest = Number.NEGATIVE_INFINITY

  constructor(window: number) {
    this.#window = window
  }

  next(logs: readonly Log[]): number {
    const now = performance.now()
    const due = now - this.#window
    while (this.#looks[0] && this.#looks[0].at <= due) {
      this.#latest = Math.max(this.#latest, this.#looks.shift()?.time ?? 0)
    }
    for (const log of logs) log.settle()
    const times = logs.map((log) => log.last?.time ?? Number.NEGATIVE_INFINITY)
    this.#looks.push({ at: now, time: Math.max(...times) })
    return this.#latest
  }
}
