'use strict'
// Where a child of smaller libraries differs from the root: its output is data, its level is its own, a reporter throws.

const assert = require('node:assert/strict')
const { it } = require('node:test')
const { run } = require('../../helpers/run')

const PROGRAM = 'adapters/small/edges.js'

it('what a child prints to another stdout than the root’s is left alone', async () => {
  const { stdout, stderr } = await run(PROGRAM, { args: ['data'] })
  assert.deepEqual([stdout, stderr], ['', 'data: printed\n'])
})

it('a child has the level of the root until it sets its own, which the root respects', async () => {
  const { stdout, stderr } = await run(PROGRAM, { args: ['levels'] })
  assert.deepEqual([stdout, stderr], ['wanted by the child\n', 'wanted\n'])
})

it('a reporter that throws in the root hurts neither side', async () => {
  const { code, stderr } = await run(PROGRAM, { args: ['throws'] })
  assert.equal(code, 0)
  assert.match(
    stderr,
    /^logshare: consola in the root could not write a record: no room \(LOGSHARE_WARN_HANDLER\)$/m,
  )
  assert.match(stderr, /^after it$/m)
})
