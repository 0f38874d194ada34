// GELF: a formatter of records for Graylog, as messages of the Graylog Extended Log Format 1.1.
//
// https://go2docs.graylog.org/current/getting_in_log_data/gelf_format.html

import { hostname } from 'node:os'
import type { LogRecord } from '../core/record.js'
import { errorOf, severityOf } from './fields.js'

/** Creates the formatter. */
export function createGelf(): (record: LogRecord) => string {
  const machine = hostname()
  return (record) => {
    const { level, time, msg, err: _, hostname: host, ...fields } = record
    const error = errorOf(record)
    const text = [msg, error?.stack].filter(Boolean).join('\n')
    const short = msg || error?.message || '-'
    return JSON.stringify({
      version: '1.1',
      host: typeof host === 'string' && host !== '' ? host : machine,
      short_message: short.split('\n', 1)[0] || '-',
      ...(text !== short.split('\n', 1)[0] && text !== '' && { full_message: text }),
      timestamp: Math.round(time * 1000) / 1e6,
      level: severityOf(level),
      ...additional({ ...fields, ...prefixed(error) }),
    })
  }
}

function prefixed(error: ReturnType<typeof errorOf>): object {
  if (!error) return {}
  const { type, message, code } = error
  return {
    error_type: type,
    error_message: message,
    ...(code !== undefined && { error_code: code }),
  }
}

// Values are texts or numbers, and the name `_id` is the server's.
function additional(fields: Readonly<Record<string, unknown>>): object {
  const members = Object.entries(fields).map(([key, value]) => {
    const name = key === 'id' ? '_record_id' : `_${key.replace(/[^\w.-]/g, '_')}`
    const isPlain = typeof value === 'string' || typeof value === 'number'
    return [name, isPlain ? value : JSON.stringify(value)]
  })
  return Object.fromEntries(members)
}
