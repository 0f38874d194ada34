'use strict'
// Who reads records besides the root's own logger has them as the child's format has made them.

const assert = require('node:assert/strict')
const { it } = require('node:test')
const { readLines, run } = require('../../helpers/run')

for (const when of ['before', 'after', 'between']) {
  it(`a handler that is added, ${when}`, async () => {
    const { stdout, stderr } = await run('adapters/readers.js', {
      args: [when],
      config: { order: { window: when === 'between' ? 1000 : 20 } },
    })
    const said = readLines(stdout).filter(({ message }) => message)
    const told = said.map(({ message, hidden, password }) => [message, hidden, password])
    assert.ok(told.length > 0)
    assert.deepEqual(told, Array(told.length).fill(['said', true, undefined]))
    const records = JSON.parse(stderr).filter(({ lib }) => lib === 'winston')
    const first = records.findIndex(({ hidden }) => hidden)
    assert.ok(when === 'before' ? first === 0 : first >= 0)
    for (const { msg, hidden, password } of records.slice(first)) {
      assert.deepEqual([msg, hidden, password], ['said', true, undefined])
    }
    const asked = JSON.parse(stderr).filter(({ lib }) => lib === 'pino')
    assert.ok(asked.length > 0)
    for (const { level, name, msg, request, deep, hostname } of asked) {
      assert.deepEqual([level, name, msg, request], [40, 'http', 'asked', 'r-1'])
      assert.deepEqual([deep, hostname], [{ list: [1] }, undefined])
    }
  })
}
