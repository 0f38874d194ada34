'use strict'
// `logshare ps`: shows the tree of a running application and of a collector's applications.

const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const { join } = require('node:path')
const { it } = require('node:test')
const { formatApplication } = require('../../dist/cli/table.js')
const { command, startCollector, until } = require('../helpers/collector')
const { cleanEnv, ROOT, scratch } = require('../helpers/run')
const { startSteps } = require('../helpers/steps')

it('finds an application in the default location, by its directory, and by a process id', async (t) => {
  const { config, env } = prepare(t)
  const app = startSteps(t, { config: { ...config, levels: { db: 'warn' } }, args: ['fork'], env })
  await app.take('log', { count: 100, pad: 'x'.repeat(1000) })
  await app.take('flush')
  const [found, ...others] = await ps([], env)
  assert.deepEqual(others, [])
  const { pid, answers, collector, level, levels, records, dropped, damaged, waiting } = found
  assert.deepEqual(
    [pid, answers, collector, level, levels],
    [app.child.pid, true, false, 'info', { db: 'warn' }],
  )
  assert.deepEqual([records, dropped, damaged, waiting], [300, 0, 0, 0])
  const parts = found.producers.map((/** @type {any} */ each) => {
    assert.ok(each.bytes > 100_000 && each.bytes < 150_000, String(each.bytes))
    assert.deepEqual([each.waiting, each.dropped, each.recordRate], [0, 0, 0])
    return [each.source, each.pid === pid, each.tid > 0, each.records]
  })
  assert.deepEqual(parts, [
    ['root', true, false, 100],
    ['fork#1', false, false, 100],
    ['worker#1', true, true, 100],
  ])
  for (const target of [found.directory, String(pid), String(found.producers[1].pid)]) {
    const again = await ps([target], env)
    assert.deepEqual(
      again.map((each) => each.pid),
      [pid],
    )
  }
  const { stdout } = await command(['ps'], env)
  const lines = stdout.split('\n')
  assert.match(lines[0], new RegExp(`^application ${pid}  .*  level info, db warn$`))
  assert.match(
    lines[1],
    /^ {2}source +pid +thread +records +\/s +bytes +\/s +queue +dropped +state$/,
  )
  assert.match(
    lines[2],
    new RegExp(`^ {2}root +${pid} +0 +100 +0 +1\\d\\d\\.\\dk? k +0 B +0 B \\(0%\\) +0 +\\w+$`),
  )
  assert.match(lines[3], /^ {4}fork#1 /)
  assert.match(lines[5], /^ {2}all +300 /)
  assert.equal(await app.end(), 0)
})

it('--watch shows records per second until the application ends', async (t) => {
  const { config, env } = prepare(t)
  const app = startSteps(t, { config, args: ['fork'], env })
  await app.take('log', { count: 1 })
  const watch = start(['ps', '--watch', '--json'], env)
  t.after(() => watch.child.kill('SIGKILL'))
  const busy = () => watch.lines().some(([found]) => found.recordRate > 0 && found.byteRate > 0)
  while (!busy()) await app.take('log', { count: 500 })
  const [found] = /** @type {any[]} */ (watch.lines().find(([each]) => each.recordRate > 0))
  const sum = found.producers.reduce(
    (/** @type {number} */ all, /** @type {any} */ each) => all + each.recordRate,
    0,
  )
  assert.ok(Math.abs(sum - found.recordRate) < 1, `${sum} ${found.recordRate}`)
  assert.equal(await app.end(), 0)
  const [code] = await watch.closed
  assert.deepEqual([code, watch.output.stderr], [0, 'logshare: the application has ended\n'])
})

it('SIGINT ends --watch', async (t) => {
  const { config, env } = prepare(t)
  const app = startSteps(t, { config, args: ['fork'], env })
  await app.take('log', { count: 1 })
  const watch = start(['ps', '--watch'], env)
  t.after(() => watch.child.kill('SIGKILL'))
  await until(() => watch.output.stdout.split('application').length > 2, 'two blocks')
  watch.child.kill('SIGINT')
  assert.deepEqual(await watch.closed, [0, null])
  assert.equal(await app.end(), 0)
})

it('shows drops and full queues', async (t) => {
  const { config, env } = prepare(t)
  const overflow = { policy: 'drop', limit: '256k' }
  const app = startSteps(t, { config: { ...config, overflow }, args: ['processes'], env })
  await app.take('log', { count: 1 })
  let expected = 0
  for (let tries = 0; expected === 0 && tries < 5; tries++) {
    const { dropped } = await app.take('stopped', { count: 5000, pad: 'x'.repeat(500) })
    expected = dropped.info ?? 0
  }
  assert.ok(expected > 0, 'some were dropped')
  const [fork, found] = await until(async () => {
    await app.take('log', { count: 1 }) // the drops are reported with the next record
    const [each] = await ps([], env)
    const part = each.producers.find((/** @type {any} */ { source }) => source === 'fork#1')
    return part.dropped >= expected && [part, each]
  }, 'drops')
  assert.equal(fork.limit, 256 * 1024)
  assert.equal(found.dropped, fork.dropped)
  assert.equal(await app.end(), 0)
})

it("shows a collector's applications and inputs", async (t) => {
  const folder = scratch(t)
  const directory = join(folder, 'run')
  const config = { handlers: [{ type: 'file', path: join(folder, 'all.log') }] }
  const args = ['--input', `ndjson+unix:${join(folder, 'in')}`]
  const collector = await startCollector(t, { directory, config, args })
  const apps = [1, 2].map(() =>
    startSteps(t, { config: {}, args: ['fork'], env: { LOGSHARE_DIR: directory } }),
  )
  await Promise.all(apps.map(({ take }) => take('log', { count: 10 })))
  const found = await until(async () => {
    const [each] = await ps([directory], {})
    return each.records === 60 && each
  }, 'all records')
  assert.deepEqual([found.collector, found.pid], [true, collector.child.pid])
  const sources = found.producers.map((/** @type {any} */ { source }) => source)
  const expected = apps.flatMap(({ child }) => [
    `steps#${child.pid}`,
    `steps#${child.pid}/fork#1`,
    `steps#${child.pid}/worker#1`,
  ])
  assert.deepEqual(sources.sort(), expected.sort())
  const { stdout } = await command(['ps', directory])
  assert.match(stdout, /^collector \d+ .*\n.*\n {2}steps#\d+ .*\n {4}fork#1 .*\n {4}worker#1 /)
  for (const app of apps) assert.equal(await app.end(), 0)
  assert.equal(await collector.end(), 0)
})

it('without an application, prints one line and exits with code 1', async (t) => {
  const { env, folder } = prepare(t)
  for (const [args, message] of /** @type {[string[], RegExp][]} */ ([
    [[], /^logshare: this user runs no application .*_DIR\)\n$/],
    [['999999999'], /^logshare: 999999999: no running application .*_DIR\)\n$/],
    [[folder], /no running application/],
    [[join(folder, 'nowhere')], /ENOENT/],
  ])) {
    const { code, stdout, stderr } = await command(['ps', ...args], env)
    assert.deepEqual([code, stdout], [1, ''])
    assert.match(stderr, message)
  }
  const { code, stdout } = await command(['ps', '--help'])
  assert.equal(code, 0)
  assert.match(stdout, /--watch/)
})

/** @param {{ after(fn: () => void): void }} t */
function prepare(t) {
  const folder = scratch(t)
  const env = { XDG_RUNTIME_DIR: folder, TMPDIR: folder }
  return { folder, env, config: { handlers: [{ type: 'file', path: join(folder, 'app.log') }] } }
}

/** @param {string[]} args @param {Record<string, string>} env @returns {Promise<any[]>} */
async function ps(args, env) {
  const { code, stdout, stderr } = await command(['ps', '--json', ...args], env)
  assert.deepEqual([code, stderr], [0, ''])
  return JSON.parse(stdout)
}

/** @param {string[]} args @param {Record<string, string>} env */
function start(args, env) {
  const child = spawn(process.execPath, [join(ROOT, 'dist/cli/main.js'), ...args], {
    env: cleanEnv(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text) => (output.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text) => (output.stderr += text))
  /** @returns {any[][]} */
  const lines = () =>
    output.stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line))
  return { child, output, lines, closed: once(child, 'close') }
}

it('a source or a name of a level cannot control the terminal', () => {
  const evil = 'a\u001b[31m\u009b\u202e\u2028\nb'
  const producer = {
    pid: 1,
    tid: 0,
    source: evil,
    records: 0,
    bytes: 0,
    waiting: 0,
    limit: 1,
    dropped: 0,
  }
  const rates = { recordRate: 0, byteRate: 0, records: 0, bytes: 0, dropped: 0, waiting: 0 }
  const producers = [{ ...producer, ...rates, state: 'idle' }]
  const application = {
    directory: evil,
    pid: 1,
    collector: false,
    level: 'info',
    levels: { [evil]: 'warn' },
  }
  for (const answers of [true, false]) {
    const text = formatApplication(
      /** @type {any} */ ({ ...application, ...rates, producers, answers }),
    )
    assert.doesNotMatch(text, /(?!\n)[\p{Cc}\p{Bidi_C}\u2028\u2029]/u)
    assert.equal(text.split('\n').length, answers ? 5 : 3)
  }
})

it('finds an application whose directory is named by LOGSHARE_DIR, and one that found it in use', async (t) => {
  const { config, env, folder } = prepare(t)
  const LOGSHARE_DIR = join(folder, 'own')
  const apps = [1, 2].map(() =>
    startSteps(t, { config, args: ['fork'], env: { ...env, LOGSHARE_DIR } }),
  )
  for (const app of apps) await app.take('log', { count: 1 })
  const found = await ps([], env)
  const pids = found.map(({ pid }) => pid).sort()
  assert.deepEqual(pids, apps.map(({ child }) => child.pid).sort())
  for (const app of apps) assert.equal(await app.end(), 0)
})
