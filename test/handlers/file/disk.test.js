'use strict'
// A log file whose disk is full or whose path changes: nothing is lost if that ends in time, and every drop is reported.

const test = require('node:test')
const assert = require('node:assert/strict')
const { execFileSync } = require('node:child_process')
const { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } = require('node:fs')
const { join } = require('node:path')
const { audit, assertDelivered, sumByLevel } = require('../../helpers/delivery.js')
const { fill, mountSmall } = require('../../helpers/disk.js')
const { readLog, scratch } = require('../../helpers/run.js')
const { startSteps } = require('../../helpers/steps.js')

const IS_LINUX = process.platform === 'linux'
const COUNT = 2000
const PAD = 'x'.repeat(300)
const STEP = { count: COUNT, pad: PAD }

/** The listener inline, and in its thread with children that log too. */
const MODES = { inline: [], threaded: ['fork'] }

/** @param {keyof typeof MODES} mode @param {number} records by each producer @returns {Record<string, number>} */
const expected = (mode, records) =>
  mode === 'inline' ? { root: records } : { root: records, 'fork#1': records, 'worker#1': records }

/** @param {string} path @param {Record<string, number>} counts */
function assertComplete(path, counts) {
  const log = readLog(path)
  const own = log.filter(({ source }) => source !== 'root/listener')
  assertDelivered(own, counts)
  return log.filter(({ source }) => source === 'root/listener')
}

for (const [mode, args] of /** @type {[keyof typeof MODES, string[]][]} */ (
  Object.entries(MODES)
)) {
  test(`a full disk loses nothing if there is room again in time, ${mode}`, {
    skip: !IS_LINUX,
  }, async (t) => {
    const disk = mountSmall(t, '4m')
    const [path, other] = [join(disk, 'app.log'), join(scratch(t), 'other.log')]
    const handlers = [
      { type: 'file', path },
      { type: 'file', path: other },
    ]
    const app = startSteps(t, { args, config: { handlers, overflow: { wait: '300ms' } } })
    await app.take('log', { count: 10 })
    await app.take('flush')
    fill(join(disk, 'filler'))
    await app.take('log', STEP)
    await app.take('flush')
    assert.ok((await app.take('stats')).waiting > COUNT * 300)
    assertComplete(other, expected(mode, COUNT + 10))
    rmSync(join(disk, 'filler'))
    await app.take('log', { count: 10 })
    while ((await app.take('stats')).waiting > 0) await app.take('flush')
    assert.equal(await app.end(), 0)
    const [report, ...more] = assertComplete(path, expected(mode, COUNT + 20))
    assert.match(
      report.msg,
      /^file .*app\.log could not be written for .* s, nothing dropped: ENOSPC/,
    )
    assert.deepEqual([report.name, report.level, more], ['logshare', 40, []])
    assert.equal(app.notices.length, 1, app.notices.join('\n'))
    assert.match(app.notices[0], /^logshare: file .*app\.log: ENOSPC.*\(LOGSHARE_WARN_HANDLER\)$/)
  })

  test(`a disk that stays full: lower levels are dropped first, and all drops are counted, ${mode}`, {
    skip: !IS_LINUX,
  }, async (t) => {
    const disk = mountSmall(t, '4m')
    const path = join(disk, 'app.log')
    const config = {
      level: 'trace',
      handlers: [{ type: 'file', path }],
      overflow: { limit: mode === 'inline' ? '600k' : '1500k', wait: '300ms' },
    }
    const app = startSteps(t, { args, config, env: { STEP_LEVELS: '1' } })
    await app.take('log', { count: 8 })
    await app.take('flush')
    fill(join(disk, 'filler'))
    await app.take('log', { count: 3 * COUNT, pad: 'x'.repeat(100) })
    await app.take('flush')
    rmSync(join(disk, 'filler'))
    while ((await app.take('stats')).waiting > 0) await app.take('flush')
    await app.take('flush') // the report of drops comes after the written records
    const { drops } = await app.take('stats')
    assert.equal(await app.end(), 0)
    const log = readLog(path)
    const reports = log.filter(({ dropped }) => dropped)
    assert.deepEqual(sumByLevel(reports.map(({ dropped }) => dropped)), sumByLevel([drops]))
    const own = log.filter(({ name }) => name === 'steps')
    for (const [source, made] of Object.entries(expected(mode, 3 * COUNT + 8))) {
      const there = own.filter((record) => record.source === source)
      const lost = Object.values(drops[source] ?? {}).reduce((sum, count) => sum + count, 0)
      assert.equal(there.length + lost, made, source)
      assert.ok(drops[source].debug > COUNT / 8, 'the lowest level is dropped first')
      assert.equal(drops[source].error, undefined, 'room is reserved for errors')
      assert.ok((drops[source].warn ?? 0) <= (drops[source].info ?? 0))
    }
    const { doubled, disordered } = audit(own)
    assert.deepEqual([doubled, disordered], [0, 0])
  })

  test(`at exit, records that were not written are reported and the exit code is kept, ${mode}`, {
    skip: !IS_LINUX,
  }, async (t) => {
    const disk = mountSmall(t, '4m')
    const handlers = [{ type: 'file', path: join(disk, 'app.log') }]
    const app = startSteps(t, { args, config: { handlers, overflow: { wait: '300ms' } } })
    await app.take('log', { count: 10 })
    await app.take('flush')
    fill(join(disk, 'filler'))
    await app.take('log', { count: COUNT, pad: PAD })
    assert.equal(await app.end(), 0)
    const [fault, end] = app.notices
    assert.match(fault, /ENOSPC.*\(LOGSHARE_WARN_HANDLER\)$/)
    assert.match(end, /app\.log: \d+ records were not written: ENOSPC.*\(LOGSHARE_WARN_DROPPED\)$/)
    const written = readFileSync(join(disk, 'app.log'), 'utf8').split('\n').length - 1
    const missing = Number(/(\d+) records were not/.exec(end)?.[1])
    const made = Object.keys(expected(mode, 0)).length * (COUNT + 10)
    // The last line may be incomplete: the disk became full within it.
    assert.equal(written + missing, made)
  })

  test(`a path that was removed, renamed or became a directory, ${mode}`, async (t) => {
    const home = join(scratch(t), 'logs')
    const path = join(home, 'app.log')
    const app = startSteps(t, {
      args,
      config: { handlers: [{ type: 'file', path }], overflow: { wait: '100ms' } },
    })
    const step = async () => {
      await app.take('log', { count: 500 })
      await app.take('flush')
    }
    await step()
    renameSync(path, `${path}.1`)
    await step()
    assert.ok(existsSync(path))
    const [first, second] = [readLog(`${path}.1`), readLog(path)]
    rmSync(path)
    await step()
    const third = readLog(path)
    rmSync(home, { recursive: true })
    await step()
    const fourth = readLog(path)
    rmSync(path)
    mkdirSync(path)
    do await step()
    while ((await app.take('stats')).waiting === 0)
    rmSync(path, { recursive: true })
    while ((await app.take('stats')).waiting > 0) await app.take('flush')
    const { made } = await app.take('stats')
    assert.equal(await app.end(), 0)
    const log = [...first, ...second, ...third, ...fourth, ...readLog(path)]
    const own = log.filter(({ source }) => source !== 'root/listener')
    assertDelivered(own, expected(mode, made))
    assert.match(app.notices.join('\n'), /^logshare: file .*: EISDIR.*\(LOGSHARE_WARN_HANDLER\)$/)
  })
}

test('the first child while the disk is full: what the main thread keeps goes over to the listener thread', {
  skip: !IS_LINUX,
}, async (t) => {
  const disk = mountSmall(t, '4m')
  const path = join(disk, 'app.log')
  const app = startSteps(t, {
    config: { handlers: [{ type: 'file', path }], overflow: { wait: '1s' } },
  })
  await app.take('log', { count: 10 })
  await app.take('flush')
  fill(join(disk, 'filler'))
  // Not whole pages: the disk becomes full within a line.
  await app.take('log', STEP)
  await app.take('fork')
  await app.take('log', { count: 10 })
  assert.ok((await app.take('stats')).waiting > COUNT * 300)
  rmSync(join(disk, 'filler'))
  while ((await app.take('stats')).waiting > 0) await app.take('flush')
  assert.equal(await app.end(), 0)
  const [report, ...more] = assertComplete(path, { root: COUNT + 20, 'fork#1': 10 })
  assert.match(report.msg, /could not be written for .* s, nothing dropped: ENOSPC/)
  assert.deepEqual(more, [])
  assert.equal(app.notices.length, 1, app.notices.join('\n'))
})

test('a file that can no longer be opened', { skip: !IS_LINUX }, async (t) => {
  const around = scratch(t)
  chmodSync(around, 0o755)
  const home = join(around, 'logs')
  const path = join(home, 'app.log')
  const app = startSteps(t, { config: { handlers: [{ type: 'file', path }] } })
  await app.take('log', { count: 100 })
  await app.take('become', { count: 65534 })
  renameSync(path, `${path}.1`)
  do await app.take('log', { count: 100 })
  while ((await app.take('stats')).waiting === 0)
  await app.take('become', { count: 0 })
  while ((await app.take('stats')).waiting > 0) await app.take('flush')
  const { made } = await app.take('stats')
  assert.equal(await app.end(), 0)
  const log = [...readLog(`${path}.1`), ...readLog(path)]
  const own = log.filter(({ source }) => source === 'root')
  assertDelivered(own, { root: made })
  assert.match(app.notices.join('\n'), /^logshare: file .*: EACCES.*\(LOGSHARE_WARN_HANDLER\)$/)
})

test('a disk that became read-only', { skip: !IS_LINUX }, async (t) => {
  const home = join(scratch(t), 'logs')
  const path = join(home, 'app.log')
  const app = startSteps(t, { args: ['fork'], config: { handlers: [{ type: 'file', path }] } })
  await app.take('log', { count: 100 })
  await app.take('flush')
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'tmpfs', home])
  let mounted = true
  const unmount = () => {
    if (mounted) execFileSync('umount', ['-l', home])
    mounted = false
  }
  t.after(unmount)
  do await app.take('log', { count: 100 })
  while ((await app.take('stats')).waiting === 0)
  unmount()
  while ((await app.take('stats')).waiting > 0) await app.take('flush')
  const { made } = await app.take('stats')
  assert.equal(await app.end(), 0)
  assertComplete(path, expected('threaded', made))
  assert.match(app.notices.join('\n'), /^logshare: file .*: EROFS.*\(LOGSHARE_WARN_HANDLER\)$/)
})
