'use strict'
// Records of which only pino's line has travelled are whole for whoever else reads them.

const assert = require('node:assert/strict')
const { existsSync, readFileSync } = require('node:fs')
const { join } = require('node:path')
const { it } = require('node:test')
const { completeLine } = require('../../dist/deferred/line.js')
const { readLines, readLog, run, scratch } = require('../helpers/run')

const PROGRAM = 'adapters/bare.js'

/** @param {any[]} records */
function assertWhole(records) {
  const [said, percent, empty, error, ...rest] = records
  assert.deepEqual(rest, [])
  assert.deepEqual(
    records.map(({ level, name, lib, source, seq }) => [level, name, lib, source, seq]),
    [30, 40, 50, 30].map((level, i) => [level, 'db', 'pino', 'fork#1', i + 1]),
  )
  const { msg, id, _name, _seq, _source, _lib } = said
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

it("the root's destination has ended: they are printed", async (t) => {
  const LOG = join(scratch(t), 'app.log')
  const { code, stdout, stderr } = await run(PROGRAM, { args: ['ended'], env: { LOG } })
  assert.equal(code, 0, stderr)
  assertWhole(readLines(stdout))
  assert.equal(readFileSync(LOG, 'utf8'), '')
})

it('what the killed have left goes to a file of the next root', async (t) => {
  const path = scratch(t)
  const env = { LOG: join(path, 'pino.log'), LOGSHARE_DIR: join(path, 'queues') }
  const { signal } = await run(PROGRAM, { args: ['killed'], env })
  assert.equal(signal, 'SIGKILL')
  assert.equal(existsSync(env.LOG) ? readFileSync(env.LOG, 'utf8') : '', '')
  const file = join(path, 'app.log')
  const config = { handlers: [{ type: 'file', path: file }] }
  const { code, stderr } = await run(PROGRAM, { args: ['ended'], env, config })
  assert.equal(code, 0, stderr)
  assertWhole(readLog(file).slice(0, 4))
})

it("a library's line that is damaged is the message, and of a span nothing stands twice", () => {
  const bare = (more = '') =>
    `{"level":30,"time":1.5,"pid":2,"tid":0,"source":"s","seq":1,"name":"n","lib":"pino"${more}}`
  const damaged = JSON.parse(completeLine(bare(), '{"level":30,"ti\n'))
  assert.deepEqual([damaged.msg, damaged.lib, damaged.seq], ['{"level":30,"ti', 'pino', 1])
  const span = ',"trace_id":"0af7651916cd43dd8448eb211c80319c","span_id":"b7ad6b7169203331"'
  const line = completeLine(bare(span), `{"level":30,"msg":"m"${span}}`)
  assert.equal(line.split('trace_id').length, 2)
  assert.equal(JSON.parse(line).span_id, 'b7ad6b7169203331')
  assert.equal(completeLine('{"level', '{}'), '{"level')
})

for (const LIBRARY of ['consola', 'loglevel', 'logtape', 'roarr', 'tslog']) {
  it(`${LIBRARY}: a record that was sent bare and is printed is the one a file would have`, async (t) => {
    const file = join(scratch(t), 'app.log')
    const env = { LIBRARY, ROARR_LOG: 'true' }
    const printed = await run('adapters/whole.js', { env })
    assert.equal(printed.stderr, '')
    const config = { handlers: [{ type: 'file', path: file }] }
    const written = await run('adapters/whole.js', { env, config })
    assert.equal(written.stderr, '')
    const [bare, whole] = [readLines(printed.stdout), readLog(file)]
    assert.ok(whole.length > 8)
    // But for what differs from run to run.
    const comparable = ({ time: _time, pid: _pid, ...record }) => record
    assert.deepEqual(bare.map(comparable), whole.map(comparable))
  })
}
