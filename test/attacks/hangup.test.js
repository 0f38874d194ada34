'use strict'
// SIGHUP ends a child with a log4js file appender exactly where it does without logshare.

const assert = require('node:assert/strict')
const { it } = require('node:test')
const { run, scratch } = require('../helpers/run')

for (const type of ['file', 'multiFile', 'fileSync', 'dateFile']) {
  it(`SIGHUP to a child with the appender ${type}`, async (t) => {
    const args = [type, scratch(t)]
    const [bare, ours] = [
      await run('attacks/hangup.js', { way: 'none', args }),
      await run('attacks/hangup.js', { args }),
    ]
    assert.deepEqual([ours.stdout, ours.stderr], [bare.stdout, bare.stderr])
  })
}
