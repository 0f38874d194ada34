'use strict'
// `withContext`: fields of a context are in every record that is logged within, and in those of children started within.

const assert = require('node:assert/strict')
const { join } = require('node:path')
const { it } = require('node:test')
const { readLog, run, scratch } = require('../helpers/run')

it('records of all libraries have the fields of their context', async (t) => {
  const path = join(scratch(t), 'app.log')
  const config = { handlers: [{ type: 'file', path }], redact: ['secret'] }
  const { code, stderr } = await run('context.js', { config })
  assert.deepEqual([code, stderr], [0, ''])
  const records = readLog(path)
  const of = (/** @type {string} */ text) =>
    records
      .filter(({ msg }) => msg === text)
      .map(({ requestId, step }) => [requestId, step].join(' ').trim())
      .sort()
  assert.deepEqual(of('outside'), [''])
  assert.deepEqual(of('outside again'), [''])
  assert.deepEqual(of('at once'), ['a', 'b'])
  assert.deepEqual(of('with its own'), ['own', 'own'])
  assert.deepEqual(of('with a nested one'), ['a', 'b'])
  assert.deepEqual(of('printed'), ['a', 'b'])
  assert.deepEqual(of('inner'), ['inner 1', 'inner 1'])
  assert.deepEqual(of('by pino'), ['a', 'b'])
  assert.deepEqual(of('in a child'), ['c', 'c'])
  assert.deepEqual(of('printed by a child'), ['c', 'c'])
  assert.deepEqual(of('within, in a child'), ['c inner', 'c inner'])
  assert.ok(records.some(({ secret }) => secret === '[REDACTED]'))
  assert.ok(!records.some(({ secret }) => secret === 'hidden'))
})
