'use strict'
// The ends of roots and children: what was written by a call that returned is in the log, and exit codes are as before.

const assert = require('node:assert/strict')
const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { it } = require('node:test')
const { assertDelivered } = require('../helpers/delivery')
const { run, scratch, readLog, readLines } = require('../helpers/run')

const WAYS = /** @type {const} */ (['-r', 'NODE_OPTIONS', 'install'])
const ENDS = [
  'natural',
  'exit',
  'exitCode',
  'exitInListener',
  'exitTwice',
  'throwingListener',
  'throw',
  'throwAsync',
  'reject',
  'reallyExit',
]

for (const [place, how] of ENDS.entries()) {
  const way = WAYS[place % WAYS.length]
  it(`a root that ends by ${how} leaves nothing behind, by ${way}`, async (t) => {
    const { path, reports, options } = prepare(t)
    const [bare, result] = await Promise.all([
      run('exit/root.js', { args: [how], env: bareEnv(options), way: 'none' }),
      run('exit/root.js', { ...options, args: [how], way }),
    ])
    assert.deepEqual([result.code, result.signal], [bare.code, bare.signal], result.stderr)
    assert.equal(withoutStack(result.stderr), withoutStack(bare.stderr))
    const told = readReports(reports).find(({ pid }) => pid === result.pid)
    const counts = assertComplete(readLog(path))
    for (const [source, least] of [
      ['root', told.root],
      ['worker#1', told.worker],
      ['fork#1', told.fork],
    ]) {
      assert.ok(counts[source] >= least, `${source}: ${counts[source]} of ${least}`)
    }
    if (how === 'throwingListener') assert.equal(counts.root, told.root + 1)
  })
}

for (const way of WAYS) {
  it(`a worker's backlog is written when the root calls process.exit(), by ${way}`, async (t) => {
    const { path, options } = prepare(t)
    const result = await run('exit/backlog.js', { ...options, way })
    assert.equal(result.code, 0, result.stderr)
    assertDelivered(readLog(path), { 'worker#1': 20_000 })
  })
}

it('a root ends soon though its children log faster than its handler writes', async (t) => {
  const { path, options } = prepare(t)
  const config = { handlers: [{ type: 'file', path, format: 'pretty' }] }
  const result = await run('exit/busy.js', { ...options, config })
  assert.deepEqual([result.code, result.stderr], [3, ''])
})

for (const kind of ['workers', 'processes']) {
  it(`${kind} that end in any way have written what they logged`, async (t) => {
    const { directory, path, reports, options } = prepare(t)
    const args = [kind, directory]
    const bare = await run('exit/deaths.js', { args, env: bareEnv(options), way: 'none' })
    assert.equal(bare.code, 0, bare.stderr)
    const result = await run('exit/deaths.js', { ...options, args })
    assert.equal(result.code, 0, result.stderr)
    const told = readReports(reports)
    const ends = told.splice(told.length / 2)
    assert.deepEqual(ends.map(endOf), told.map(endOf))
    const counts = assertComplete(readLog(path))
    const prefix = kind === 'workers' ? 'worker' : 'fork'
    for (const [place, { how, returned }] of ends.entries()) {
      const count = counts[`${prefix}#${place + 1}`]
      t.diagnostic(`${how}: ${returned} calls returned, ${count} records`)
      // The call that was cut short may have written its record.
      assert.ok(count === returned || count === returned + 1, `${how}: ${count} of ${returned}`)
    }
  })
}

/** @param {{ after(fn: () => void): void }} t */
function prepare(t) {
  const directory = scratch(t)
  const path = join(directory, 'app.log')
  const reports = join(directory, 'report')
  const env = { TEST_REPORT: reports, XDG_RUNTIME_DIR: directory }
  const options = { env, config: { handlers: [{ type: 'file', path }] } }
  return { directory, path, reports, options }
}

// Without an installation each thread would print its records.
function bareEnv({ env }) {
  return { ...env, LOGSHARE_LEVEL: 'silent' }
}

/**
 * Fails unless each source's records are complete, and their own count agrees with `seq`; returns how many there are.
 * @param {readonly import('logshare').LogRecord[]} records
 */
function assertComplete(records) {
  assertDelivered(records)
  /** @type {Record<string, number>} */
  const counts = {}
  for (const { source, i, msg } of records) {
    const before = counts[source] ?? 0
    if (i !== undefined) assert.equal(i, before, `${source}: ${msg}`)
    counts[source] = before + 1
  }
  return counts
}

function endOf({ how, code, signal, errors }) {
  return { how, code, signal, errors }
}

// What Node says of an error, without the lines that name places in files.
function withoutStack(text) {
  return text.replace(/^ {4}at .*\n/gm, '')
}

/** @param {string} path @returns {any[]} */
function readReports(path) {
  return readLines(readFileSync(path, 'utf8'))
}
