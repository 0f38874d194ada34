'use strict'
// Producers that are stopped or wait forever do not delay the records of others.

const assert = require('node:assert/strict')
const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { it } = require('node:test')
const { assertDelivered } = require('../helpers/delivery')
const { run, scratch, readLines, readLog } = require('../helpers/run')

const ROUNDS = 10

for (const window of ['0', '50ms', '500ms']) {
  it(`with a window of ${window} records are not delayed by stalled producers`, {
    skip: process.platform !== 'linux',
  }, async (t) => {
    const directory = scratch(t)
    const [path, report] = ['app.log', 'report'].map((name) => join(directory, name))
    const { code, stderr } = await run('stalled/root.js', {
      args: [path, String(ROUNDS)],
      env: { TEST_REPORT: report },
      config: { handlers: [{ type: 'file', path }], order: { window } },
    })
    assert.equal(code, 0, stderr)
    const [{ waits, isStalled }] = /** @type {any[]} */ (readLines(readFileSync(report, 'utf8')))
    t.diagnostic(`milliseconds: ${waits.join(' ')}`)
    assert.equal(waits.length, ROUNDS)
    assert.ok(isStalled)
    const counts = { 'worker#1': 3, 'fork#1': 2, 'worker#2': ROUNDS + 2, 'fork#2': ROUNDS + 2 }
    assertDelivered(readLog(path), counts)
  })
}
