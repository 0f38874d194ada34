// Trace: the span a record is made in, where the application has OpenTelemetry's API, without loading any of it.

// Both stand in @opentelemetry/api 1.x under these names, so that its copies find each other.
const API = Symbol.for('opentelemetry.js.api.1')
const SPAN = Symbol.for('OpenTelemetry Context Key SPAN')

/** The fields' names, which OpenTelemetry gives them in logs that are JSON. */
const TRACE_FIELDS = ['trace_id', 'span_id', 'trace_flags'] as const

interface ContextManager {
  active(): { getValue(key: symbol): unknown }
}

interface Span {
  spanContext(): { traceId: string; spanId: string; traceFlags: number }
}

type Global = { readonly [API]?: { readonly context?: ContextManager } }

/**
 * `,"trace_id":…,"span_id":…,"trace_flags":…` of the active span, for a record's body, `,"msg":…` and its fields;
 * empty if there is none, or if the body has a field of these names. Never throws.
 */
export function encodeTrace(body: string): string {
  const manager = (globalThis as Global)[API]?.context
  return manager === undefined ? '' : encodeActive(manager, body)
}

function encodeActive(manager: ContextManager, body: string): string {
  try {
    const span = manager.active().getValue(SPAN) as Span | undefined
    if (!span) return ''
    if (span !== lastSpan) remember(span)
    return lastText === '' || hasTrace(body) ? '' : lastText
  } catch {
    return ''
  }
}

// A span's records mostly come one after the other, and its ids never change.
let lastSpan: Span | undefined
let lastText = ''

function remember(span: Span): void {
  const { traceId, spanId, traceFlags } = span.spanContext()
  const flags = (traceFlags & 0xff).toString(16).padStart(2, '0')
  const text = `,"trace_id":"${traceId}","span_id":"${spanId}","trace_flags":"${flags}"`
  lastText = isTraceId(traceId) && isSpanId(spanId) ? text : ''
  lastSpan = span
}

/** Whether a text is a trace's id: 16 bytes in hexadecimal, not all of them 0. */
export function isTraceId(id: unknown): id is string {
  return typeof id === 'string' && /^(?!0+$)[0-9a-f]{32}$/.test(id)
}

/** Whether a text is a span's id: 8 bytes in hexadecimal, not all of them 0. */
export function isSpanId(id: unknown): id is string {
  return typeof id === 'string' && /^(?!0+$)[0-9a-f]{16}$/.test(id)
}

/**
 * Whether a record's body has one of the fields. The text is looked through first, for what is rare in it: it hardly ever
 * has one, and then it may be deeper within.
 */
export function hasTrace(body: string): boolean {
  if (!body.includes('_id":') && !body.includes('_flags":')) return false
  if (!TRACE_FIELDS.some((name) => body.includes(`"${name}":`))) return false
  const record = JSON.parse(`{${body.slice(1)}}`) as object
  return TRACE_FIELDS.some((name) => Object.hasOwn(record, name))
}
