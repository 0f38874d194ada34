'use strict'
// Exit: whatever ends a root or a child, the log has every record whose log call returned, and exit codes do not
// change.

const assert = require('node:assert/strict')
const { readdirSync, readFileSync, statSync } = require('node:fs')
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
  it(`writes all records of a root that ends by ${how}, by ${way}`, async (t) => {
    const { path, reports, options } = prepare(t)
    const [bare, result] = await Promise.all([
      run('exit/root.js', { args: [how], env: bareEnv(options), way: 'none' }),
      run('exit/root.js', { ...options, args: [how], way }),
    ])
    assert.deepEqual([result.code, result.signal], [bare.code, bare.signal], result.stderr)
    assert.equal(withoutStack(result.stderr), withoutStack(bare.stderr))
    const report = readReports(reports).find(({ pid }) => pid === result.pid)
    const counts = assertComplete(readLog(path))
    for (const [source, least] of [
      ['root', report.root],
      ['worker#1', report.worker],
      ['fork#1', report.fork],
    ]) {
      assert.ok(counts[source] >= least, `${source}: ${counts[source]} of ${least}`)
    }
    if (how === 'throwingListener') assert.equal(counts.root, report.root + 1)
  })
}

for (const way of WAYS) {
  it(`writes a worker's backlog when the root calls process.exit(), by ${way}`, async (t) => {
    const { path, options } = prepare(t)
    const result = await run('exit/backlog.js', { ...options, way })
    assert.equal(result.code, 0, result.stderr)
    assertDelivered(readLog(path), { 'worker#1': 20_000 })
  })
}

for (const end of ['exit', 'natural', 'late']) {
  it(`keeps its hooks when another tool puts process.emit back: ${end}`, async (t) => {
    const { directory, path, options } = prepare(t)
    const { code, stderr } = await run('exit/wrapped.js', { ...options, args: [end], way: 'none' })
    assert.deepEqual([code, stderr], [end === 'natural' ? 0 : 3, ''])
    assertDelivered(readLog(path), { root: end === 'late' ? 52 : 51, 'fork#1': 1 })
    const base = readdirSync(directory).find((name) => /^logshare-\d+$/.test(name))
    assert.deepEqual(readdirSync(join(directory, base ?? '')), [])
  })
}

for (const [how, queue] of [
  ['threads', 'memory'],
  ['nested', 'memory'],
  ['throw', 'memory'],
  ['threads', 'file'],
]) {
  it(`writes what threads log until the root is gone: ${how}, queue: ${queue}`, async (t) => {
    const { directory, path, options } = prepare(t)
    const config = { handlers: [{ type: 'file', path }], ...(queue === 'file' && { queue }) }
    const env = { ...options.env, TEST_REPORT: directory }
    const result = await run('exit/threads.js', { args: [how], env, config })
    assert.equal(result.code, how === 'throw' ? 1 : 3, result.stderr)
    const records = readLog(path)
    assertDelivered(records)
    for (let thread = 0; thread < 4; thread++) {
      const returned = statSync(join(directory, `${thread}`)).size
      const written = records.filter((record) => record.thread === thread).length
      // The last call did not return.
      assert.ok(written === returned || written === returned + 1, `${written} of ${returned}`)
    }
  })
}

it('ends a root soon even if its children log faster than its handler writes', async (t) => {
  const { path, options } = prepare(t)
  const config = { handlers: [{ type: 'file', path, format: 'pretty' }] }
  const result = await run('exit/busy.js', { ...options, config })
  assert.deepEqual([result.code, result.stderr], [3, ''])
})

for (const kind of ['workers', 'processes']) {
  it(`writes all records of ${kind}, whatever ends them`, async (t) => {
    const { directory, path, reports, options } = prepare(t)
    const args = [kind, directory]
    const bare = await run('exit/deaths.js', { args, env: bareEnv(options), way: 'none' })
    assert.equal(bare.code, 0, bare.stderr)
    const result = await run('exit/deaths.js', { ...options, args })
    assert.equal(result.code, 0, result.stderr)
    const report = readReports(reports)
    const ends = report.splice(report.length / 2)
    assert.deepEqual(ends.map(endOf), report.map(endOf))
    const counts = assertComplete(readLog(path))
    const prefix = kind === 'workers' ? 'worker' : 'fork'
    for (const [place, { how, returned }] of ends.entries()) {
      const count = counts[`${prefix}#${place + 1}`]
      t.diagnostic(`${how}: ${returned} calls returned, ${count} records`)
      // A log call that was interrupted may have written its record.
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

// Without an installation each thread would print its own records.
function bareEnv({ env }) {
  return { ...env, LOGSHARE_LEVEL: 'silent' }
}

/**
 * Fails unless each source's records are complete and their field `i` counts up from 0. Returns the counts by source.
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

// Node's report of an error without the lines of the stack.
function withoutStack(text) {
  return text.replace(/^ {4}at .*\n/gm, '')
}

/** @param {string} path @returns {any[]} */
function readReports(path) {
  return readLines(readFileSync(path, 'utf8'))
}
