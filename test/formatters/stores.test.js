'use strict'
// Stores: the formats for log stores have the fields that each store publishes, and the options of keys rename ours.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { join } = require('node:path')
const { readFileSync } = require('node:fs')
const { createJson } = require('../../dist/formatters/json.js')
const { readLog, run, scratch } = require('../helpers/run.js')

const RECORD = {
  level: 50,
  time: 1795855252091.438,
  pid: 3876,
  tid: 2,
  source: 'fork#1/worker#1',
  seq: 7,
  name: 'db.pool',
  msg: 'query failed\nafter 3 attempts',
  service: 'api',
  hostname: 'box',
  trace_id: '0af7651916cd43dd8448eb211c80319c',
  span_id: 'b7ad6b7169203331',
  trace_flags: '01',
  attempt: 3,
  id: 'x1',
  user: 'ann',
  http: { request: { method: 'GET' } },
  err: {
    type: 'TypeError',
    message: 'no rows',
    stack: 'TypeError: no rows\n    at f (a.js:1:1)',
    code: 'E1',
  },
  lib: 'pino',
}

/** @param {string} format @param {object} [record] */
const format = (format, record = RECORD) =>
  JSON.parse(createJson(format, {})?.(/** @type {any} */ (record)) ?? '')

test('ecs: required fields first, in the order of the specification of ECS loggers', () => {
  const line = format('ecs')
  assert.deepEqual(Object.keys(line).slice(0, 4), [
    '@timestamp',
    'log.level',
    'message',
    'ecs.version',
  ])
  assert.match(line['@timestamp'], /^2026-11-28T\d\d:\d\d:\d\d\.091438Z$/)
  assert.equal(line['log.level'], 'error')
  assert.equal(line.message, RECORD.msg)
  const published = {
    'log.logger': 'db.pool',
    'process.pid': 3876,
    'process.thread.id': 2,
    'process.thread.name': 'fork#1/worker#1',
    'event.sequence': 7,
    'host.hostname': 'box',
    'service.name': 'api',
    'trace.id': RECORD.trace_id,
    'span.id': RECORD.span_id,
    'error.type': 'TypeError',
    'error.message': 'no rows',
    'error.stack_trace': RECORD.err.stack,
    'error.code': 'E1',
  }
  for (const [key, value] of Object.entries(published)) assert.equal(line[key], value, key)
  assert.deepEqual(line.http, RECORD.http) // an object of that field set
  assert.deepEqual(line.labels, { lib: 'pino', user: 'ann' }) // a text is no `user` of ECS
  assert.equal(line.attempt, 3)
})

test('gelf: the fields of version 1.1, and the others with an underscore', () => {
  const line = format('gelf')
  const { version, host, short_message, full_message, timestamp, level, ...others } = line
  assert.deepEqual([version, host, level], ['1.1', 'box', 3])
  assert.equal(short_message, 'query failed')
  assert.equal(full_message, `${RECORD.msg}\n${RECORD.err.stack}`)
  assert.equal(timestamp, 1795855252.091438)
  for (const [key, value] of Object.entries(others)) {
    assert.match(key, /^_[\w.-]*$/)
    assert.notEqual(key, '_id')
    assert.ok(typeof value === 'string' || typeof value === 'number', key)
  }
  assert.equal(others._source, 'fork#1/worker#1')
  assert.equal(others._record_id, 'x1')
  assert.equal(others._http, '{"request":{"method":"GET"}}')
  const empty = format('gelf', { ...RECORD, msg: '', err: undefined })
  assert.ok(empty.short_message.length > 0)
})

test('google: the special fields of structured logging', () => {
  const line = format('google')
  assert.equal(line.severity, 'ERROR')
  assert.equal(line.message, RECORD.msg)
  assert.match(line.time, /091438Z$/)
  assert.equal(line['logging.googleapis.com/trace'], RECORD.trace_id)
  assert.equal(line['logging.googleapis.com/spanId'], RECORD.span_id)
  assert.equal(line['logging.googleapis.com/trace_sampled'], true)
  for (const value of Object.values(line['logging.googleapis.com/labels']))
    assert.equal(typeof value, 'string')
  assert.equal(line.stack_trace, RECORD.err.stack)
  const words = [10, 20, 30, 40, 50, 60].map(
    (level) => format('google', { ...RECORD, level }).severity,
  )
  assert.deepEqual(words, ['DEBUG', 'DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'])
})

test('datadog: reserved and standard attributes; others keep clear of them', () => {
  const line = format('datadog', { ...RECORD, status: 404 })
  assert.equal(line.status, 'error')
  assert.equal(line._status, 404)
  assert.equal(line.host, 'box')
  assert.equal(line.service, 'api')
  assert.equal(line.trace_id, RECORD.trace_id)
  assert.equal(line.source, undefined)
  assert.deepEqual(line.logger, { name: 'db.pool', thread_name: 'fork#1/worker#1', lib: 'pino' })
  assert.deepEqual(line.error, {
    kind: 'TypeError',
    message: 'no rows',
    stack: RECORD.err.stack,
    code: 'E1',
  })
  assert.equal(format('datadog', { ...RECORD, level: 60 }).status, 'critical')
})

test('key options rename our members; a field of such a name gets an underscore', () => {
  const keys = {
    messageKey: 'message',
    levelKey: 'severity',
    levels: /** @type {const} */ ('words'),
    time: /** @type {const} */ ('iso'),
  }
  const { level, time, pid, tid, source, seq, name, msg, ...fields } = {
    ...RECORD,
    message: 'mine',
  }
  const line = JSON.parse(
    createJson('json', keys)?.(/** @type {any} */ ({ ...RECORD, message: 'mine' })) ?? '',
  )
  const { message, ...others } = fields
  assert.deepEqual(line, {
    severity: 'error',
    time: line.time,
    pid,
    tid,
    source,
    seq,
    name,
    message: msg,
    _message: message,
    ...others,
  })
  assert.match(line.time, /T.*\.091438Z$/)
  const both = JSON.parse(createJson('json', { time: 'both' })?.(/** @type {any} */ (RECORD)) ?? '')
  assert.deepEqual([both.time, both.timestamp], [time, line.time])
  assert.equal(level, 50)
  assert.equal(createJson('json', { messageKey: 'msg', time: 'epoch' }), undefined)
})

test('fields, hostname and a format reach the records of every producer and library', async (t) => {
  const directory = scratch(t)
  const app = join(directory, 'app.js')
  const config = {
    fields: { service: 'api', env: '$' + '{STAGE:-test}', seq: 'taken' },
    hostname: 'box',
    handlers: [
      { type: 'file', path: join(directory, 'a.log') },
      { type: 'file', path: join(directory, 'ecs.log'), format: 'ecs' },
      { type: 'file', path: join(directory, 'keys.log'), messageKey: 'message', time: 'iso' },
    ],
  }
  const program = `
const { Worker, isMainThread } = require('worker_threads')
const { getLogger, withContext } = require(${JSON.stringify(join(__dirname, '../../dist/index.js'))})
console.log('printed'); getLogger('a').info({ service: 'own' }, 'own'); withContext({ env: 'inner' }, () => getLogger('a').info('within'))
if (isMainThread && !process.argv[2]) { new Worker(__filename).on('exit', () => require('child_process').fork(__filename, ['x'])) }`
  require('node:fs').writeFileSync(app, program)
  const { code, stderr } = await run(app, { config })
  assert.deepEqual([code, stderr], [0, ''])
  const records = readLog(join(directory, 'a.log'))
  assert.equal(records.length, 9)
  for (const { msg, service, env, hostname, _seq } of records) {
    assert.equal(service, msg === 'own' ? 'own' : 'api')
    assert.equal(env, msg === 'within' ? 'inner' : 'test')
    assert.deepEqual([hostname, _seq], ['box', 'taken'])
  }
  const ecs = readFileSync(join(directory, 'ecs.log'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.deepEqual(
    ecs.map((line) => line['process.thread.name']),
    records.map(({ source }) => source),
  )
  assert.ok(ecs.every((line) => line['host.hostname'] === 'box' && line['service.name']))
  const keys = readLog(join(directory, 'keys.log'))
  assert.deepEqual(
    keys.map(({ message }) => message),
    records.map(({ msg }) => msg),
  )
})
