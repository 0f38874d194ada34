'use strict'
// A blocked root, and children that never return to the event loop: their records are in the log all the same.

const assert = require('node:assert/strict')
const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { it } = require('node:test')
const { assertDelivered } = require('../helpers/delivery')
const { run, scratch, readLog, readLines } = require('../helpers/run')

const CHILDREN = ['worker', 'fork', 'spawn']
const WAYS = /** @type {const} */ (['-r', 'install'])

for (const how of ['loop', 'wait', 'spawnSync']) {
  it(`children of a root blocked in ${how} see their records in the log`, async (t) => {
    const { directory, path, reports, options } = prepare(t)
    const args = [how, path, directory]
    const result = await run('blocked/root.js', { ...options, args })
    assert.equal(result.code, 0, result.stderr)
    const told = readReports(reports)
    const unblocked = told.find(({ name }) => name === 'root')
    for (const name of CHILDREN) {
      const child = told.find((each) => each.name === name)
      assert.equal(child?.seen, 300, `${name}: records in the log before the root was unblocked`)
      assert.ok(told.indexOf(child) < told.indexOf(unblocked), `${name} before the root`)
    }
    assertDelivered(readLog(path), { root: 2, 'worker#1': 300, 'fork#1': 300, 'spawn#1': 300 })
  })
}

for (const kind of CHILDREN) {
  it(`records of a ${kind} in a busy loop are in the log at once`, async (t) => {
    const { path, reports, options } = prepare(t)
    const result = await run('blocked/latency.js', { ...options, args: [kind, path] })
    assert.equal(result.code, 0, result.stderr)
    const [{ waits }] = readReports(reports)
    const sorted = [...waits].sort((a, b) => a - b)
    const text = sorted.map((wait) => Math.round(wait)).join(' ')
    t.diagnostic(`milliseconds from the call into the log: ${text}`)
    assert.equal(sorted.length, 20)
    assert.ok(sorted[19] < 1000, text)
    assert.ok(sorted[10] < 50, text)
  })
}

for (const way of WAYS) {
  it(`records logged before the first turn of the event loop are in the log, by ${way}`, async (t) => {
    const { path, options } = prepare(t)
    const result = await run('blocked/early-root.js', { ...options, way })
    assert.equal(result.code, 0, result.stderr)
    const expected = { root: 200, 'worker#1': 200, 'worker#2': 200, 'fork#1': 200 }
    assertDelivered(readLog(path), { ...expected, 'spawn#1': 200, 'spawn#2': 200 })
  })
}

/** @param {{ after(fn: () => void): void }} t */
function prepare(t) {
  const directory = scratch(t)
  const path = join(directory, 'app.log')
  const reports = join(directory, 'report')
  const options = { env: { TEST_REPORT: reports }, config: { handlers: [{ type: 'file', path }] } }
  return { directory, path, reports, options }
}

/** @param {string} path @returns {any[]} */
function readReports(path) {
  return readLines(readFileSync(path, 'utf8'))
}
