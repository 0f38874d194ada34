'use strict'
// Killed during rotation or compression: every record is in the files once, whichever process takes over.

const assert = require('node:assert/strict')
const { existsSync, readdirSync, readFileSync, writeFileSync } = require('node:fs')
const { dirname, join } = require('node:path')
const test = require('node:test')
const { assertDelivered } = require('../helpers/delivery')
const { command, startOrphans, until } = require('../helpers/orphans')
const { oldFiles, readAll } = require('../helpers/rotated')
const { FIXTURES, scratch } = require('../helpers/run')
const { startSteps } = require('../helpers/steps')

const CRASH = join(FIXTURES, 'death/crash-at.js')
/** How often the point is reached before. The state is saved a few times only, and the first time it is a new file. */
const TIMES = { 'before the state': [2, 3], 'half a state': [1, 2] }
const ROTATE = { size: '10k', compress: true }

for (const point of [
  'before the rename',
  'behind the rename',
  'behind the new file',
  'half a line',
  'behind the lines',
  'before the state',
  'half a state',
]) {
  test(`a listener is killed ${point}, and so is the next one`, async (t) => {
    const app = await startOrphans(t, { children: 1, records: 1e6, rotate: ROTATE })
    await app.fallBehind(point.includes('state') ? 6000 : 3000)
    app.killAll()
    await app.ended()
    const count = oldFiles(app.log).length
    for (const nth of TIMES[point] ?? [3, 20]) {
      const env = { CRASH_AT: point, CRASH_NTH: String(nth), CRASH_LOG: app.log }
      const options = { preload: ['-r', CRASH], env }
      const { signal, code, stderr } = await command(['recover', app.directory], options)
      assert.equal(signal, 'SIGKILL', `not ${point} the ${nth}. time: ${code} ${stderr}`)
    }
    const { code, stderr } = await command(['recover', app.directory])
    assert.equal(code, 0, stderr)
    app.assertComplete()
    assert.deepEqual(app.left(), [])
    assert.ok(oldFiles(app.log).length > count + 20)
    for (const { name, size } of oldFiles(app.log)) assert.ok(size <= 10 * 1024, `${name}: ${size}`)
  })
}

for (const kills of [1, 3]) {
  test(`the root is killed while 8 children log, and so are ${kills - 1} processes that took over`, async (t) => {
    const app = await startOrphans(t, { children: 8, records: 3000, rotate: ROTATE })
    const killed = new Set()
    for (let kill = 0; kill < kills; kill++) {
      const pid = await until(() => app.holder(killed), 'a listener')
      process.kill(pid, 'SIGKILL')
      killed.add(pid)
    }
    await app.ended()
    app.assertComplete()
    assert.deepEqual(app.left(), [])
  })
}

test('records are deduped against the files of a killed listener, even if its directory is found late', async (t) => {
  const rotate = { interval: '1d', compress: true }
  const app = await startOrphans(t, { children: 1, records: 1e6, rotate })
  await app.fallBehind(4000)
  app.killAll()
  await app.ended()
  const env = { CRASH_AT: 'behind the lines', CRASH_NTH: '1', CRASH_LOG: app.log }
  const { signal } = await command(['recover', app.directory], { preload: ['-r', CRASH], env })
  assert.equal(signal, 'SIGKILL')
  // As if that had been yesterday: the next start rotates the file before its first child, when it finds the directory.
  const [first = '', ...rest] = readFileSync(app.log, 'utf8').split('\n')
  const shift = (/** @type {string} */ _, /** @type {string} */ time) =>
    `"time":${Number(time) - 86_400_000}`
  writeFileSync(app.log, [first.replace(/"time":(\d+)/, shift), ...rest].join('\n'))
  const other = `${app.log.slice(0, -4)}.2020-01-01.1.log`
  writeFileSync(other, '')
  const config = { handlers: [{ type: 'file', path: app.log, rotate }] }
  const next = startSteps(t, { config, env: { LOGSHARE_DIR: app.directory } })
  const log = () => next.take('log', { count: 10 })
  while (existsSync(other)) await log() // until it is compressed
  for (let step = 0; step < 100; step++) await log()
  assert.deepEqual(
    oldFiles(app.log).map(({ isCompressed }) => isCompressed),
    [true, false],
  )
  await next.take('fork')
  await log()
  await next.take('flush')
  assert.equal(await next.end(), 0)
  app.assertComplete()
})

for (const point of ['within a compression', 'behind a compression']) {
  test(`killed ${point}`, async (t) => {
    const path = join(scratch(t), 'app.log')
    const config = { handlers: [{ type: 'file', path, rotate: { ...ROTATE, size: '200k' } }] }
    const env = { CRASH_AT: point, CRASH_NTH: '3', CRASH_LOG: path, NODE_OPTIONS: `-r ${CRASH}` }
    const app = startSteps(t, { config, env })
    const more = async () => {
      for (;;) await app.take('log', { count: 200 })
    }
    await assert.rejects(more())
    const next = startSteps(t, { config })
    await next.take('log', { count: 10 })
    const names = () =>
      readdirSync(dirname(path)).filter((name) => !/^(?:app\.log|\.app\.log\.claim)$/.test(name))
    await until(() => names().every((name) => name.endsWith('.log.gz')), 'compressed files')
    assert.equal(await next.end(), 0)
    assert.ok(names().length >= 3)
    assertDelivered(readAll(path))
  })
}
