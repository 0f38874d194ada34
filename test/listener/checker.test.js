'use strict'
// The delivery checker itself: it detects delivery that was broken on purpose.

const assert = require('node:assert/strict')
const { join } = require('node:path')
const { it } = require('node:test')
const { audit, assertDelivered } = require('../helpers/delivery')
const { run, scratch, readLog, readLines, FIXTURES } = require('../helpers/run')

const EXPECTED = { root: 1000, 'worker#1': 1000, 'fork#1': 1000 }
const WHOLE = { lost: 0, doubled: 0, disordered: 0 }

/** How 50 records of each of the three producers are broken. */
const BREAKS = { drop: 'lost', double: 'doubled', swap: 'disordered' }

it('passes complete delivery', async (t) => {
  const records = await logBroken(t, '')
  assertDelivered(records, EXPECTED)
})

for (const [how, fault] of Object.entries(BREAKS)) {
  it(`detects queues that ${how} records`, async (t) => {
    const records = await logBroken(t, how)
    const { producers, ...faults } = audit(records)
    assert.equal(producers.size, 3)
    assert.deepEqual(faults, { ...WHOLE, [fault]: 150 })
    assert.throws(() => assertDelivered(records), { code: 'ERR_ASSERTION' })
  })
}

it('detects that the last records of a producer are missing', async (t) => {
  const records = await logBroken(t, '')
  const last = records.findLastIndex(({ source }) => source === 'fork#1')
  const rest = records.filter((_, i) => i !== last)
  assertDelivered(rest)
  assert.throws(() => assertDelivered(rest, EXPECTED), { code: 'ERR_ASSERTION' })
})

it('detects that a producer is missing', async (t) => {
  const records = await logBroken(t, '')
  const rest = records.filter(({ source }) => source !== 'worker#1')
  assert.throws(() => assertDelivered(rest, EXPECTED), { code: 'ERR_ASSERTION' })
})

it('detects a torn line', () => {
  assert.throws(() => readLines('{"seq":1}\n{"seq":\n2}\n'), /not a JSON line/)
})

/** @param {{ after(fn: () => void): void }} t @param {string} how */
async function logBroken(t, how) {
  const path = join(scratch(t), 'app.log')
  const result = await run('broken/root.js', {
    env: { TEST_BREAK: how, NODE_OPTIONS: `-r ${join(FIXTURES, 'broken/preload.js')}` },
    config: { handlers: [{ type: 'file', path }] },
  })
  assert.equal(result.code, 0, result.stderr)
  return readLog(path)
}
