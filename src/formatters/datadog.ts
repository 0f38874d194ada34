// Datadog: a formatter of records for Datadog, as JSON with its reserved and standard attributes.
//
// https://docs.datadoghq.com/logs/log_configuration/attributes_naming_convention/
// https://docs.datadoghq.com/logs/log_configuration/processors/log_status_remapper/ (words of `status`)

import { levelName } from '../core/level.js'
import type { LogRecord } from '../core/record.js'
import { errorOf, isoTime } from './fields.js'

/** Creates the formatter. */
export function createDatadog(): (record: LogRecord) => string {
  return (record) => {
    const {
      level,
      time,
      pid,
      tid,
      source,
      seq,
      name,
      msg,
      lib,
      err: _,
      hostname,
      ...fields
    } = record
    const word = levelName(level)
    const error = errorOf(record)
    return JSON.stringify({
      timestamp: isoTime(time),
      status: word === 'fatal' ? 'critical' : word,
      message: msg || error?.message || '',
      logger: { name, thread_name: source, ...(lib && { lib }) },
      process: { pid, tid, seq },
      ...(typeof hostname === 'string' && { host: hostname }),
      ...(error && {
        error: {
          kind: error.type,
          message: error.message,
          ...(error.stack !== undefined && { stack: error.stack }),
          ...(error.code !== undefined && { code: error.code }),
        },
      }),
      ...apart(fields),
    })
  }
}

/** Members of ours, and the attribute that Datadog takes for the integration's name. */
const TAKEN = ['timestamp', 'status', 'message', 'logger', 'process', 'host', 'error', 'source']

function apart(fields: object): object {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [TAKEN.includes(key) ? `_${key}` : key, value]),
  )
}
