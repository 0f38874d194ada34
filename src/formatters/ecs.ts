// ECS: a formatter of records for Elasticsearch, as JSON of the Elastic Common Schema.
//
// https://github.com/elastic/ecs-logging/blob/main/spec/spec.json (order and required fields)
// https://www.elastic.co/docs/reference/ecs/ecs-field-reference

import { levelName } from '../core/level.js'
import type { LogRecord } from '../core/record.js'
import { errorOf, isoTime } from './fields.js'

const VERSION = '8.11.0'

/** Field sets of ECS. A field of the application with such a name is an object of that set, or else a label. */
const FIELD_SETS: ReadonlySet<string> = new Set(
  `agent as client cloud code_signature container data_stream destination device dll dns ecs elf email error event faas file
  gen_ai geo group hash host http interface log macho network observer orchestrator organization os package pe process registry
  related risk rule server service source span threat tls trace transaction url user user_agent vlan volume vulnerability x509
  @timestamp labels message tags`.split(/\s+/),
)

/** Creates the formatter. */
export function createEcs(): (record: LogRecord) => string {
  return (record) => {
    const { level, time, pid, tid, source, seq, name, msg, lib, err: _, ...rest } = record
    const error = errorOf(record)
    const { trace_id, span_id, trace_flags: _flags, hostname, service, env, ...fields } = rest
    return JSON.stringify({
      '@timestamp': isoTime(time),
      'log.level': levelName(level),
      message: msg,
      'ecs.version': VERSION,
      'log.logger': name,
      'process.pid': pid,
      'process.thread.id': tid,
      'process.thread.name': source,
      'event.sequence': seq,
      ...(typeof hostname === 'string' && { 'host.hostname': hostname }),
      ...(typeof service === 'string' && { 'service.name': service }),
      ...(typeof service === 'object' && { service }),
      ...(typeof env === 'string' && { 'service.environment': env }),
      ...(trace_id !== undefined && { 'trace.id': trace_id }),
      ...(span_id !== undefined && { 'span.id': span_id }),
      ...(error && {
        'error.type': error.type,
        'error.message': error.message,
        ...(error.stack !== undefined && { 'error.stack_trace': error.stack }),
        ...(error.code !== undefined && { 'error.code': String(error.code) }),
      }),
      ...sort(fields, lib),
    })
  }
}

// Labels are texts, numbers or booleans, and their names have no dots.
function sort(fields: Readonly<Record<string, unknown>>, lib: string | undefined): object {
  const own: Record<string, unknown> = {}
  const labels: Record<string, unknown> = { ...(lib !== undefined && { lib }) }
  for (const [key, value] of Object.entries(fields)) {
    const isSet = FIELD_SETS.has(key.split('.')[0] ?? '')
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    if (!isSet || (isObject && key !== 'labels')) own[key] = value
    else if (key === 'labels' && isObject) Object.assign(labels, value)
    else if (key === 'tags' && Array.isArray(value)) own[key] = value
    else labels[key.replace(/[.*\\]/g, '_')] = isObject ? JSON.stringify(value) : value
  }
  return Object.keys(labels).length > 0 ? { ...own, labels } : own
}
