// Google: a formatter of records for Google Cloud, whose agents read JSON lines from standard output.
//
// https://cloud.google.com/logging/docs/structured-logging#special-payload-fields

import { LEVELS } from '../core/level.js'
import type { LogRecord } from '../core/record.js'
import { errorOf, isoTime } from './fields.js'

/** Creates the formatter. */
export function createGoogle(): (record: LogRecord) => string {
  return (record) => {
    const { level, time, pid, tid, source, seq, name, msg, lib, ...rest } = record
    const { trace_id, span_id, trace_flags, err: _, ...fields } = rest
    const error = errorOf(record)
    const labels = {
      logger: name,
      source,
      pid: `${pid}`,
      tid: `${tid}`,
      seq: `${seq}`,
      ...(lib && { lib }),
    }
    return JSON.stringify({
      severity: severity(level),
      time: isoTime(time),
      message: msg || error?.message || '',
      ...(typeof trace_id === 'string' && {
        'logging.googleapis.com/trace': trace_id,
        'logging.googleapis.com/trace_sampled': trace_flags === '01',
      }),
      ...(typeof span_id === 'string' && { 'logging.googleapis.com/spanId': span_id }),
      'logging.googleapis.com/labels': labels,
      ...(error?.stack !== undefined && { stack_trace: error.stack }),
      ...fields,
      ...(record.err !== undefined && { err: record.err }),
    })
  }
}

// https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#LogSeverity
function severity(level: number): string {
  if (level >= LEVELS.fatal) return 'CRITICAL'
  if (level >= LEVELS.error) return 'ERROR'
  if (level >= LEVELS.warn) return 'WARNING'
  return level >= LEVELS.info ? 'INFO' : 'DEBUG'
}
