'use strict'
// Levels of other libraries' loggers that the root changes: threads and forks that run see them; what they set stays.

const assert = require('node:assert/strict')
const { join } = require('node:path')
const { describe, it } = require('node:test')
const { run, scratch, readLog, FIXTURES } = require('../../helpers/run')

const APP = join(FIXTURES, 'adapters/live.js')
const LIBRARIES = Object.keys(require(join(FIXTURES, 'adapters/live-loggers.js')))

describe('a level set in the root while children run', () => {
  for (const library of LIBRARIES) {
    it(`${library}: the record that it lets pass is written by the root's logger`, async (t) => {
      const { stdout, stderr } = await run(APP, { args: [library] })
      assertSeen(t, stdout)
      const printed = stdout + stderr
      assert.equal(printed.match(/at last/g)?.length, 2, printed)
      assert.doesNotMatch(printed, /too early|not to be seen/)
    })

    it(`${library}: and is in a file handler's log`, async (t) => {
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

/** Fails unless both children have told that they saw it. @param {import('node:test').TestContext} t @param {string} stdout */
function assertSeen(t, stdout) {
  const told = [...stdout.matchAll(/^\{"kind".*\}$/gm)].map(([line]) => JSON.parse(line))
  t.diagnostic(`milliseconds: ${told.map(({ kind, ms }) => `${kind} ${ms}`).join(', ')}`)
  assert.deepEqual(
    told
      .map(({ kind, before, at, own }) => [kind, before, typeof at, own])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
    [
      ['fork', false, 'number', false],
      ['worker', false, 'number', false],
    ],
  )
}
