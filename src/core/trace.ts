// Trace: the active OpenTelemetry span of a record, and acts without a span, without loading any OpenTelemetry package.

// @opentelemetry/api 1.x registers its global and its span under these keys, so that its copies share them.
const API = Symbol.for('opentelemetry.js.api.1')
const SPAN = Symbol.for('OpenTelemetry Context Key SPAN')
// Set by `suppressTracing` of @opentelemetry/core.
const SUPPRESSED = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING')

/** Field names from OpenTelemetry's "Trace Context in non-OTLP Log Formats". */
const TRACE_FIELDS = ['trace_id', 'span_id', 'trace_flags'] as const

interface Context {
  getValue(key: symbol): unknown
  setValue(key: symbol, value: unknown): Context
}

interface ContextManager {
  active(): Context
  with<T>(context: Context, act: () => T): T
}

interface Span {
  spanContext(): { traceId: string; spanId: string; traceFlags: number }
}

type Global = { readonly [API]?: { readonly context?: ContextManager } }

/** Whether OpenTelemetry's API is in use, so that there may be an active span. */
export function hasTracer(): boolean {
  return (globalThis as Global)[API]?.context !== undefined
}

/**
 * `,"trace_id":…,"span_id":…,"trace_flags":…` of the active span, to append to a record's `body` (`,"msg":…` and its
 * fields). Empty if there is no span or if the body has one of these fields already. Never throws.
 */
export function encodeTrace(body: string): string {
  const manager = (globalThis as Global)[API]?.context
  return manager === undefined ? '' : encodeActive(manager, body)
}

/** Calls `act` so that what it does is in no span: it is logshare's own, not the application's. */
export function untraced<T>(act: () => T): T {
  const manager = (globalThis as Global)[API]?.context
  const suppressed = manager && suppress(manager)
  const run = (): T => (suppressed ? manager.with(suppressed, act) : act())
  datadog ??= findDatadog() ?? false
  return datadog ? datadog.run({ ...datadog.getStore(), noop: true }, run) : run()
}

interface Storage {
  getStore(): object | undefined
  run<T>(store: object, act: () => T): T
}

let datadog: Storage | false | undefined

// dd-trace has a context of its own, and traces nothing where that has `noop`. It matters if it was loaded before logshare:
// later, it does not wrap what logshare has kept.
function findDatadog(): Storage | undefined {
  try {
    const path = Object.keys(require.cache).find((file) => DATADOG.test(file)) ?? ''
    const found = require.cache[path]?.exports as { storage(name: string): Storage } | undefined
    return found?.storage('legacy')
  } catch {
    return undefined
  }
}

const DATADOG = /[\\/]datadog-core[\\/]src[\\/]storage\.js$/

function suppress(manager: ContextManager): Context | undefined {
  try {
    return manager.active().setValue(SUPPRESSED, true)
  } catch {
    return undefined
  }
}

function encodeActive(manager: ContextManager, body: string): string {
  try {
    const span = manager.active().getValue(SPAN) as Span | undefined
    if (!span) return ''
    if (span !== lastSpan) cache(span)
    return lastText === '' || hasTrace(body) ? '' : lastText
  } catch {
    return ''
  }
}

// Caches the text of the last span: records of one span usually follow each other, and a span's ids never change.
let lastSpan: Span | undefined
let lastText = ''

function cache(span: Span): void {
  const { traceId, spanId, traceFlags } = span.spanContext()
  const flags = (traceFlags & 0xff).toString(16).padStart(2, '0')
  const text = `,"trace_id":"${traceId}","span_id":"${spanId}","trace_flags":"${flags}"`
  lastText = isTraceId(traceId) && isSpanId(spanId) ? text : ''
  lastSpan = span
}

/** Whether a value is a trace id: 16 bytes as lower-case hex digits, not all 0 (W3C Trace Context). */
export function isTraceId(id: unknown): id is string {
  return typeof id === 'string' && /^(?!0+$)[0-9a-f]{32}$/.test(id)
}

/** Whether a value is a span id: 8 bytes as lower-case hex digits, not all 0 (W3C Trace Context). */
export function isSpanId(id: unknown): id is string {
  return typeof id === 'string' && /^(?!0+$)[0-9a-f]{16}$/.test(id)
}

/**
 * Whether a record's body has one of the fields at its top level. Searches the text for their names first, because
 * bodies rarely contain them; only a match is parsed, since it may be nested deeper.
 */
export function hasTrace(body: string): boolean {
  if (!body.includes('_id":') && !body.includes('_flags":')) return false
  if (!TRACE_FIELDS.some((name) => body.includes(`"${name}":`))) return false
  const record = JSON.parse(`{${body.slice(1)}}`) as object
  return TRACE_FIELDS.some((name) => Object.hasOwn(record, name))
}
