'use strict'
// The LogTape adapter: each thread calls its own sinks, and handlers get copies.

const assert = require('node:assert/strict')
const { join } = require('node:path')
const { it } = require('node:test')
const { assertRecords, describeDirect, runDirect } = require('../../helpers/direct')
const { readLog, run, scratch } = require('../../helpers/run')

const LIBRARY = '@logtape/logtape'

describeDirect(LIBRARY)

it('a child that has not configured it prints nothing, and handlers get what the root’s levels let pass', async (t) => {
  for (const KINDS of ['worker', 'fork']) {
    const env = { LIBRARY, KINDS, CHILD: 'plain' }
    assert.equal((await runDirect(t, { env })).printed, '')
    const { printed, log } = await runDirect(t, { env, handler: 'file' })
    assert.equal(printed, '')
    assertRecords(log, LIBRARY, KINDS)
    const idle = await runDirect(t, { env: { ...env, ROOT: 'idle' }, handler: 'file' })
    assert.deepEqual([idle.printed, idle.log], ['', []])
  }
})

it('filters, scopes and sinks that throw: sinks and handlers get the same records', async (t) => {
  const path = join(scratch(t), 'app.log')
  const program = 'adapters/logtape-sinks.js'
  const bare = await run(program, { way: 'none' })
  const { stdout, stderr } = await run(program, {
    config: { adapters: ['logtape'], handlers: [{ type: 'file', path }] },
  })
  assert.deepEqual([stdout, stderr], [bare.stdout, bare.stderr])
  const messages = readLog(path).map(({ msg }) => msg)
  assert.deepEqual(messages, ['number 1', 'number 3', 'number 5', 'to both', 'in the scope'])
  const got = JSON.parse(stdout).filter((/** @type {string} */ msg) => !msg.startsWith('Failed'))
  assert.deepEqual(got, messages)
})
