'use strict'
// Fake clocks: test frameworks replace timers, `Date`, `performance` and `process` in the application, not in logshare.

const assert = require('node:assert/strict')
const { readdirSync, readFileSync } = require('node:fs')
const { join } = require('node:path')
const { test } = require('node:test')
const { readLog, run, scratch } = require('../helpers/run.js')

test('a clock that stands at 1970, and `process` that is away for a moment', async (t) => {
  const directory = scratch(t)
  const path = join(directory, 'app.log')
  const relayed = join(directory, 'pino.log')
  const rotate = { size: '200 B', keep: 100 }
  const begun = Date.now()
  const { code, stderr } = await run('fake-clock.js', {
    flags: ['--no-warnings'],
    env: { XDG_RUNTIME_DIR: directory, TEST_FILE: relayed },
    config: { handlers: [{ type: 'file', path, rotate }, { type: 'relay' }] },
  })
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })

  const files = readdirSync(directory).filter((name) => name.startsWith('app'))
  assert.equal(files.length > 2, true, 'no file was rotated')
  assert.deepEqual(
    files.filter((name) => name.includes('1970')),
    [],
  )
  const records = files.flatMap((name) => readLog(join(directory, name)))
  assert.equal(records.length, 17)
  const times = records.map(({ time }) => time)
  assert.deepEqual(
    times.filter((time) => !(time >= begun - 1 && time <= Date.now() + 1)),
    [],
  )

  // A library's own text has the application's clock, as without logshare.
  const lines = readFileSync(relayed, 'utf8').trim().split('\n')
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).time),
    [1000, 1000, 1000, 1000],
  )
})
