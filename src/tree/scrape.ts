// Scrape: a server with the page /metrics, for the option `metrics`.

import type { Server, ServerResponse } from 'node:http'
import type { MetricsSettings } from '../config/metrics.js'
import { diagnose } from '../core/diagnostics.js'
import { notice, reasonOf } from '../core/notice.js'
import type { Metrics } from '../listener/measured.js'
import { loadPromClient, type MetricsRegistry, registerIn } from './prometheus.js'

/** Milliseconds after which a connection that sends no whole request is closed. */
const REQUEST_LIMIT = 5000

/**
 * Serves until the returned function is called, and never keeps the process alive. A port that cannot be used is one
 * warning. Throws `LOGSHARE_ERR_OPTION` if prom-client is missing.
 */
export function serveMetrics(
  { host, port }: MetricsSettings,
  read: () => Promise<Metrics>,
): () => void {
  const { Registry } = loadPromClient()
  const registry = new Registry()
  registerIn(registry, read)
  const { createServer } = require('node:http') as typeof import('node:http')
  const limits = { requestTimeout: REQUEST_LIMIT, headersTimeout: REQUEST_LIMIT }
  const server = createServer(limits, ({ method, url = '' }, response) => {
    void answer(registry, `${method} ${url.replace(/\?.*/s, '')}`, response)
  })
  server.on('connection', (socket) => socket.unref())
  server.on('error', (error) => {
    const reason = `metrics are not served at ${host}:${port}: ${reasonOf(error)}`
    notice('LOGSHARE_WARN_FAILED_OPEN', reason, 'metrics')
  })
  server.listen({ host, port }, () => diagnose('metrics', 'served at %s', addressOf(server)))
  server.unref()
  return () => {
    server.close()
    server.closeAllConnections()
  }
}

async function answer(
  registry: MetricsRegistry,
  request: string,
  response: ServerResponse,
): Promise<void> {
  try {
    const isKnown = request === 'GET /metrics' || request === 'HEAD /metrics'
    const text = isKnown ? await registry.metrics() : 'the metrics are at GET /metrics\n'
    const type = isKnown ? registry.contentType : 'text/plain; charset=utf-8'
    response.writeHead(isKnown ? 200 : 404, { 'content-type': type }).end(text)
  } catch (error) {
    response.writeHead(500).end(`${reasonOf(error)}\n`)
  }
}

function addressOf(server: Server): string {
  const address = server.address()
  if (typeof address !== 'object' || address === null) return String(address)
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return `http://${host}:${address.port}/metrics`
}
