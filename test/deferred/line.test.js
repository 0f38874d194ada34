'use strict'
// Deferred records: whatever reads them other than the relay gets complete records.

const assert = require('node:assert/strict')
const { existsSync, readFileSync } = require('node:fs')
const { join } = require('node:path')
const { it } = require('node:test')
const { toExtra, toRecord } = require('../../dist/adapters/log4js/record.js')
const { completeLine } = require('../../dist/deferred/line.js')
const { readLog4js } = require('../../dist/deferred/log4js.js')
const { readLines, readLog, run, scratch } = require('../helpers/run')

const PROGRAM = 'adapters/deferred-pino.js'

/** @param {any[]} records */
function assertComplete(records) {
  const [info, percent, empty, error, ...rest] = records
  assert.deepEqual(rest, [])
  assert.deepEqual(
    records.map(({ level, name, lib, source, seq }) => [level, name, lib, source, seq]),
    [30, 40, 50, 30].map((level, i) => [level, 'db', 'pino', 'fork#1', i + 1]),
  )
  const { msg, id, _name, _seq, _source, _lib } = info
  const own = { id: 7, _name: 'other', _seq: 'own', _source: 5, _lib: 'theirs' }
  assert.deepEqual({ id, _name, _seq, _source, _lib }, own)
  assert.equal(msg, 'said "it"\u2028')
  assert.deepEqual([percent.msg, percent.request], ['percent 3', 'r-1'])
  assert.deepEqual(percent.list, [1, { a: 'ä' }])
  assert.deepEqual([empty.msg, empty._pid, empty.hostname], ['', 1, 'elsewhere'])
  assert.deepEqual([error.msg, error.err.code], ['broken', 'E_BROKEN'])
  assert.match(error.err.stack, /TypeError: broken\n/)
  for (const record of records) assert.equal(Number.isInteger(record.pid), true)
}

it("when the root's destination has ended, they are printed", async (t) => {
  const LOG = join(scratch(t), 'app.log')
  const { code, stdout, stderr } = await run(PROGRAM, { args: ['ended'], env: { LOG } })
  assert.equal(code, 0, stderr)
  assert.equal(readFileSync(LOG, 'utf8'), '') // else the child has learned of the end while it logged
  assertComplete(readLines(stdout))
})

it("when the root's destination has ended before, the child writes them itself", async (t) => {
  const LOG = join(scratch(t), 'app.log')
  const { code, stdout, stderr } = await run(PROGRAM, { args: ['closed'], env: { LOG } })
  assert.deepEqual([code, stdout, stderr], [0, '', ''])
  assert.equal(readFileSync(LOG, 'utf8').trimEnd().split('\n').length, 4)
})

it('when root and child were killed, the next root writes them to its file', async (t) => {
  const path = scratch(t)
  const env = { LOG: join(path, 'pino.log'), LOGSHARE_DIR: join(path, 'queues') }
  const { signal } = await run(PROGRAM, { args: ['killed'], env })
  assert.equal(signal, 'SIGKILL')
  assert.equal(existsSync(env.LOG) ? readFileSync(env.LOG, 'utf8') : '', '')
  const file = join(path, 'app.log')
  const config = { handlers: [{ type: 'file', path: file }] }
  const { code, stderr } = await run(PROGRAM, { args: ['ended'], env, config })
  assert.equal(code, 0, stderr)
  assertComplete(readLog(file).slice(0, 4))
})

it('a damaged line becomes the message, and the ids of a span are written once', () => {
  const deferred = (more = '') =>
    `{"level":30,"time":1.5,"pid":2,"tid":0,"source":"s","seq":1,"name":"n","lib":"pino"${more}}`
  const damaged = JSON.parse(completeLine(deferred(), '{"level":30,"ti\n'))
  assert.deepEqual([damaged.msg, damaged.lib, damaged.seq], ['{"level":30,"ti', 'pino', 1])
  const span = ',"trace_id":"0af7651916cd43dd8448eb211c80319c","span_id":"b7ad6b7169203331"'
  const line = completeLine(deferred(span), `{"level":30,"msg":"m"${span}}`)
  assert.equal(line.split('trace_id').length, 2)
  assert.equal(JSON.parse(line).span_id, 'b7ad6b7169203331')
  assert.equal(completeLine('{"level', '{}'), '{"level')
})

for (const LIBRARY of ['tslog']) {
  it(`${LIBRARY}: a deferred record that is printed is the same as in a file`, async (t) => {
    const file = join(scratch(t), 'app.log')
    const env = { LIBRARY }
    const printed = await run('adapters/deferred-libraries.js', { env })
    assert.equal(printed.stderr, '')
    const config = { handlers: [{ type: 'file', path: file }] }
    const filed = await run('adapters/deferred-libraries.js', { env, config })
    assert.equal(filed.stderr, '')
    const [completed, written] = [readLines(printed.stdout), readLog(file)]
    assert.ok(written.length > 8)
    // Without what differs from run to run.
    const comparable = ({ time: _time, pid: _pid, ...record }) => record
    assert.deepEqual(completed.map(comparable), written.map(comparable))
  })
}

it('log4js: a deferred event is completed to the record that a handler gets', () => {
  const LoggingEvent = require('log4js/lib/LoggingEvent')
  const levels = require('log4js/lib/levels')
  const data = [
    ['plain', { id: 1, user: 'u' }],
    ['text "quoted" ä \u{1f600} \u2028 %', 3, null, true],
    ['%s and %d', 'one', 2, { deep: { list: [1, [2, { a: 'b' }]] } }],
    ['\u001b[31mred\u001b[39m'],
    [{ id: 2 }],
  ]
  for (const [i, each] of data.entries()) {
    const context = i % 2 ? { user: 'u-1', name: 'n' } : {}
    const event = new LoggingEvent('db', levels.INFO, each, context)
    const { text, isPlain } = toExtra(event, false)
    assert.equal(isPlain, true)
    const { msg, fields } = toRecord(event)
    assert.deepEqual(readLog4js(text), { msg, fields })
  }
  for (const each of [[new Error('broken')], ['x', undefined], ['x', new Map()], ['x', { a: -0 }]])
    assert.equal(toExtra(new LoggingEvent('db', levels.INFO, each, {}), false).isPlain, false)
})
