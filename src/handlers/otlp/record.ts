// OTLP record: converts records to OpenTelemetry's logs data model, in the form its exporters take.
//
// https://opentelemetry.io/docs/specs/otel/logs/data-model/

import type { HrTime, SpanContext } from '@opentelemetry/api'
import type { LogAttributes } from '@opentelemetry/api-logs'
import type { Resource } from '@opentelemetry/resources'
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs'
import { levelName } from '../../core/level.js'
import { wallNow } from '../../core/originals.js'
import type { Fields, LogRecord } from '../../core/record.js'
import { isSpanId, isTraceId } from '../../core/trace.js'
import { parseLine } from '../lines.js'

/** Integers from here on do not fit into OTLP's 64-bit `intValue`. They are sent as strings. */
const INTEGERS = 2 ** 63
const MAY_BE_HUGE = /\d{19}|\d[eE]\+?\d/

/**
 * Converts one batch of JSON lines. It does not use the SDK's LoggerProvider, which keeps a logger for every name ever
 * used and drops fields beyond its attribute limit and fields with a member called `constructor`.
 */
export function toOtlp(lines: readonly Uint8Array[], resource: Resource): ReadableLogRecord[] {
  const scopes = new Map<string, { readonly name: string }>()
  return lines.map((line) => {
    const record = parse(line)
    let scope = scopes.get(record.name)
    if (!scope) {
      scope = { name: record.name } // the exporter groups records by this object's identity
      scopes.set(record.name, scope)
    }
    return convert(record, resource, scope)
  })
}

function parse(line: Uint8Array): LogRecord {
  const text = Buffer.from(line.buffer, line.byteOffset, line.length).toString()
  const record = parseLine(text)
  return MAY_BE_HUGE.test(text) ? (withoutHuge(record) as LogRecord) : record
}

function withoutHuge(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_key, member: unknown) => {
    const isHuge = Number.isInteger(member) && Math.abs(member as number) >= INTEGERS
    return isHuge ? String(member) : member
  })
}

function convert(
  record: LogRecord,
  resource: Resource,
  instrumentationScope: { readonly name: string },
): ReadableLogRecord {
  const { level, time, pid, tid, source, seq, name: _scope, msg, lib, err, ...fields } = record
  const span = spanOf(fields)
  const own = {
    'process.pid': pid,
    'thread.id': tid,
    'logshare.source': source,
    'logshare.seq': seq,
    ...(lib !== undefined && { 'logshare.lib': lib }),
  }
  return {
    hrTime: hrTimeOf(time),
    hrTimeObserved: hrTimeOf(Math.max(wallNow(), time)),
    severityNumber: severityOf(level),
    severityText: levelName(level),
    body: msg,
    attributes: {
      ...attributesOf(err),
      ...(span ? withoutSpan(fields) : fields),
      ...own,
    } as LogAttributes,
    droppedAttributesCount: 0,
    resource,
    instrumentationScope,
    ...(span && { spanContext: span }),
  }
}

// Record times have microsecond precision.
function hrTimeOf(milliseconds: number): HrTime {
  const microseconds = Math.round(milliseconds * 1e3)
  const seconds = Math.floor(microseconds / 1e6)
  return [seconds, (microseconds - seconds * 1e6) * 1e3]
}

/**
 * SeverityNumber has four numbers per level; a named level gets the first: 1 trace, 5 debug, 9 info, … 21 fatal.
 * https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber
 */
function severityOf(level: number): number {
  const steps = Math.floor(((level - 10) * 4) / 10)
  return Math.min(Math.max(1 + steps, 1), 24)
}

// Fields of these names that are not valid ids were set by the user for another purpose: they stay attributes.
function spanOf({ trace_id, span_id, trace_flags }: Fields): SpanContext | undefined {
  if (!isTraceId(trace_id) || !isSpanId(span_id)) return undefined
  const given =
    typeof trace_flags === 'number' ? trace_flags : Number.parseInt(String(trace_flags), 16)
  return { traceId: trace_id, spanId: span_id, traceFlags: given & 0xff }
}

function withoutSpan({ trace_id, span_id, trace_flags, ...others }: Fields): Fields {
  return others
}

// https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-logs/; members without a convention stay in `err`.
function attributesOf(err: unknown): Readonly<Record<string, unknown>> {
  if (err === undefined) return {}
  const { type, message, stack, ...rest } = Object(err) as Readonly<Record<string, unknown>>
  if (typeof type !== 'string' || typeof message !== 'string') return { err }
  return {
    'exception.type': type,
    'exception.message': message,
    ...(typeof stack === 'string' && { 'exception.stacktrace': stack }),
    ...(Object.keys(rest).length > 0 && { err: rest }),
  }
}
