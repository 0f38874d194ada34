'use strict'
// Lifecycle where somebody else than a living root writes the log, or shows it: a collector, a console handler, `logshare recover`.

const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const { mkdirSync, readdirSync } = require('node:fs')
const { join } = require('node:path')
const { test } = require('node:test')
const { command, startCollector } = require('../helpers/collector.js')
const { assertDelivered } = require('../helpers/delivery.js')
const { assertLife, assertOnly, events } = require('../helpers/lifecycle.js')
const { until } = require('../helpers/orphans.js')
const {
  cleanEnv,
  FIXTURES,
  readLines,
  readLog,
  REGISTER,
  run,
  scratch,
} = require('../helpers/run.js')

const ENDED = { reason: 'exit', code: 0, records: 2 }
const PAIR = ['fork#1', 'fork#2', 'worker#1']

test('a console handler shows the start and the end of each child once, around what it logs', async (t) => {
  const config = { lifecycle: true, handlers: [{ type: 'console', format: 'json' }] }
  const env = { XDG_RUNTIME_DIR: scratch(t) }
  const { stdout, stderr } = await run('lifecycle/root.js', { args: ['pair'], config, env })
  assert.equal(stderr, '')
  const records = readLines(stdout)
  for (const child of PAIR) assertLife(records, child, ENDED)
  assertOnly(records, PAIR)
})

test("a collector's log has them, of the children of each application", async (t) => {
  const folder = scratch(t)
  const [directory, path] = [join(folder, 'run'), join(folder, 'all.log')]
  const config = { lifecycle: true, handlers: [{ type: 'file', path }] }
  const collector = await startCollector(t, { directory, config })
  const env = { LOGSHARE_DIR: directory }
  const play = () => run('lifecycle/root.js', { args: ['pair'], env })
  const ended = await Promise.all([play(), play()])
  assert.equal(await collector.end(), 0)
  const records = readLog(path)
  const children = ended.flatMap(({ pid }) => PAIR.map((child) => `root#${pid}/${child}`))
  for (const child of children) assertLife(records, child, ENDED)
  assertOnly(records, children)
})

test('`logshare recover` writes the ends of children that were killed with their root', async (t) => {
  const folder = scratch(t)
  const path = join(folder, 'app.log')
  const config = { lifecycle: true, queue: 'file', handlers: [{ type: 'file', path }] }
  const runtime = join(folder, 'runtime')
  mkdirSync(runtime, { mode: 0o700 })
  const env = cleanEnv({ LOGSHARE_CONFIG: JSON.stringify(config), XDG_RUNTIME_DIR: runtime })
  const args = ['-r', REGISTER, join(FIXTURES, 'lifecycle/root.js'), 'takeover']
  const root = spawn(process.execPath, args, { env, detached: true })
  let stdout = ''
  root.stdout.setEncoding('utf8').on('data', (text) => (stdout += text))
  const closed = once(root, 'close')
  await until(() => stdout.split('\n').length === 3, 'the children')
  process.kill(-Number(root.pid), 'SIGKILL')
  await closed
  const [place] = readdirSync(runtime)
  const [left] = readdirSync(join(runtime, place))
  const { code, stderr } = await command(['recover', join(runtime, place, left)])
  assert.equal(code, 0, stderr)
  const records = readLog(path)
  for (const child of ['fork#1', 'fork#2'])
    assertLife(records, child, { reason: 'killed', records: 1, level: 40 })
  assertDelivered(records)
  assert.equal(events(records).length, 4)
  assert.deepEqual(readdirSync(join(runtime, place)), [])
})
