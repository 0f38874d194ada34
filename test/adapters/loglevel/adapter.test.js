'use strict'
// The loglevel adapter: each thread prints its own records, and handlers get copies.

const assert = require('node:assert/strict')
const { join } = require('node:path')
const { it } = require('node:test')
const { describeDirect } = require('../../helpers/direct')
const { readLog, run, scratch } = require('../../helpers/run')

describeDirect('loglevel')

it('traces have the frames that they have without logshare, and a replaced method stays', async (t) => {
  const path = join(scratch(t), 'app.log')
  const program = 'adapters/loglevel-trace.js'
  const bare = await run(program, { way: 'none' })
  const plain = await run(program)
  const copied = await run(program, { config: { handlers: [{ type: 'file', path }] } })
  assert.match(bare.stderr, /^Trace: at depth\n +at nest /)
  assert.deepEqual([plain.stdout, plain.stderr], [bare.stdout, bare.stderr])
  assert.deepEqual([copied.stdout, copied.stderr], [bare.stdout, bare.stderr])
  const messages = readLog(path).map(({ lib, level, msg }) => [lib, level, msg])
  const trace = ['loglevel', 10, 'at depth']
  assert.deepEqual(messages, [trace, trace, trace, ['stdout', 30, 'a mock']])
})
