// Deferred: completes deferred records for handlers, from a frame's bytes; `deferred/line.ts` completes the line
// itself.

import { completeLine } from '../deferred/line.js'
import { Kind } from '../queue/frame.js'
import type { Delivery } from './handler.js'

/** The same records in the same order, with every deferred record completed. Returns `records` itself if none is. */
export function completeAll(records: readonly Delivery[]): readonly Delivery[] {
  return records.some(isDeferred)
    ? records.map((each) => (isDeferred(each) ? complete(each) : each))
    : records
}

function isDeferred({ kind }: Delivery): boolean {
  return kind === Kind.DEFERRED
}

function complete(record: Delivery): Delivery {
  const { buffer, start, end, extraEnd = end } = record
  const extra = buffer.toString('utf8', end + 1, extraEnd)
  const line = completeLine(buffer.toString('utf8', start, end), extra)
  const completed = Buffer.from(`${line}\n${extra}`)
  const size = Buffer.byteLength(line)
  return {
    ...record,
    kind: Kind.ADAPTED,
    buffer: completed,
    start: 0,
    end: size,
    extraEnd: completed.length,
  }
}
