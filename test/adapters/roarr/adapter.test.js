'use strict'
// The roarr adapter: each thread writes its own messages, and handlers get copies.

const assert = require('node:assert/strict')
const { join } = require('node:path')
const { it } = require('node:test')
const { describeDirect, runDirect } = require('../../helpers/direct')
const { readLog, run, scratch } = require('../../helpers/run')

describeDirect('roarr')

it('an application’s serializer and ROARR_STREAM are used as without logshare', async (t) => {
  const path = join(scratch(t), 'app.log')
  const config = { handlers: [{ type: 'file', path }] }
  for (const STREAM of ['STDOUT', 'STDERR']) {
    const { stdout, stderr } = await run('adapters/roarr-serialize.js', {
      env: { ROARR_LOG: 'true', STREAM },
      config,
    })
    const [text, other] = STREAM === 'STDOUT' ? [stdout, stderr] : [stderr, stdout]
    assert.match(text, /^\{.*"message":"as JSON".*\}\n<as text>\n$/)
    assert.equal(other, '')
  }
  const messages = readLog(path).map(({ lib, level, msg }) => [lib, level, msg])
  const each = [
    ['roarr', 30, 'as JSON'],
    ['roarr', 30, '<as text>'],
  ]
  assert.deepEqual(messages, [...each, ...each])
})

it('without ROARR_LOG, nothing is written', async (t) => {
  const env = { LIBRARY: 'roarr', KINDS: 'worker,fork', ROARR_LOG: '' }
  const { printed, log } = await runDirect(t, { env, handler: 'file' })
  assert.deepEqual([printed, log], ['', []])
})
