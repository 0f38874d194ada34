// Merge: passes the records of many logs to a sink, sorted by time, from complete or from growing logs.

import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { setImmediate } from '../core/originals.js'
import type { Log } from './log.js'
import { Order } from './order.js'

/** Time (ms) between two checks of growing logs. */
const INTERVAL = 25

/** Receives the records. */
export interface Sink {
  /** Takes the first record of a log. */
  write(log: Log): void
  /**
   * Takes many records at once, the earliest first, until a log has to be read, which is returned, or until it is full or
   * there is one that only `write` takes.
   */
  copy?(order: Order): Log | undefined
  /** Call before a log reads on, because its bytes are moved. Then it may be full. */
  settle(): void
  /** Whether it has to be flushed before more is written. */
  readonly isFull: boolean
  flush(): Promise<void>
}

/** Merges complete logs. */
export async function mergeLogs(logs: readonly Log[], sink: Sink): Promise<void> {
  for (const log of logs) await fill(log)
  const order = new Order(logs)
  for (;;) {
    const log = writeUntil(order, sink)
    if (log) {
      sink.settle()
      if (sink.isFull) await sink.flush()
      await fill(log)
      order.update()
    } else if (!order.first) break
    if (sink.isFull) await sink.flush()
  }
  await sink.flush()
}

// Writes records until the first log has to be read, which is returned, or until the sink is full.
function writeUntil(order: Order, sink: Sink): Log | undefined {
  const waiting = sink.copy?.(order)
  if (waiting || sink.isFull) return waiting
  for (let { first: log } = order; log; log = order.first) {
    sink.write(log)
    if (!log.isCertain) return log
    order.update()
    if (sink.isFull) return undefined
  }
  return undefined
}

/**
 * Merges growing logs until all have ended or `stop` is aborted. A record is written once it, or one with a later time,
 * was read `window` ms ago.
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
    for (let log = order.first; log; log = order.first) {
      if (log.page.time > latest && !isBusy(logs)) break
      sink.write(log)
      order.update()
      if (!log.isCertain && !log.isEnded && !log.isQuiet) break
      if (sink.isFull) await sink.flush()
    }
    await sink.flush()
    if (logs.every((log) => log.isEnded && Number.isNaN(log.page.time))) return
    if (isBusy(logs)) await new Promise((resolve) => setImmediate(resolve))
    else await sleep(INTERVAL, undefined, { signal: stop }).catch(() => {})
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

// Whether a log has more to read. Until all are read, records are written without waiting for the window's time.
function isBusy(logs: readonly Log[]): boolean {
  return logs.some((log) => !log.isQuiet)
}

function aborted(stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) resolve()
    else stop.addEventListener('abort', () => resolve(), { once: true })
  })
}

/** The time up to which records are written: the latest that had been read `window` ms ago. */
class Horizon {
  readonly #window: number
  readonly #checks: { readonly at: number; readonly time: number }[] = []
  #latest = Number.NEGATIVE_INFINITY

  constructor(window: number) {
    this.#window = window
  }

  next(logs: readonly Log[]): number {
    const now = performance.now()
    const due = now - this.#window
    while (this.#checks[0] && this.#checks[0].at <= due) {
      this.#latest = Math.max(this.#latest, this.#checks.shift()?.time ?? 0)
    }
    for (const log of logs) log.settle()
    const time = Math.max(...logs.map((log) => log.latest))
    this.#checks.push({ at: now, time })
    return this.#latest
  }
}
