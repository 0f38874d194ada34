'use strict'
// An OpenTelemetry receiver for all three protocols: decodes with code generated from the official definitions.

const assert = require('node:assert/strict')
const { once } = require('node:events')
const { createServer } = require('node:http')
const grpc = require('@grpc/grpc-js')
const { audit } = require('./delivery.js')
/** @type {any} */
const definitions = require('otlp-definitions/build/src/generated/root.js')

const { ExportLogsServiceRequest, ExportLogsServiceResponse } =
  definitions.opentelemetry.proto.collector.logs.v1

/**
 * @typedef {{ resource: Record<string, any>, scope: string, time: string, observed: string, number: number, text: string,
 *   body: any, attributes: Record<string, any>, traceId: string, spanId: string, flags: number }} Received
 * @typedef {{ code?: number, rejected?: number, message?: string }} Answer `code`: HTTP's or gRPC's; none is success
 */

const PROTOCOLS = /** @type {const} */ (['http/protobuf', 'http/json', 'grpc'])

/** A value of OTLP's JSON, in which 64 bit numbers may be texts. @param {any} value @returns {any} */
function plain(value = {}) {
  if ('intValue' in value) return Number(value.intValue)
  if ('arrayValue' in value) return (value.arrayValue.values ?? []).map(plain)
  if ('kvlistValue' in value) return attributesOf(value.kvlistValue.values)
  const [only] = Object.values(value)
  return only ?? null
}

/** @param {{ key: string, value: any }[]} [list] */
function attributesOf(list = []) {
  const names = list.map(({ key }) => key)
  if (new Set(names).size < names.length) throw new Error(`a name twice: ${names}`)
  return Object.fromEntries(list.map(({ key, value }) => [key, plain(value)]))
}

/** @param {Buffer} bytes @param {boolean} isJson @returns {Received[]} */
function decode(bytes, isJson) {
  const id = (/** @type {any} */ value) =>
    typeof value === 'string' ? value : Buffer.from(value ?? []).toString('hex')
  const request = isJson
    ? JSON.parse(bytes.toString())
    : ExportLogsServiceRequest.toObject(ExportLogsServiceRequest.decode(bytes), { longs: String })
  return request.resourceLogs.flatMap((/** @type {any} */ { resource, scopeLogs }) =>
    scopeLogs.flatMap((/** @type {any} */ { scope, logRecords }) =>
      logRecords.map((/** @type {any} */ record) => ({
        resource: attributesOf(resource.attributes),
        scope: scope.name,
        time: record.timeUnixNano,
        observed: record.observedTimeUnixNano,
        number: record.severityNumber,
        text: record.severityText,
        body: plain(record.body),
        attributes: attributesOf(record.attributes),
        traceId: id(record.traceId),
        spanId: id(record.spanId),
        flags: record.flags ?? 0,
      })),
    ),
  )
}

/** @param {Answer} answer @param {boolean} isJson */
function encodeAnswer({ rejected, message }, isJson) {
  const partialSuccess = { rejectedLogRecords: rejected ?? 0, errorMessage: message ?? '' }
  const response = rejected || message ? { partialSuccess } : {}
  if (isJson) return Buffer.from(JSON.stringify(response))
  return Buffer.from(ExportLogsServiceResponse.encode(response).finish())
}

/**
 * @param {{ after(fn: () => void): void }} t
 * @param {{ protocol: 'http/protobuf' | 'http/json' | 'grpc', port?: number,
 *   answer?: (records: Received[], size: number) => Answer }} options
 */
async function startReceiver(t, { protocol, port = 0, answer = () => ({}) }) {
  /** @type {Received[]} */
  const records = []
  /** @type {Record<string, any>[]} */
  const headers = []
  const isJson = protocol === 'http/json'
  const take = (/** @type {Buffer} */ bytes, /** @type {Record<string, any>} */ given) => {
    const decoded = decode(bytes, isJson)
    const said = answer(decoded, bytes.length)
    headers.push(given)
    if (!said.code) records.push(...decoded.slice(said.rejected ?? 0))
    return said
  }
  const start = protocol === 'grpc' ? startGrpc : startHttp
  const { stop, bound } = await start(port, take, isJson)
  t.after(stop)
  return { url: `http://127.0.0.1:${bound}`, port: bound, records, headers, stop }
}

/** @param {number} port @param {(bytes: Buffer, headers: any) => Answer} take @param {boolean} isJson */
async function startHttp(port, take, isJson) {
  const type = isJson ? 'application/json' : 'application/x-protobuf'
  const server = createServer(async (request, response) => {
    const bytes = Buffer.concat(await request.toArray())
    const isOurs = request.url === '/v1/logs' && request.headers['content-type'] === type
    const said = isOurs ? take(bytes, request.headers) : { code: 404 }
    response.writeHead(said.code ?? 200, { 'content-type': type })
    response.end(said.code ? '' : encodeAnswer(said, isJson))
  }).listen(port, '127.0.0.1')
  await once(server, 'listening')
  const stop = () => {
    server.close()
    server.closeAllConnections()
  }
  const { port: bound } = /** @type {import('node:net').AddressInfo} */ (server.address())
  return { stop, bound }
}

/** @param {number} port @param {(bytes: Buffer, headers: any) => Answer} take */
async function startGrpc(port, take) {
  const server = new grpc.Server()
  const same = (/** @type {Buffer} */ bytes) => bytes
  const definition = {
    export: {
      path: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
      requestStream: false,
      responseStream: false,
      requestSerialize: same,
      requestDeserialize: same,
      responseSerialize: same,
      responseDeserialize: same,
    },
  }
  server.addService(definition, {
    export: (/** @type {any} */ call, /** @type {any} */ done) => {
      const said = take(call.request, call.metadata.getMap())
      if (said.code) done({ code: said.code, details: said.message ?? 'refused' })
      else done(null, encodeAnswer(said, false))
    },
  })
  /** @type {number} */
  const bound = await new Promise((resolve, reject) => {
    const credentials = grpc.ServerCredentials.createInsecure()
    server.bindAsync(`127.0.0.1:${port}`, credentials, (error, number) => {
      error ? reject(error) : resolve(number)
    })
  })
  return { stop: () => server.forceShutdown(), bound }
}

/**
 * Fails unless what arrived is complete from 1 by each producer, single, and in order within a scope, by which a request
 * is grouped; returns what the listener itself reported.
 * @param {readonly Received[]} records @param {Record<string, number>} expected records by source
 */
function assertComplete(records, expected) {
  /** @type {Record<string, number>} */
  const counts = {}
  const lines = records.map(({ scope, attributes }) => {
    const { 'logshare.source': source, 'logshare.seq': seq, 'process.pid': pid } = attributes
    counts[source] = (counts[source] ?? 0) + 1
    return { scope, source, seq, pid, tid: attributes['thread.id'] }
  })
  const { 'root/listener': reported, ...others } = counts
  assert.deepEqual(others, expected)
  const { lost, doubled } = audit(/** @type {any} */ (lines))
  assert.deepEqual({ lost, doubled }, { lost: 0, doubled: 0 })
  for (const scope of new Set(lines.map((line) => line.scope))) {
    const { disordered } = audit(/** @type {any} */ (lines.filter((line) => line.scope === scope)))
    assert.equal(disordered, 0)
  }
  return records.filter(({ attributes }) => attributes['logshare.source'] === 'root/listener')
}

module.exports = { assertComplete, PROTOCOLS, startReceiver }
