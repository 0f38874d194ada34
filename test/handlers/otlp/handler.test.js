'use strict'
// OTLP handler: a receiver decodes every field of every record, for every protocol.

const test = require('node:test')
const assert = require('node:assert/strict')
const { cpSync, mkdirSync, readdirSync, symlinkSync } = require('node:fs')
const { hostname } = require('node:os')
const { basename, join } = require('node:path')
const { assertComplete, PROTOCOLS, startReceiver } = require('../../helpers/otlp.js')
const { readLog, ROOT, run, scratch } = require('../../helpers/run.js')
const { version } = require('../../../package.json')

const COUNT = 300
const OF_EACH = COUNT + 6
const SOURCES = ['root', 'worker#1', 'fork#1', 'fork#1/worker#1']

/** @typedef {import('../../helpers/otlp.js').Received} Received */

/** The OTLP record expected for a record of the log file. @param {any} line @returns {Omit<Received, 'observed' | 'resource'>} */
function expected({ level, time, pid, tid, source, seq, name, msg, err, huge, ...fields }) {
  const { type, message, stack, ...rest } = err ?? {}
  return {
    scope: name,
    time: `${BigInt(Math.round(time * 1000)) * 1000n}`,
    number: { 10: 1, 20: 5, 30: 9, 40: 13, 50: 17, 60: 21 }[level],
    text: { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' }[level],
    body: msg,
    attributes: {
      ...(err && {
        'exception.type': type,
        'exception.message': message,
        'exception.stacktrace': stack,
        err: rest,
      }),
      ...fields,
      ...(huge !== undefined && { huge: String(huge) }),
      'process.pid': pid,
      'thread.id': tid,
      'logshare.source': source,
      'logshare.seq': seq,
    },
    traceId: '',
    spanId: '',
    flags: 0,
  }
}

for (const protocol of PROTOCOLS) {
  test(`every field of every record of threads and processes arrives, ${protocol}`, async (t) => {
    const path = join(scratch(t), 'a.log')
    const { url, records, headers } = await startReceiver(t, { protocol })
    const otlp = { type: 'otlp', protocol, url, headers: { 'x-key': 'secret' } }
    const done = await run('otlp/tree.js', {
      env: {
        TEST_COUNT: String(COUNT),
        OTEL_RESOURCE_ATTRIBUTES: 'team=blue,deployment.environment.name=lab',
      },
      config: {
        handlers: [
          { ...otlp, resource: { team: 'red', 'service.version': '2' } },
          { type: 'file', path },
        ],
      },
    })
    assert.deepEqual([done.code, done.stderr], [0, ''])
    assertComplete(records, Object.fromEntries(SOURCES.map((source) => [source, OF_EACH])))
    const log = readLog(path)
    const key = (/** @type {any} */ { attributes: each }) =>
      `${each['logshare.source']} ${each['logshare.seq']}`
    const byKey = new Map(records.map((record) => [key(record), record]))
    for (const line of log) {
      const wanted = expected(line)
      const got = byKey.get(key(wanted))
      assert.ok(got, key(wanted))
      const { observed, resource, ...rest } = got
      assert.deepEqual(rest, wanted)
      assert.ok(BigInt(observed) >= BigInt(wanted.time))
    }
    assert.equal(log.length, SOURCES.length * OF_EACH)
    assert.ok(headers.every((each) => each['x-key'] === 'secret'))
    for (const { resource } of records) assertResource(resource, done.pid)
  })
}

/** @param {Record<string, any>} resource @param {number | undefined} pid */
function assertResource(resource, pid) {
  const { 'host.id': _id, 'host.arch': _arch, 'telemetry.sdk.version': sdk, ...rest } = resource
  assert.match(sdk, /^\d/)
  assert.deepEqual(rest, {
    'service.name': 'tree',
    'service.version': '2',
    team: 'red',
    'deployment.environment.name': 'lab',
    'host.name': hostname(),
    'process.pid': pid,
    'process.executable.name': basename(process.execPath),
    'process.executable.path': process.execPath,
    'process.runtime.name': 'nodejs',
    'process.runtime.version': process.versions.node,
    'process.runtime.description': 'Node.js',
    'telemetry.sdk.language': 'nodejs',
    'telemetry.sdk.name': 'opentelemetry',
    'telemetry.distro.name': 'logshare',
    'telemetry.distro.version': version,
  })
}

test('a sample record of a worker and one of a fork, as sent', async (t) => {
  const { url, records } = await startReceiver(t, { protocol: 'http/protobuf' })
  const { code } = await run('otlp/tree.js', {
    env: { TEST_COUNT: '0', OTEL_SERVICE_NAME: 'named', OTEL_EXPORTER_OTLP_ENDPOINT: url },
    config: { handlers: [{ type: 'otlp' }] },
  })
  assert.equal(code, 0)
  for (const [source, tid] of /** @type {const} */ ([
    ['worker#1', 2],
    ['fork#1', 0],
  ])) {
    const [sample, failed] = records.filter(
      ({ attributes }) => attributes['logshare.source'] === source,
    )
    const { 'process.pid': pid, ...attributes } = sample.attributes
    assert.equal(pid === sample.resource['process.pid'], source === 'worker#1')
    assert.equal(sample.resource['service.name'], 'named')
    assert.deepEqual(
      { ...sample, attributes, resource: 0, time: 0, observed: 0 },
      {
        resource: 0,
        scope: 'app.sample',
        time: 0,
        observed: 0,
        number: 9,
        text: 'info',
        body: 'sample',
        attributes: {
          text: 'ü\u0000"',
          integer: -7,
          fraction: 0.25,
          huge: '1e+300',
          yes: true,
          nothing: null,
          list: [1, 'two', [3.5], { four: 4 }],
          deep: { constructor: 'of its own', below: { list: [], map: {} } },
          'thread.id': tid,
          'logshare.source': source,
          'logshare.seq': 1,
        },
        traceId: '',
        spanId: '',
        flags: 0,
      },
    )
    assert.ok(Math.abs(Date.now() - Number(sample.time) / 1e6) < 60_000)
    assert.deepEqual([failed.number, failed.text, failed.body], [17, 'error', 'failed'])
    const { 'exception.stacktrace': stack, err, ...error } = failed.attributes
    assert.deepEqual([error['exception.type'], error['exception.message']], ['RangeError', 'above'])
    assert.match(stack, /^RangeError: above\n {4}at log \(.*tree\.js/)
    assert.deepEqual(
      [err.code, err.cause.type, err.cause.message],
      ['E_ABOVE', 'TypeError', 'beneath'],
    )
  }
})

test('records logged in a span have its ids in OTLP and in a log file, also those of libraries', async (t) => {
  const path = join(scratch(t), 'a.log')
  const { url, records } = await startReceiver(t, { protocol: 'http/protobuf' })
  const { code, stdout } = await run('otlp/traced.js', {
    config: {
      handlers: [
        { type: 'otlp', url },
        { type: 'file', path },
      ],
    },
  })
  assert.equal(code, 0)
  const [inWorker, inFork] = JSON.parse(String(stdout.trimEnd().split('\n').pop()))
  const log = readLog(path)
  for (const [source, span] of /** @type {const} */ ([
    ['fork#1/worker#1', inWorker],
    ['fork#1', inFork],
  ])) {
    for (const name of ['traced', 'traced-pino']) {
      const own = records.filter(
        ({ scope, attributes }) => scope === name && attributes['logshare.source'] === source,
      )
      const { traceId, spanId } = span
      const user = 'f'.repeat(32)
      assert.deepEqual(
        own.map((each) => [each.body, each.traceId, each.spanId, each.flags]),
        [
          ['before', '', '', 0],
          ['outside', '', '', 0],
          ['inside', traceId, spanId, 1],
          ['later inside', traceId, spanId, 1],
          ["user's own", '', '', 0],
          ...(name === 'traced' ? [["child's own", '', '', 0]] : []),
          ['unsampled', traceId, 'a'.repeat(16), 0],
        ],
      )
      const traced = own.filter((each) => each.traceId !== '')
      assert.ok(traced.every(({ attributes }) => !/trace_flags/.test(JSON.stringify(attributes))))
      assert.deepEqual(own.find(({ body }) => body === "user's own")?.attributes.trace_id, user)
      const lines = log.filter((line) => line.name === name && line.source === source)
      assert.deepEqual(
        lines.map((line) => [line.msg, line.trace_id, line.span_id, line.trace_flags]),
        [
          ['before', undefined, undefined, undefined],
          ['outside', undefined, undefined, undefined],
          ['inside', traceId, spanId, '01'],
          ['later inside', traceId, spanId, '01'],
          ["user's own", user, undefined, undefined],
          ...(name === 'traced' ? [["child's own", undefined, undefined, 'mine']] : []),
          ['unsampled', traceId, 'a'.repeat(16), '00'],
        ],
      )
    }
  }
})

test('without its packages the start fails and says what to install', async (t) => {
  const copy = scratch(t)
  for (const name of ['dist', 'register.js', 'package.json']) {
    cpSync(join(ROOT, name), join(copy, name), { recursive: true })
  }
  mkdirSync(join(copy, 'node_modules'))
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (name.startsWith('.') || name === '@opentelemetry') continue
    symlinkSync(join(ROOT, 'node_modules', name), join(copy, 'node_modules', name), 'junction')
  }
  for (const [protocol, exporter] of [
    ['http/protobuf', 'proto'],
    ['grpc', 'grpc'],
  ]) {
    const { code, stdout, stderr } = await run('log-lines.js', {
      way: 'none',
      flags: ['-r', join(copy, 'register.js')],
      cwd: copy,
      config: { handlers: [{ type: 'otlp', protocol }] },
    })
    const needed = ['api', 'resources', `exporter-logs-otlp-${exporter}`]
    const names = needed.map((name) => `@opentelemetry/${name}`)
    assert.deepEqual([code, stdout], [1, ''])
    const text = `otlp handler: needs ${names.join(' and ')}; npm install ${names.join(' ')}`
    assert.ok(stderr.includes(text) && stderr.includes('LOGSHARE_ERR_HANDLER'), stderr)
  }
})
