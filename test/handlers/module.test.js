'use strict'
// Module handler: modules of the user's own that run with the listener.

const assert = require('node:assert/strict')
const { dirname, join } = require('node:path')
const { test } = require('node:test')
const { assertDelivered, audit, sumByLevel } = require('../helpers/delivery')
const { FIXTURES, readLog, ROOT, run, scratch } = require('../helpers/run')

const MODULE = join(FIXTURES, 'handlers/module.mjs')
const COMMAND = join(ROOT, 'dist/cli/main.js')

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

test('a write that fails loses only its own records, which are counted and reported', async (t) => {
  const { config, path, file } = use(t, { fail: 'first' })
  const { code, stdout, stderr } = await run('handlers/flush-and-count.js', { config })
  assert.equal(code, 0)
  assert.match(
    stderr,
    /^logshare: module .*: 1 records refused: .*the first time \(LOGSHARE_WARN_DROPPED\)\n$/,
  )
  assert.deepEqual(
    parted(readLog(path)).records.map(({ msg }) => msg),
    ['second', stdout],
  )
  assert.deepEqual(
    readLog(file).map(({ msg }) => msg),
    ['first', 'second', stdout],
  )
  assert.deepEqual(JSON.parse(stdout), { root: { info: 1 } })
})

test('a module that never answers delays other handlers and the exit by no more than `overflow.wait`', async (t) => {
  const { config, file } = use(t, { fail: 'never' }, { overflow: { wait: '300ms' } })
  const { code, stderr } = await run('log-lines.js', { args: ['100', '1'], config })
  assert.equal(code, 0)
  assert.match(
    stderr,
    /100 records were not delivered: the receiver was too slow \(LOGSHARE_WARN_DROPPED\)\n$/,
  )
  assertDelivered(readLog(file), { root: 100 })
})

for (const policy of ['block', 'drop']) {
  test(`a module that is slower than the producers: ${policy}`, async (t) => {
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
    const atEnd = Number(/(\d+) records were not delivered/.exec(stderr)?.[1] ?? 0)
    assert.equal((told.info ?? 0) + atEnd, dropped)
    assert.equal(readLog(file).filter(({ msg }) => msg.startsWith('record ')).length, 12000)
  })
}

test('records not yet handled when the root was killed go to the module after the takeover', async (t) => {
  const { config, path } = use(t, { rest: 20 }, { overflow: { limit: '1m' } })
  const env = { XDG_RUNTIME_DIR: dirname(path) }
  const { signal, stderr } = await run('handlers/kill-root.js', { config, env })
  assert.equal(signal, 'SIGKILL')
  // On a busy machine the module may be too slow for the last process's end, which says so.
  if (stderr !== '') {
    const left =
      /^logshare: records of child processes .* are kept for `logshare recover` in (\S+) \(/
    assert.match(stderr, left)
    const [, directory = ''] = left.exec(stderr) ?? []
    const args = ['recover', '--modules', directory]
    const recovered = await run(COMMAND, { way: 'none', args, env })
    assert.equal(recovered.code, 0, stderr + recovered.stderr + recovered.stdout)
  }
  const { records } = parted(readLog(path))
  const { lost, doubled } = audit(records.filter(({ source }) => source.startsWith('fork#')))
  t.diagnostic(`${doubled} of ${records.length} twice`)
  // What a producer has waited for in vain is dropped, and it says so.
  const told = sumByLevel(records.flatMap((each) => each.dropped ?? []))
  assert.equal(lost, told.info ?? 0)
  const last = records.filter(({ msg }) => msg === 'record 5000').map(({ source }) => source)
  assert.deepEqual([...new Set(last)].sort(), ['fork#1', 'fork#2', 'fork#3', 'fork#4'])
})

test('a module that fails to create a handler is reported, and a missing one fails the start', async (t) => {
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
