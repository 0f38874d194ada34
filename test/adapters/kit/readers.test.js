'use strict'
// A handler that the root adds while children run gets records as the child's formats have made them.

const assert = require('node:assert/strict')
const { it } = require('node:test')
const { readLines, run } = require('../../helpers/run')

for (const when of ['before', 'after', 'between']) {
  it(`a handler added ${when} the child's first records`, async () => {
    const { stdout, stderr } = await run('adapters/readers.js', {
      args: [when],
      config: { order: { window: when === 'between' ? 1000 : 20 } },
    })
    const lines = readLines(stdout).filter(({ message }) => message)
    const printed = lines.map(({ message, hidden, password }) => [message, hidden, password])
    assert.ok(printed.length > 0)
    assert.deepEqual(printed, Array(printed.length).fill(['said', true, undefined]))
    const records = JSON.parse(stderr).filter(({ lib }) => lib === 'winston')
    const first = records.findIndex(({ hidden }) => hidden)
    assert.ok(when === 'before' ? first === 0 : first >= 0)
    for (const { msg, hidden, password } of records.slice(first)) {
      assert.deepEqual([msg, hidden, password], ['said', true, undefined])
    }
    const requests = JSON.parse(stderr).filter(({ lib }) => lib === 'pino')
    assert.ok(requests.length > 0)
    for (const { level, name, msg, request, deep, hostname } of requests) {
      assert.deepEqual([level, name, msg, request], [40, 'http', 'asked', 'r-1'])
      assert.deepEqual([deep, hostname], [{ list: [1] }, undefined])
    }
  })
}
