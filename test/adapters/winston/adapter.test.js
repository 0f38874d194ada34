'use strict'
// The winston adapter: the root's loggers write the children's records with their own formats and transports.

const assert = require('node:assert/strict')
const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { describe, it } = require('node:test')
const { run, scratch, readLines, readLog, FIXTURES } = require('../../helpers/run')

const APP = join(FIXTURES, 'adapters/winston-app.js')
const COUNT = 1000

/** @param {string} path @returns {any[]} */
const readJson = (path) => readLog(path)

describe('relay', () => {
  for (const [kind, end] of [
    ['worker', 'exit'],
    ['worker', 'terminate'],
    ['worker', 'end'],
    ['fork', 'exit'],
    ['fork', 'SIGKILL'],
    ['fork', 'end'],
  ]) {
    it(`the root's loggers write the records of a ${kind} (${end})`, async (t) => {
      const cwd = scratch(t)
      const { stdout, stderr } = await run(APP, { args: [kind, end, String(COUNT)], cwd })
      assert.deepEqual([stdout, stderr], ['', ''])
      const app = readJson(join(cwd, 'app.log'))
      assert.equal(app.shift().message, 'from the root')
      const numbers = app.splice(0, COUNT)
      assert.deepEqual(
        numbers.map(({ n, message }) => [n, message]),
        Array.from({ length: COUNT }, (_, i) => [i + 1, `number ${i + 1}`]),
      )
      assertKinds(app)
      assertOthers(cwd)
      if (kind === 'fork') {
        assert.notEqual(numbers[0].origin, undefined)
        assert.deepEqual(JSON.parse(readFileSync(join(cwd, 'open.json'), 'utf8')), [])
      }
    })
  }
})

// One record of each kind: errors, values that are not JSON, a child logger, a profile.
/** @param {any[]} records */
function assertKinds(records) {
  assert.deepEqual(
    records.map(({ level, message, service }) => [level, message, service]),
    [
      ['error', 'broken', 'app'],
      ['error', 'failed broken', 'app'],
      ['warn', 'an object', 'app'],
      ['debug', 'of a child', 'app'],
      ['info', 'work', undefined],
    ],
  )
  const [thrown, failed, object, child, profile] = records
  assert.match(thrown.stack, /^TypeError: broken\n\s+at use .*winston-app\.js/)
  assert.equal(thrown.code, 'E_BROKEN')
  assert.match(failed.stack, /^TypeError: broken\n/)
  assert.equal(object.when, new Date(0).toISOString())
  assert.equal(child.request, 7)
  assert.equal(typeof profile.durationMs, 'number')
}

/** @param {string} cwd */
function assertOthers(cwd) {
  const read = (/** @type {string} */ name) => readFileSync(join(cwd, name), 'utf8')
  const db = read('db.log').trimEnd().split('\n')
  assert.equal(db.length, 2)
  for (const line of db) {
    // The format, which is the application's, reads the clock twice, in the child.
    const [, date, time, , , iso = ''] = /^(\S+) (\S+) (\w+) (\w+) (\S+)$/.exec(line) ?? []
    const between = Date.parse(iso) - Date.parse(`${date}T${time}`)
    assert.ok(between >= 0 && between < 1000, line)
  }
  assert.match(read('db-error.log'), /^\S+ \S+ error lost \S+\n$/)
  assert.deepEqual(readLines(read('plain.log')), [{ level: 'warn', message: 'without a name' }])
  assert.match(read('default.log'), /of the default logger/)
}
