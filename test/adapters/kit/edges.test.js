'use strict'
// Children that differ from the root: another stdout, another level (loglevel).

const assert = require('node:assert/strict')
const { it } = require('node:test')
const { run } = require('../../helpers/run')

const PROGRAM = 'adapters/root-writes/edges.js'

it('the output of a child whose stdout is not the root’s is left alone', async () => {
  const { stdout, stderr } = await run(PROGRAM, { args: ['data'] })
  assert.deepEqual([stdout, stderr], ['', 'data: printed\n'])
})

it('a child has the level of the root until it sets its own, which then also holds for its relayed records', async () => {
  const { stdout, stderr } = await run(PROGRAM, { args: ['levels'] })
  assert.deepEqual([stdout, stderr], ['wanted by the child\n', 'wanted\n'])
})
