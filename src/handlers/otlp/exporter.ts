// OTLP exporter: OpenTelemetry's own for each protocol, as one call that tells what became of a batch.

import type { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-proto'
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs'
import type { OtlpHandlerOptions } from '../../config/remote.js'
import { Refusal } from '../network/courier.js'
import { loadPackage } from '../packages.js'

/** A receiver does not take a request of this size. */
export class TooLarge extends Refusal {}

/** What a receiver said of a batch that it has. */
export interface Outcome {
  /** Records it has not taken all the same. */
  readonly rejected: number
  readonly message: string
}

export interface Exporter {
  /** Throws a `Refusal` if it is of no use to send these records again. */
  send(records: readonly ReadableLogRecord[]): Promise<Outcome>
  close(): void
}

const PACKAGES = {
  'http/protobuf': '@opentelemetry/exporter-logs-otlp-proto',
  'http/json': '@opentelemetry/exporter-logs-otlp-http',
  grpc: '@opentelemetry/exporter-logs-otlp-grpc',
} as const

/** What has to be installed. */
export function packagesFor({ protocol = 'http/protobuf' }: OtlpHandlerOptions): readonly string[] {
  return ['@opentelemetry/api', '@opentelemetry/resources', PACKAGES[protocol]]
}

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

// Without a path it is the receiver, as in OTEL_EXPORTER_OTLP_ENDPOINT; with one, all of it is meant.
function withPath(url: string): string {
  const { pathname, search } = new URL(url)
  return pathname === '/' && search === '' ? new URL('/v1/logs', url).href : url
}

// Of the very copy of gRPC's package that the exporter uses: another one's it does not know.
function metadataOf(headers: Readonly<Record<string, string>>): unknown {
  const base = '@opentelemetry/otlp-grpc-exporter-base'
  const { Metadata } = loadPackage(PACKAGES.grpc, base, '@grpc/grpc-js') as {
    Metadata: new () => { set(key: string, value: string): void }
  }
  const metadata = new Metadata()
  for (const [key, value] of Object.entries(headers)) metadata.set(key, value)
  return metadata
}

// Over HTTP it tries again by itself, in secret and for as long as `timeout`. Its own names may be others one day: then
// it does so again, and all that follows is that one learns later that a receiver is down.
function leaveRetriesToCourier(exporter: OTLPLogExporter): void {
  const { _delegate: delegate } = exporter as unknown as { _delegate?: Layer }
  const inner = delegate?._transport?._transport
  if (delegate && typeof inner?.send === 'function') delegate._transport = inner
}

interface Layer {
  _transport?: Layer
  send?: unknown
}

/** What the exporter has told of the batch last sent, and of nothing else. */
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

// It hands on nothing but whether a request has failed. That records of one that has not were rejected it tells the
// API's diagnostics, right before it calls back; they are ours in the listener's thread.
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
/** What gRPC servers and clients say, with RESOURCE_EXHAUSTED, of a message above their limit. */
const LARGER = /larger than max/i

// Whatever else goes wrong is about the receiver or the way there, not about these records, and may be put right: a
// server that has not started, a proxy in front of none, a token that has run out.
function classify(error: Error | undefined): Error {
  const { code, message = 'export failed' } = (error ?? {}) as { code?: unknown; message?: string }
  const reason = typeof code === 'number' && code >= 100 ? `HTTP ${code} ${message}` : message
  if (code === TOO_LARGE || LARGER.test(message)) return new TooLarge(reason, { cause: error })
  if (REFUSALS.includes(code as number)) return new Refusal(reason, { cause: error })
  return new Error(reason, { cause: error })
}
