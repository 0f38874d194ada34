// Bare: records of which a library's line has all, made whole.

import { completeLine } from '../deferred/line.js'
import { Kind } from '../queue/frame.js'
import type { Delivery } from './handler.js'

/** The same records, and none that is bare. */
export function completeAll(records: readonly Delivery[]): readonly Delivery[] {
  return records.some(isBare)
    ? records.map((each) => (isBare(each) ? complete(each) : each))
    : records
}

function isBare({ kind }: Delivery): boolean {
  return kind === Kind.DEFERRED
}

function complete(record: Delivery): Delivery {
  const { buffer, start, end, extraEnd = end } = record
  const extra = buffer.toString('utf8', end + 1, extraEnd)
  const line = completeLine(buffer.toString('utf8', start, end), extra)
  const whole = Buffer.from(`${line}\n${extra}`)
  const size = Buffer.byteLength(line)
  return {
    ...record,
    kind: Kind.ADAPTED,
    buffer: whole,
    start: 0,
    end: size,
    extraEnd: whole.length,
  }
}
