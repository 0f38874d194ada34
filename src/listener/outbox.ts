// Outbox: lines on their way to the root's main thread, which takes them when it can; what it leaves lying is bounded.

import type { MessagePort } from 'node:worker_threads'
import { notice } from '../core/notice.js'
import { type Dropped, Drops } from '../core/tally.js'
import { type Delivery, sourceOf } from '../handlers/handler.js'
import { lineOf, lineWithExtra } from '../handlers/relay.js'
import { createReport } from '../handlers/report.js'
import { isVital } from '../queue/queue.js'
import { type Parcel, Word } from './channel.js'

const REASON = 'the main thread did not take them'

export interface OutboxOptions {
  readonly control: Int32Array
  readonly port: MessagePort
  /** Bytes that main may leave lying. */
  readonly limit: number
  /** Has a record about what was dropped written. */
  readonly announce: (report: Delivery) => void
  readonly dropped: Dropped
}

/** Returns what sends records, for a purpose. */
export function createOutbox(
  options: OutboxOptions,
): (purpose: Parcel['purpose'], records: readonly Delivery[]) => void {
  const { control, port, limit, announce, dropped } = options
  const drops = new Drops()
  const drop = (purpose: string, record: Delivery): void => {
    const source = sourceOf(record)
    drops.add(source, record.level, 1)
    dropped(source, record.level, 1)
    Atomics.add(control, Word.DROPPED, 1)
    const what = purpose === 'relay' ? 'records for its loggers' : 'records for its handlers'
    notice('LOGSHARE_WARN_DROPPED', `${what} dropped: ${REASON}`, purpose)
  }
  const report = (): void => {
    const dropped = drops.read()
    announce(createReport(`${drops.total} records dropped: ${REASON}`, { dropped }))
    drops.clear()
  }
  return (purpose, records) => {
    let room = limit - (Atomics.load(control, Word.SENT) - Atomics.load(control, Word.TAKEN)) * 1024
    if (!drops.isEmpty && room > limit / 2) report()
    const lines: string[] = []
    let bytes = 0
    for (const record of records) {
      const size = (record.extraEnd ?? record.end) - record.start
      const kept = isVital(record) ? 0 : limit / 8
      if (room - size < kept) {
        drop(purpose, record)
        continue
      }
      room -= size
      bytes += size
      lines.push(purpose === 'relay' ? lineWithExtra(record) : lineOf(record))
    }
    if (lines.length === 0) return
    const size = Math.ceil(bytes / 1024)
    Atomics.add(control, Word.SENT, size)
    port.postMessage({ purpose, lines, size } satisfies Parcel)
  }
}
