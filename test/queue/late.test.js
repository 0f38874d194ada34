'use strict'
// A writer that is faster than the reader: it waits a moment at the end of a segment, so that records do not get late.

const assert = require('node:assert/strict')
const test = require('node:test')
const { monotonic } = require('../../dist/core/clock.js')
const { sleep } = require('../../dist/core/sleep.js')
const { Room } = require('../../dist/queue/room.js')

/** @type {readonly { policy: 'block' | 'drop', window: number, expected: number }[]} */
const CASES = [
  { policy: 'block', window: 0, expected: 2 },
  { policy: 'drop', window: 0, expected: 1 },
  { policy: 'block', window: 60_000, expected: 1 },
]

for (const { policy, window, expected } of CASES) {
  const waits = expected > 1 ? 'waits for a late reader' : 'does not wait'
  test(`with the policy ${policy} and an order window of ${window} ms a writer ${waits}`, () => {
    const room = new Room({ policy: { policy, wait: 0, limit: 2 ** 26 }, window })
    let looks = 0
    room.add(
      0,
      makeSegment(() => ++looks > 1),
    )
    letPass(20)
    room.add(
      1,
      makeSegment(() => false),
    )
    assert.equal(looks, expected)
  })
}

test('the wait for a reader that reads nothing ends', () => {
  const room = new Room({ policy: { policy: 'block', wait: 0, limit: 2 ** 26 }, window: 0 })
  let looks = 0
  room.add(
    0,
    makeSegment(() => ++looks < 0),
  )
  letPass(20)
  room.add(
    1,
    makeSegment(() => false),
  )
  assert.ok(looks > 1)
  assert.ok(room.reserve(0, 100, false))
})

function letPass(milliseconds) {
  const start = monotonic()
  while (monotonic() - start < milliseconds) sleep(1)
}

function makeSegment(isRead) {
  const size = 2 ** 21
  return { size, isRead, isFullFor: () => false, append() {}, end() {}, close() {} }
}
