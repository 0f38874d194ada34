'use strict'
// The root changes levels of other libraries' loggers: running threads and forks follow, except where they set their own.

const assert = require('node:assert/strict')
const { join } = require('node:path')
const { describe, it } = require('node:test')
const { run, scratch, readLog, FIXTURES } = require('../../helpers/run')

const APP = join(FIXTURES, 'adapters/live.js')
const LIBRARIES = Object.keys(require(join(FIXTURES, 'adapters/live-loggers.js')))

describe('a level set in the root while children run', () => {
  for (const library of LIBRARIES) {
    it(`${library}: the root's logger writes the record that the new level enables`, async (t) => {
      const { stdout, stderr } = await run(APP, { args: [library] })
      assertSeen(t, stdout)
      const printed = stdout + stderr
      assert.equal(printed.match(/at last/g)?.length, 2, printed)
      assert.doesNotMatch(printed, /too early|not to be seen/)
    })

    it(`${library}: a file handler gets the record that the new level enables`, async (t) => {
      const path = join(scratch(t), 'app.log')
      const config = { handlers: [{ type: 'file', path }] }
      const { stdout } = await run(APP, { args: [library], config })
      assertSeen(t, stdout)
      const records = readLog(path).filter(({ name }) => name === 'app' || name === 'own')
      assert.deepEqual(
        records.map(({ source, name, level, msg }) => `${source} ${name} ${level} ${msg}`).sort(),
        ['fork#1 app 20 at last', 'worker#1 app 20 at last'],
      )
    })
  }
})

/** Fails unless both children have reported the new level. @param {import('node:test').TestContext} t @param {string} stdout */
function assertSeen(t, stdout) {
  const reports = [...stdout.matchAll(/^\{"kind".*\}$/gm)].map(([line]) => JSON.parse(line))
  t.diagnostic(`milliseconds: ${reports.map(({ kind, ms }) => `${kind} ${ms}`).join(', ')}`)
  assert.deepEqual(
    reports
      .map(({ kind, before, at, own }) => [kind, before, typeof at, own])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
    [
      ['fork', false, 'number', false],
      ['worker', false, 'number', false],
    ],
  )
}
