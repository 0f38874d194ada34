// Fallback: prints relayed records for which the root has no logger to the console.

import type { LogRecord } from '../core/record.js'
import { createConsoleHandler } from '../handlers/console.js'
import { completeAll } from '../handlers/deferred.js'
import { Kind } from '../queue/frame.js'

/** `line` is the record's JSON line, `record` the same parsed, `extra` what the adapter stored beside it. */
export type Print = (line: string, record: LogRecord, extra?: string) => void

/** The returned function prints synchronously. */
export function createFallback(): Print {
  const handler = createConsoleHandler(
    { type: 'console' },
    {
      limit: 0,
      policy: 'drop',
      wait: 0,
      isOwnThread: false,
      isSuccessor: false,
      dropped() {},
      progressed() {},
    },
  )
  return (line, { level, seq, msg }, extra = '') => {
    const buffer = Buffer.from(`${line}\n${extra}`)
    const end = Buffer.byteLength(line)
    const kind = msg === undefined ? Kind.DEFERRED : Kind.RECORD
    const frame = { kind, level, time: 0, seq, buffer, start: 0, end, extraEnd: buffer.length }
    handler.write(completeAll([frame]))
  }
}
