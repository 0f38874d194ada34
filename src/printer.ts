// Printer: records of children that have no logger in the root to be given back to go to the console.

import type { LogRecord } from './core/record.js'
import { createConsoleHandler } from './handlers/console.js'
import { Kind } from './queue/frame.js'

/** Prints a record, given as its line and parsed, within the call. */
export function createPrinter(): (line: string, record: LogRecord) => void {
  const handler = createConsoleHandler(
    { type: 'console' },
    { limit: 0, policy: 'drop', wait: 0, isOwnThread: false, dropped() {}, moved() {} },
  )
  return (line, { level, seq }) => {
    const buffer = Buffer.from(line)
    const frame = { kind: Kind.RECORD, level, time: 0, seq, buffer, start: 0, end: buffer.length }
    handler.write([frame])
  }
}
