'use strict'
// The demo: runs as a user runs it and finds its log complete.

const test = require('node:test')
const assert = require('node:assert/strict')
const { join } = require('node:path')
const { run, scratch, ROOT } = require('../helpers/run.js')

const LIMIT = 120_000

test('npm run demo: the log of an application with many threads is complete', {
  timeout: LIMIT,
}, async (t) => {
  const demo = join(ROOT, 'examples/demo.js')
  const { code, stdout, stderr } = await run(demo, {
    way: 'none',
    env: { TMPDIR: scratch(t) },
    limit: LIMIT - 5000,
  })
  assert.equal(code, 0, stdout.slice(-2000) + stderr.slice(-2000))
  const [, records, ...faults] = stdout.match(/^11 producers +(\d+) +(\d+) +(\d+) +(\d+)$/m) ?? []
  assert.deepEqual(faults, ['0', '0', '0'])
  assert.ok(Number(records) > 5000, `${records} records`)
})
