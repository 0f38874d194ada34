'use strict'
// Traces: stack traces of errors and of listeners have the frames that they have without logshare.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { run } = require('../helpers/run.js')

/** @type {Record<string, { args?: string[], flags?: string }>} */
const MODES = {
  'as text': {},
  'in few frames': { flags: '--stack-trace-limit=3' },
  'by a function of the application': { args: ['sites'] },
}

for (const [title, { args = [], flags = '' }] of Object.entries(MODES)) {
  test(`every patched function, ${title}`, async () => {
    const trace = async (/** @type {'none' | 'NODE_OPTIONS'} */ way) => {
      const { stdout, code } = await run('traces.js', { way, args, env: { NODE_OPTIONS: flags } })
      assert.equal(code, 0)
      return JSON.parse(stdout)
    }
    const [bare, ours] = await Promise.all([trace('none'), trace('NODE_OPTIONS')])
    assert.equal(Object.keys(bare).length > 45, true)
    assert.deepEqual(ours, bare)
  })
}
