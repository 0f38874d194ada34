// Outbox: sends batches of lines to the root's main thread, and drops lines if the main thread does not receive them.
//
// The listener thread never waits for the main thread, which the application may block. Lines that main has not
// received yet are limited to `overflow.limit`, with an eighth reserved for vital records.

import type { MessagePort } from 'node:worker_threads'
import { notice } from '../core/notice.js'
import { type Dropped, Drops } from '../core/tally.js'
import { type Delivery, sourceOf } from '../handlers/handler.js'
import { lineOf, lineWithExtra } from '../handlers/relay.js'
import { createReport } from '../handlers/report.js'
import { isVital } from '../queue/queue.js'
import { type LineBatch, Word } from './channel.js'

const REASON = 'the main thread did not receive them in time'

export interface OutboxOptions {
  readonly control: Int32Array
  readonly port: MessagePort
  /** Bytes sent and not yet received, at most. */
  readonly limit: number
  /** Writes a report about dropped lines. */
  readonly report: (report: Delivery) => void
  readonly dropped: Dropped
}

/** Returns a function that sends records. They keep the data that adapters appended only if they are relayed. */
export function createOutbox(
  options: OutboxOptions,
): (purpose: LineBatch['purpose'], records: readonly Delivery[]) => void {
  const { control, port, limit, report, dropped } = options
  const drops = new Drops()
  const drop = (purpose: string, record: Delivery): void => {
    const source = sourceOf(record)
    drops.add(source, record.level, 1)
    dropped(source, record.level, 1)
    Atomics.add(control, Word.DROPPED, 1)
    const receivers = purpose === 'relay' ? 'loggers' : 'handlers'
    const what = `records for ${receivers} on the main thread were dropped`
    notice('LOGSHARE_WARN_DROPPED', `${what}: ${REASON}`, purpose)
  }
  const reportDrops = (): void => {
    const dropped = drops.read()
    report(createReport(`${drops.total} records dropped: ${REASON}`, { dropped }))
    drops.clear()
  }
  return (purpose, records) => {
    let room =
      limit - (Atomics.load(control, Word.SENT) - Atomics.load(control, Word.RECEIVED)) * 1024
    if (!drops.isEmpty && room > limit / 2) reportDrops()
    const lines: string[] = []
    let bytes = 0
    for (const record of records) {
      const size = (record.extraEnd ?? record.end) - record.start
      const reserved = isVital(record) ? 0 : limit / 8
      if (room - size < reserved) {
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
    port.postMessage({ purpose, lines, size } satisfies LineBatch)
  }
}
