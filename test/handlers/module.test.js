'use strict'
// Handlers of the user's own: modules with the listener, functions and objects on the root's main thread.

const assert = require('node:assert/strict')
const { join } = require('node:path')
const { test } = require('node:test')
const { assertDelivered, audit, sumByLevel } = require('../helpers/delivery')
const { FIXTURES, readLog, run, scratch } = require('../helpers/run')

const MODULE = join(FIXTURES, 'handlers/module.mjs')

/** @param {{ after(fn: () => void): void }} t @param {object} options @param {object} [more] */
function use(t, options, more = {}) {
  const directory = scratch(t)
  const path = join(directory, 'module.log')
  const file = join(directory, 'file.log')
  const config = {
    handlers: [
      { type: 'module', module: MODULE, options: { path, ...options } },
      { type: 'file', path: file },
    ],
    ...more,
  }
  return { config, path, file }
}

/** @param {any[]} lines */
const parted = (lines) => ({
  records: lines.filter(({ did }) => !did),
  calls: lines.filter(({ did }) => did),
})

for (const kind of ['threads', 'processes']) {
  test(`a module gets all records of ${kind}, in order, and is flushed and closed`, async (t) => {
    const { config, path, file } = use(t, {})
    const { code, stderr } = await run('handlers/producers.js', { args: [kind], config })
    assert.deepEqual([code, stderr], [0, ''])
    const { records, calls } = parted(readLog(path))
    assertDelivered(records)
    assert.equal(records.length, 4 * 3000)
    assert.deepEqual(calls.at(-1), { did: 'close', isMainThread: false })
    assert.deepEqual(calls.at(-2), { did: 'flush' })
    assert.equal(readLog(file).length, records.length)
  })
}

test('one that fails loses only what it was given then, which is counted and announced', async (t) => {
  const { config, path, file } = use(t, { fail: 'first' })
  const { code, stdout, stderr } = await run('handlers/flush-and-count.js', { config })
  assert.equal(code, 0)
  assert.match(
    stderr,
    /^logshare: module .*: 1 records refused: .*the first time \(LOGSHARE_WARN_DROPPED\)\n$/,
  )
  assert.deepEqual(
    parted(readLog(path)).records.map(({ msg }) => msg),
    ['second'],
  )
  assert.deepEqual(
    readLog(file).map(({ msg }) => msg),
    ['first', 'second'],
  )
  assert.deepEqual(JSON.parse(stdout), { root: { info: 1 } })
})

test('one that never answers keeps neither the others nor the end waiting for longer than it may', async (t) => {
  const { config, file } = use(t, { fail: 'never' }, { overflow: { wait: '300ms' } })
  const { code, stderr } = await run('log-lines.js', { args: ['100', '1'], config })
  assert.equal(code, 0)
  assert.match(stderr, /100 records did not arrive: it was too slow \(LOGSHARE_WARN_DROPPED\)\n$/)
  assertDelivered(readLog(file), { root: 100 })
})

for (const policy of ['block', 'drop']) {
  test(`one that is slower than what is logged: ${policy}`, async (t) => {
    const overflow = { policy, limit: '1m' }
    const { config, path, file } = use(t, { rest: 60 }, { overflow })
    const { code, stderr } = await run('handlers/producers.js', { args: ['threads'], config })
    assert.equal(code, 0)
    const { records } = parted(readLog(path))
    const dropped = 4 * 3000 - records.filter(({ msg }) => msg.startsWith('record ')).length
    t.diagnostic(`${dropped} of 12000 dropped`)
    if (policy === 'block') {
      assert.equal(stderr, '')
      assertDelivered(records)
      assert.equal(dropped, 0)
    }
    const told = sumByLevel(records.flatMap((each) => each.dropped ?? []))
    const atEnd = Number(/(\d+) records did not arrive/.exec(stderr)?.[1] ?? 0)
    assert.equal((told.info ?? 0) + atEnd, dropped)
    assert.equal(readLog(file).filter(({ msg }) => msg.startsWith('record ')).length, 12000)
  })
}

test('what it had not yet taken when the root was killed is given to a successor’s', async (t) => {
  const { config, path } = use(t, { rest: 20 }, { overflow: { limit: '1m' } })
  const { signal } = await run('handlers/kill-root.js', { config })
  assert.equal(signal, 'SIGKILL')
  const { records } = parted(readLog(path))
  const { lost, doubled } = audit(records.filter(({ source }) => source.startsWith('fork#')))
  t.diagnostic(`${doubled} of ${records.length} twice`)
  assert.equal(lost, 0)
  const last = records.filter(({ msg }) => msg === 'record 5000').map(({ source }) => source)
  assert.deepEqual([...new Set(last)].sort(), ['fork#1', 'fork#2', 'fork#3', 'fork#4'])
})

test('one that cannot be made is told, and one that is not there ends the start', async (t) => {
  const { config, file } = use(t, { fail: 'open' })
  const { code, stderr } = await run('log-lines.js', { args: ['3', '1'], config })
  assert.equal(code, 0)
  assert.match(stderr, /3 records refused: .*cannot be opened \(LOGSHARE_WARN_DROPPED\)\n$/)
  assertDelivered(readLog(file), { root: 3 })
  const gone = { handlers: [{ type: 'module', module: './nowhere.js' }] }
  const none = await run('log-lines.js', { args: ['3', '1'], config: gone })
  assert.equal(none.code, 1)
  assert.match(
    none.stderr,
    /^logshare: module handler: cannot find '.*nowhere\.js' \(LOGSHARE_ERR_HANDLER\)\n$/,
  )
})
