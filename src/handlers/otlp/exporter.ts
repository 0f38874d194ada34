// OTLP exporter: wraps OpenTelemetry's exporter for each protocol in one call that tells the outcome of a batch.
//
// Protocol: https://opentelemetry.io/docs/specs/otlp/

import type { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-proto'
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs'
import type { OtlpHandlerOptions } from '../../config/remote.js'
import { Refusal } from '../network/courier.js'
import { loadPackage } from '../packages.js'

/** Thrown if the receiver does not accept a request of this size. */
export class TooLarge extends Refusal {}

/** The receiver's answer to a request that succeeded. https://opentelemetry.io/docs/specs/otlp/#partial-success */
export interface Outcome {
  /** Number of records that it rejected all the same. */
  readonly rejected: number
  /** Why it rejected them, or a warning; empty if there is none. */
  readonly message: string
}

export interface Exporter {
  /** Sends one request. Rejects with a `Refusal` if a retry is useless, with another error if it may help. */
  send(records: readonly ReadableLogRecord[]): Promise<Outcome>
  close(): void
}

const PACKAGES = {
  'http/protobuf': '@opentelemetry/exporter-logs-otlp-proto',
  'http/json': '@opentelemetry/exporter-logs-otlp-http',
  grpc: '@opentelemetry/exporter-logs-otlp-grpc',
} as const

/** The packages that have to be installed for these options. */
export function packagesFor({ protocol = 'http/protobuf' }: OtlpHandlerOptions): readonly string[] {
  return ['@opentelemetry/api', '@opentelemetry/resources', PACKAGES[protocol]]
}

/**
 * Creates the exporter. Options that are not given are read from `OTEL_EXPORTER_OTLP_*` by OpenTelemetry's exporter.
 */
export function openExporter(options: OtlpHandlerOptions): Exporter {
  const { protocol = 'http/protobuf', url, headers, timeout } = options
  const { OTLPLogExporter: Class } = loadPackage(PACKAGES[protocol]) as Exports
  listenToDiagnostics()
  const exporter = new Class({
    ...(url !== undefined && { url: protocol === 'grpc' ? url : withPath(url) }),
    ...(headers && (protocol === 'grpc' ? { metadata: metadataOf(headers) } : { headers })),
    ...(timeout !== undefined && { timeoutMillis: Math.max(Number(timeout), 1) }),
  })
  leaveRetriesToCourier(exporter)
  return {
    send: (records) => send(exporter, records),
    close: () => void exporter.shutdown().catch(() => {}),
  }
}

interface Exports {
  OTLPLogExporter: new (config: object) => OTLPLogExporter
}

// A URL without a path gets `/v1/logs`, as OTEL_EXPORTER_OTLP_ENDPOINT does. A URL with a path is used as it is.
function withPath(url: string): string {
  const { pathname, search } = new URL(url)
  return pathname === '/' && search === '' ? new URL('/v1/logs', url).href : url
}

// Must come from the copy of @grpc/grpc-js that the exporter itself uses: it does not accept another copy's Metadata.
function metadataOf(headers: Readonly<Record<string, string>>): unknown {
  const base = '@opentelemetry/otlp-grpc-exporter-base'
  const { Metadata } = loadPackage(PACKAGES.grpc, base, '@grpc/grpc-js') as {
    Metadata: new () => { set(key: string, value: string): void }
  }
  const metadata = new Metadata()
  for (const [key, value] of Object.entries(headers)) metadata.set(key, value)
  return metadata
}

// The HTTP exporters retry on their own until `timeout`, without reporting it. This removes the retrying layer. It
// relies on private names; if they change, the exporter retries again and a receiver that is down is merely reported
// later.
function leaveRetriesToCourier(exporter: OTLPLogExporter): void {
  const { _delegate: delegate } = exporter as unknown as { _delegate?: Layer }
  const inner = delegate?._transport?._transport
  if (delegate && typeof inner?.send === 'function') delegate._transport = inner
}

interface Layer {
  _transport?: Layer
  send?: unknown
}

/** The partial success of the request in progress, if there was one. */
let partial: Outcome | undefined

function send(exporter: OTLPLogExporter, records: readonly ReadableLogRecord[]): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    exporter.export([...records], ({ code, error }) => {
      const outcome = partial ?? { rejected: 0, message: '' }
      partial = undefined
      if (code === 0) resolve(outcome)
      else reject(classify(error))
    })
  })
}

// The exporter's callback only tells whether a request failed. A partial success is passed to the API's diagnostics
// logger right before the callback. The listener thread has its own diagnostics logger, so replacing it affects nobody
// else.
function listenToDiagnostics(): void {
  const { diag, DiagLogLevel } = loadPackage(
    '@opentelemetry/api',
  ) as typeof import('@opentelemetry/api')
  const ignore = (): void => {}
  const warn = (text: string, ...args: readonly unknown[]): void => {
    if (/partial success/i.test(text)) partial = readPartial(String(args[0]))
  }
  diag.setLogger(
    { error: ignore, warn, info: ignore, debug: ignore, verbose: ignore },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  )
}

function readPartial(json: string): Outcome {
  const { rejectedLogRecords, errorMessage } = JSON.parse(json) as Record<string, unknown>
  return { rejected: Number(rejectedLogRecords ?? 0), message: String(errorMessage ?? '') }
}

/** HTTP: Bad Request, Unprocessable Content. gRPC: INVALID_ARGUMENT. */
const REFUSALS = [400, 422, 3]
/** HTTP: Content Too Large. */
const TOO_LARGE = 413
/** Text of gRPC's RESOURCE_EXHAUSTED for a message above the limit of the server or client. */
const LARGER = /larger than max/i

// Any other error concerns the receiver or the connection, not these records, and is retried: the server has not
// started, a proxy has no upstream, a token has expired.
function classify(error: Error | undefined): Error {
  const { code, message = 'export failed' } = (error ?? {}) as { code?: unknown; message?: string }
  const reason = typeof code === 'number' && code >= 100 ? `HTTP ${code} ${message}` : message
  if (code === TOO_LARGE || LARGER.test(message)) return new TooLarge(reason, { cause: error })
  if (REFUSALS.includes(code as number)) return new Refusal(reason, { cause: error })
  return new Error(reason, { cause: error })
}
