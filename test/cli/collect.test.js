'use strict'
// `logshare collect`: applications without a common root share one log, also across restarts of the collector.

const assert = require('node:assert/strict')
const { existsSync, mkdirSync, readdirSync, readFileSync, statSync } = require('node:fs')
const { join } = require('node:path')
const { it } = require('node:test')
const { command, countLines, startCollector, until } = require('../helpers/collector')
const { assertDelivered } = require('../helpers/delivery')
const { startSteps } = require('../helpers/steps')
const { readLog, run, scratch } = require('../helpers/run')

it('no record is lost or doubled when the collector is killed and stopped while applications log', async (t) => {
  const { directory, path, config } = prepare(t)
  assert.equal((await command(['collect', '--dir', directory, '--prepare'])).code, 0)
  const app = () => startSteps(t, { config: {}, args: ['fork'], env: { LOGSHARE_DIR: directory } })
  const early = app()
  await early.take('log', { count: 500 })
  assert.equal(existsSync(path), false)

  const first = await startCollector(t, { directory, config })
  const ending = app()
  await Promise.all([early, ending].map(({ take }) => take('log', { count: 1000 })))
  const busy = [early, ending].map(({ take }) => take('log', { count: 20_000 }))
  const before = countLines(path)
  await until(() => countLines(path) > before + 2000, 'records')
  await first.end('SIGKILL')
  await Promise.all(busy)
  assert.equal(await ending.end(), 0)
  const late = app()
  await late.take('log', { count: 300 })
  assert.equal(late.notices.join('\n'), '')

  const second = await startCollector(t, { directory, config })
  await late.take('log', { count: 300 })
  const more = early.take('log', { count: 5000 })
  assert.equal(await second.end('SIGTERM'), 0)
  await more
  assert.equal(await early.end(), 0)
  assert.equal(await late.end(), 0)

  const third = await startCollector(t, { directory, config })
  assert.equal(await third.end('SIGINT'), 0)
  const log = readLog(path)
  assertDelivered(log, {
    ...sources(early, 500 + 1000 + 20_000 + 5000),
    ...sources(ending, 1000 + 20_000),
    ...sources(late, 600),
  })
  assert.deepEqual(filesIn(directory), ['config.json', 'state.json'])
})

it('a collector writes everything in the queues when it is stopped, each time', async (t) => {
  const { directory, path, config } = prepare(t)
  const before = await startCollector(t, { directory, config })
  assert.equal(statSync(directory).mode & 0o777, 0o700)
  const app = startSteps(t, { config: {}, env: { LOGSHARE_DIR: directory } })
  await app.take('log', { count: 2000 })
  assert.equal(await before.end(), 0)
  assert.equal(countLines(path), 2000)
  await app.take('log', { count: 2000 })
  const after = await startCollector(t, { directory, config })
  assert.equal(await after.end(), 0)
  assertDelivered(readLog(path), { [`steps#${app.child.pid}`]: 4000 })
  assert.equal(await app.end(), 0)
})

it('uses the levels of the collector, LOGSHARE_LEVEL or install(), and still prints what is printed', async (t) => {
  const { directory, path, config } = prepare(t)
  const collector = await startCollector(t, { directory, config: { ...config, level: 'warn' } })
  const env = { LOGSHARE_DIR: directory }
  const runs = [
    await run('collect/levels.js', { env }),
    await run('collect/levels.js', { env: { ...env, LOGSHARE_LEVEL: 'debug' } }),
    await run('collect/levels.js', { env, way: 'none', args: ['info'] }),
  ]
  assert.equal(await collector.end(), 0)
  const log = readLog(path)
  assertDelivered(log)
  const [quiet, loud, own] = runs.map(({ pid, code, stdout, stderr }) => {
    assert.deepEqual([code, stderr, stdout], [0, '', 'printed\nprinted\n'])
    const ours = log.filter(({ source, name }) => {
      return source.startsWith(`levels#${pid}`) && name === 'part.inner'
    })
    return ours.map(({ source, msg }) => `${source.replace(`#${pid}`, '')} ${msg}`).sort()
  })
  assert.deepEqual(quiet, [])
  assert.deepEqual(loud, [
    'levels debug',
    'levels info',
    'levels/fork#1 debug',
    'levels/fork#1 info',
  ])
  assert.deepEqual(own, ['levels info', 'levels/fork#1 info'])
  assert.equal(log.filter(({ msg, lib }) => msg === 'printed' && lib === 'console').length, 6)
  const secrets = log.filter(({ pid }) => pid === runs[2].pid).map(({ secret }) => secret)
  assert.ok(secrets.includes('[REDACTED]'), String(secrets))
})

it('the next collector reports the records that an application dropped without a collector', async (t) => {
  const { directory, path, config } = prepare(t)
  const limited = { ...config, overflow: { policy: 'drop', limit: '256k' } }
  const before = await startCollector(t, { directory, config: limited })
  const app = startSteps(t, { config: {}, env: { LOGSHARE_DIR: directory } })
  await app.take('log', { count: 10 })
  assert.equal(await before.end(), 0)
  await app.take('log', { count: 5000, pad: 'x'.repeat(500) })
  const after = await startCollector(t, { directory, config: limited })
  let made = 10 + 5000
  await until(async () => {
    made++
    await app.take('log', { count: 1 })
    return readFileSync(path, 'utf8').includes('"dropped":{')
  }, 'record of what was dropped')
  const { dropped } = await app.take('stats')
  assert.equal(await app.end(), 0)
  assert.equal(await after.end(), 0)
  assert.ok(dropped.info > 0 && dropped.info < 5000, String(dropped.info))
  const log = readLog(path).filter(({ name }) => name === 'steps')
  assert.equal(log.length, made - dropped.info)
})

it('the level of the next collector reaches running applications', async (t) => {
  const { directory, path, config } = prepare(t)
  const first = await startCollector(t, { directory, config: { ...config, level: 'error' } })
  const app = startSteps(t, { config: {}, env: { LOGSHARE_DIR: directory } })
  await app.take('log', { count: 100 })
  assert.equal(await first.end(), 0)
  const second = await startCollector(t, { directory, config: { ...config, level: 'info' } })
  await until(async () => {
    await app.take('log', { count: 1 })
    return countLines(path) > 0
  }, 'record at the new level')
  assert.equal(await app.end(), 0)
  assert.equal(await second.end(), 0)
})

it('refuses a directory that a collector or an application uses', async (t) => {
  const { directory, config } = prepare(t)
  const collector = await startCollector(t, { directory, config })
  const { code, stderr } = await command(['collect', '--dir', directory])
  assert.deepEqual(
    [code, stderr],
    [
      1,
      `logshare: ${directory}: in use by a running collector, process ${collector.child.pid} (LOGSHARE_ERR_DIR)\n`,
    ],
  )
  assert.equal(await collector.end(), 0)
  const other = join(scratch(t), 'run')
  const app = startSteps(t, { config, args: ['fork'], env: { LOGSHARE_DIR: other } })
  await app.take('log', { count: 1 })
  const refused = await command(['collect', '--dir', other])
  assert.equal(refused.code, 1)
  assert.match(refused.stderr, /in use by a running application, process \d+ \(LOGSHARE_ERR_DIR\)/)
  assert.equal(await app.end(), 0)
})

it('records can be recovered without a collector, and the directory stays', async (t) => {
  const { directory, path, config } = prepare(t)
  const collector = await startCollector(t, { directory, config })
  await collector.end('SIGKILL')
  const app = startSteps(t, { config: {}, env: { LOGSHARE_DIR: directory } })
  await app.take('log', { count: 50 })
  assert.equal(await app.end(), 0)
  const { code, stderr } = await command(['recover', directory])
  assert.deepEqual([code, stderr], [0, `${directory}: 50 records recovered\n`])
  assertDelivered(readLog(path), { [`steps#${app.child.pid}`]: 50 })
  assert.ok(filesIn(directory).includes('config.json'))
})

it('reports wrong use in one line', async (t) => {
  const folder = scratch(t)
  const open = join(folder, 'open')
  mkdirSync(open, { mode: 0o755 })
  const dir = ['--dir', join(folder, 'run')]
  for (const [args, message] of /** @type {[string[], RegExp][]} */ ([
    [[], /no runtime directory: expected --dir or LOGSHARE_DIR .*_DIR\)\n$/],
    [['--dir', open], /expected mode 0700, got 0755/],
    [[...dir, '--config', 'nowhere.json'], /ENOENT/],
    [[...dir, '--input', 'udp'], /--input\[0\]\.type: expected one of syslog, ndjson/],
    [[...dir, '--input', 'ndjson+udp://127.0.0.1:1'], /expected tcp:\/\/host:port or unix:/],
    [[...dir, '--input', 'syslog+udp://0.0.0.0:5514'], /a loopback address, or "open": true/],
    [
      [...dir, '--input', `ndjson+unix:${folder}/no/where`],
      /input ndjson unix:.*(?:ENOENT|EACCES).*_HANDLER/,
    ],
  ])) {
    const { code, stderr } = await command(['collect', ...args])
    assert.equal(code, 1, stderr)
    assert.match(stderr, message)
  }
  const { code, stdout } = await command(['collect', '--help'])
  assert.equal(code, 0)
  assert.match(stdout, /--prepare/)
})

/** @param {{ after(fn: () => void): void }} t */
function prepare(t) {
  const folder = scratch(t)
  const path = join(folder, 'all.log')
  return { directory: join(folder, 'run'), path, config: { handlers: [{ type: 'file', path }] } }
}

/** @param {{ child: { pid?: number } }} app @param {number} count */
function sources({ child }, count) {
  const own = `steps#${child.pid}`
  return { [own]: count, [`${own}/fork#1`]: count, [`${own}/worker#1`]: count }
}

/** @param {string} directory */
function filesIn(directory) {
  return readdirSync(directory)
    .filter((name) => !name.endsWith('.lock')) // of the killed collector
    .sort()
}
