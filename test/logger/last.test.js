'use strict'
// The last record of a process: what `fatal` and `flush` promise of it.

const assert = require('node:assert/strict')
const { join } = require('node:path')
const { test } = require('node:test')
const { readLog, run, scratch } = require('../helpers/run')

test('what is logged is written when flush calls back and when fatal returns', async (t) => {
  for (const mode of ['flush', 'inline', 'thread']) {
    const path = join(scratch(t), `${mode}.log`)
    const config = { handlers: [{ type: 'file', path }] }
    const { signal, stderr } = await run('fatal.js', { config, args: [mode] })
    assert.deepEqual([signal, stderr], ['SIGKILL', ''])
    const own = readLog(path).filter(({ name }) => name === 'app')
    assert.deepEqual(
      own.map(({ msg }) => msg),
      mode === 'flush' ? ['before'] : ['before', 'the last'],
      mode,
    )
  }
})
