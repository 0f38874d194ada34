'use strict'
// Order: the records of sixteen producers are in the file in order of time.

const assert = require('node:assert/strict')
const { join } = require('node:path')
const { it } = require('node:test')
const { assertDelivered } = require('../helpers/delivery')
const { run, scratch, readLog } = require('../helpers/run')

const RECORDS = 2000

for (const window of [20, 250]) {
  it(`sixteen producers within a window of ${window} ms`, async (t) => {
    const path = join(scratch(t), 'app.log')
    const config = { order: { window }, handlers: [{ type: 'file', path }] }
    const { code, stderr } = await run('order.js', { args: [String(RECORDS)], config })
    assert.equal(code, 0, stderr)
    const records = readLog(path)
    assertDelivered(records)
    assert.equal(records.length, 16 * RECORDS)
    const late = records.filter(({ time }, i) => i > 0 && time < records[i - 1].time)
    t.diagnostic(`${late.length} of ${records.length} records earlier than the one before`)
    // On a busy machine a producer may not run for longer than the window; then its records are late.
    if (window >= 250) assert.equal(late.length, 0)
  })
}

it('without a window records are in order of arrival, each producer in order', async (t) => {
  const path = join(scratch(t), 'app.log')
  const config = { order: { window: 0 }, handlers: [{ type: 'file', path }] }
  await run('order.js', { args: [String(RECORDS)], config })
  const records = readLog(path)
  assertDelivered(records)
  assert.equal(records.length, 16 * RECORDS)
})
