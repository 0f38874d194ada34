'use strict'
// Delivery: for every way to start a child and to install logshare, no record is lost, doubled or out of order, and all
// have the right source, name, level and text.

const assert = require('node:assert/strict')
const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { describe, it } = require('node:test')
const { assertDelivered } = require('../helpers/delivery')
const { run, scratch, readLog, readLines } = require('../helpers/run')

const COUNT = 500
const LEVELS = [10, 20, 30, 40, 50, 60]

/** Ways to start children, by group. */
const GROUPS = {
  threads: [
    'worker',
    'worker .mjs',
    'worker eval',
    'worker data:',
    'worker execArgv []',
    'worker env {}',
    'worker SHARE_ENV',
    'worker stdout',
    'worker execArgv [] env {}',
  ],
  processes: [
    'fork',
    'fork execArgv []',
    'fork env {}',
    'fork silent',
    'spawn',
    'spawn inherit',
    'spawn shell',
    'exec',
    'execFile',
    'promisify(exec)',
    'promisify(execFile)',
    'spawnSync',
    'execSync',
    'execFileSync',
  ],
  nested: [
    'cluster',
    'cluster',
    'worker/worker',
    'fork/worker',
    'worker/fork',
    'fork/fork',
    'cluster/worker',
    'cluster/spawn/worker',
    'worker/spawnSync/worker',
    'spawnSync/worker',
  ],
}

/** @type {readonly { title: string, root: string, way: '-r' | 'NODE_OPTIONS' | 'install' }[]} */
const ENTRIES = [
  { title: '-r', root: 'root.js', way: '-r' },
  { title: 'NODE_OPTIONS', root: 'root.js', way: 'NODE_OPTIONS' },
  { title: 'install() in CommonJS', root: 'root.js', way: 'install' },
  { title: 'install() in an ES module', root: 'root.mjs', way: 'install' },
  { title: '-r before an ES module', root: 'root.mjs', way: '-r' },
]

for (const { title, root, way } of ENTRIES) {
  describe(`delivery by ${title}`, () => {
    for (const group of Object.keys(GROUPS)) {
      it(`of ${group}`, async (t) => {
        const directory = scratch(t)
        const path = join(directory, 'app.log')
        const reports = join(directory, 'report')
        const result = await run(`delivery/${root}`, {
          way,
          args: [group],
          env: { TEST_REPORT: reports },
          config: { level: 'trace', handlers: [{ type: 'file', path }, { type: 'relay' }] },
        })
        assert.deepEqual([result.code, result.signal], [0, null], result.stderr)
        const records = readLog(path)
        const children = readReports(reports)
        assert.deepEqual(children.map(({ how }) => how).sort(), [...GROUPS[group]].sort())
        assertChildren(records, children, result)
        t.diagnostic(`${records.length} records, ${disorder(records)} earlier than the one before`)
      })
    }
  })
}

/**
 * @param {readonly import('logshare').LogRecord[]} records
 * @param {readonly Child[]} children
 * @param {{ pid: number | undefined, stdout: string }} result
 */
function assertChildren(records, children, { pid, stdout }) {
  const piped = new Set(children.filter((child) => child.piped).map(({ source }) => source))
  const quiet = new Set(children.filter(isQuiet).map(({ source }) => source))
  const expected = { root: 2 * (COUNT + 2) }
  for (const source of children.flatMap(beneath)) {
    expected[source] = COUNT + (piped.has(source) ? 0 : 1) + (quiet.has(source) ? 0 : 1)
  }
  assertDelivered(records, expected)
  for (const source of Object.keys(expected)) assertRecords(records, source)
  for (const { how, source, own, code, ...child } of children) {
    assert.equal(code, 0, how)
    if (own) {
      const first = records.find((record) => record.source === source)
      assert.deepEqual({ pid: first?.pid, tid: first?.tid }, own, how)
    }
    const printed = `printed by ${source}\n`
    if (child.piped) assert.equal(child.stdout, printed, how)
    assert.equal(stdout.split(printed).length - 1, child.piped ? 0 : 1, `${how}: relayed once`)
  }
  const main = records.filter((record) => record.source === 'root')
  assert.ok(main.every((record) => record.pid === pid && record.tid === 0))
}

// A worker's stderr goes to the root even if its stdout is read by the application.
function isQuiet({ piped, how }) {
  return piped && !how.startsWith('worker')
}

/** @param {readonly import('logshare').LogRecord[]} records @param {string} source */
function assertRecords(records, source) {
  const own = records.filter((record) => record.source === source)
  assert.deepEqual(
    own.map(({ seq }) => seq),
    own.map((_, i) => i + 1),
    `${source}: seq`,
  )
  const logged = own.filter(({ lib }) => lib === undefined)
  for (const [place, record] of logged.entries()) {
    const { pid, tid, level, name, msg, label, i, time } = record
    const at = place % COUNT
    const seen = { level, name, msg, label, i, own: record.own }
    const wanted = {
      level: LEVELS[at % 6],
      name: 'some.name',
      msg: `record ${at}`,
      label: source,
      i: at,
      own: { pid, tid },
    }
    assert.deepEqual(seen, wanted)
    assert.ok(time > Date.now() - 300_000 && time <= Date.now() + 1000, `time ${time}`)
  }
  assert.equal(disorder(own), 0, `${source}: time`)
  for (const { lib, level, name, msg } of own.filter((record) => record.lib !== undefined)) {
    const wanted =
      lib === 'console'
        ? { lib, level: 30, name: 'console', msg: `printed by ${source}` }
        : { lib: 'debug', level: 20, name: 'app:part', msg: `debugged by ${source}` }
    assert.deepEqual({ lib, level, name, msg }, wanted)
  }
}

/** @param {readonly import('logshare').LogRecord[]} records */
function disorder(records) {
  return records.filter(({ time }, i) => i > 0 && time < records[i - 1].time).length
}

/**
 * @typedef {{ how: string, source: string, own?: { pid: number, tid: number }, code: number, piped: boolean,
 *   stdout?: string }} Child
 * @param {string} path
 * @returns {Child[]}
 */
function readReports(path) {
  return /** @type {any[]} */ (readLines(readFileSync(path, 'utf8')))
}

/** The source of the child and those of its descendants. @param {Child} child */
function beneath({ how, source }) {
  const paths = [source]
  for (const kind of how.split('/').slice(1)) {
    paths.push(`${paths.at(-1)}/${kind.replace('Sync', '')}#1`)
  }
  return paths
}
