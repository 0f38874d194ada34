// Printer: records of children that have no logger in the root to be given back to go to the console.

import type { LogRecord } from '../core/record.js'
import { createConsoleHandler } from '../handlers/console.js'
import { completeAll } from '../handlers/deferred.js'
import { Kind } from '../queue/frame.js'

/** Prints a record, given as its line, parsed, and with what is beside it, within the call. */
export function createPrinter(): (line: string, record: LogRecord, extra?: string) => void {
  const handler = createConsoleHandler(
    { type: 'console' },
    { limit: 0, policy: 'drop', wait: 0, isOwnThread: false, dropped() {}, moved() {} },
  )
  return (line, { level, seq, msg }, extra = '') => {
    const buffer = Buffer.from(`${line}\n${extra}`)
    const end = Buffer.byteLength(line)
    const kind = msg === undefined ? Kind.DEFERRED : Kind.RECORD
    const frame = { kind, level, time: 0, seq, buffer, start: 0, end, extraEnd: buffer.length }
    handler.write(completeAll([frame]))
  }
}
