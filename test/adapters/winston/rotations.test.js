'use strict'
// Rotations: a child's DailyRotateFile tells of the files that the root rotates, as it does of its own without logshare.

const assert = require('node:assert/strict')
const { it } = require('node:test')
const { run, scratch } = require('../../helpers/run')

const NAME = /^app-\d{4}-\d\d-\d\d\.log(?:\.\d+)?(\.gz)?$/

for (const how of ['fork', 'worker']) {
  it(`tells what becomes of the root's files: ${how}`, async (t) => {
    const cwd = scratch(t)
    const { code, stdout, stderr } = await run('adapters/winston-rotations.js', {
      args: [how],
      cwd,
    })
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
    /** @type {string[][]} */
    const heard = JSON.parse(stdout)
    for (const [, ...files] of heard) for (const file of files) assert.match(file, NAME)
    const of = (/** @type {string} */ name) => heard.filter(([each]) => each === name)
    // The file of the start, then each that follows, once and in order.
    const opened = of('new').map(([, file]) => file)
    assert.equal(heard[0]?.[0], 'new')
    assert.equal(new Set(opened).size, opened.length)
    for (const [, before = '', after = ''] of of('rotate'))
      assert.equal(opened.indexOf(after), opened.indexOf(before) + 1)
    const archives = opened.map((file) => `${file}.gz`)
    for (const [, file = ''] of [...of('archive'), ...of('logRemoved')])
      assert.ok(archives.includes(file), file)
  })
}
