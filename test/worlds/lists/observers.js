'use strict'
// Observers: what is preloaded beside logshare and patches the same things.

/** @typedef {import('../world.js').World} World */

const { FAMILY, LOGGED } = require('./family.js')

/** Serves one request, between two of its own processes. */
const SERVER = `const { createServer, get } = require('node:http')
const server = createServer((request, response) => response.end('answered ' + request.url))
server.listen(0, '127.0.0.1', () => {
  get({ port: server.address().port, host: '127.0.0.1', path: '/a' }, (response) => {
    response.setEncoding('utf8').on('data', (text) => console.log('server:', text))
    response.on('end', () => server.close())
  })
})
`
const FILES = {
  'main.js': FAMILY.replace(
    "console.log('main: here'",
    `${SERVER.replaceAll('\n', '\n  ')}console.log('main: here'`,
  ),
}
const ALL = [...LOGGED, 'server: answered /a']

/** No agent is there. */
const DATADOG = {
  DD_TRACE_AGENT_URL: 'http://127.0.0.1:9',
  DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
  DD_REMOTE_CONFIGURATION_ENABLED: 'false',
  DD_TRACE_STARTUP_LOGS: 'false',
}
/** The spans of a line that dd-trace prints: their ids and times are new in each run. @param {string} line */
const spansIn = (line) => (line.match(/"name":"[^"]*"/g) ?? []).join('\n')

/** @type {readonly World[]} */
const OBSERVERS = [
  {
    name: 'OpenTelemetry',
    packages: 'heavy',
    files: {
      ...FILES,
      'observe.js': `const { NodeSDK, tracing } = require('@opentelemetry/sdk-node')
const { getNodeAutoInstrumentations } = require('@opentelemetry/auto-instrumentations-node')
const exporter = { export(spans, done) { for (const { name } of spans) process.stderr.write(\`span \${name}\\n\`); done({ code: 0 }) }, shutdown: async () => {} }
new NodeSDK({ spanProcessors: [new tracing.SimpleSpanProcessor(exporter)], instrumentations: [getNodeAutoInstrumentations()] }).start()
`,
    },
    command: ['node', '-r', './observe.js', 'main.js'],
    env: {
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_NODE_RESOURCE_DETECTORS: 'none',
    },
    isMixed: true,
    logged: ALL,
  },
  {
    name: 'OpenTelemetry before us',
    packages: 'heavy',
    files: FILES,
    command: ['node', 'main.js'],
    env: {
      NODE_OPTIONS: '--require @opentelemetry/auto-instrumentations-node/register',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_NODE_RESOURCE_DETECTORS: 'none',
      OTEL_TRACES_EXPORTER: 'none',
    },
    isMixed: true,
    logged: ALL,
  },
  {
    name: 'dd-trace',
    packages: 'heavy',
    files: FILES,
    command: ['node', '-r', 'dd-trace/init', 'main.js'],
    env: { ...DATADOG, DD_TRACE_EXPERIMENTAL_EXPORTER: 'log' },
    masks: [[/^\{"traces".*$/gm, spansIn]],
    isMixed: true,
    logged: ALL,
  },
  {
    name: 'dd-trace before us',
    packages: 'heavy',
    files: FILES,
    command: ['node', 'main.js'],
    env: {
      ...DATADOG,
      DD_TRACE_EXPERIMENTAL_EXPORTER: 'log',
      NODE_OPTIONS: '--require dd-trace/init',
    },
    masks: [[/^\{"traces".*$/gm, spansIn]],
    isMixed: true,
    logged: ALL,
  },
  {
    name: 'Sentry',
    packages: 'heavy',
    files: {
      ...FILES,
      'observe.js': `const Sentry = require('@sentry/node')
Sentry.init({ dsn: 'http://key@127.0.0.1:9/1', tracesSampleRate: 1, enableLogs: true, beforeSend(event) { process.stderr.write(\`event \${event.exception?.values?.[0]?.value}\\n\`); return null }, beforeSendTransaction: () => null })
`,
    },
    command: ['node', '-r', './observe.js', 'main.js'],
    isMixed: true,
    logged: ALL,
  },
]

module.exports = { OBSERVERS }
