'use strict'
// Checkpointer: few records wait for a checkpoint, but no more of them, and none once the queues are empty.

const assert = require('node:assert/strict')
const test = require('node:test')
const { readCheckpoint } = require('../../dist/listener/checkpoint.js')
const { Checkpointer } = require('../../dist/listener/checkpointer.js')
const { Fanout } = require('../../dist/listener/fanout.js')
const { Sources } = require('../../dist/listener/sources.js')
const { monotonic } = require('../../dist/core/clock.js')
const { scratch } = require('../helpers/run.js')

/** A checkpointer of a directory, and how many checkpoints it has saved. @param {import('node:test').TestContext} t */
function open(t) {
  const directory = scratch(t)
  let saved = 0
  const mark = () => ({ path: directory, size: ++saved })
  /** @type {any} */
  const handler = { label: 'test', write() {}, mark }
  const checkpointer = new Checkpointer(new Sources(), new Fanout([handler], 1000, () => {}))
  checkpointer.watch(directory)
  const count = () => /** @type {any} */ (readCheckpoint(directory).marks[0]).size
  return { checkpointer, count }
}

/** Goes on until this moment, as a loop does under load. @param {number} time */
function busyUntil(time) {
  while (monotonic() < time);
}

test('few records wait for 100 ms, twenty for 20 ms', (t) => {
  const { checkpointer, count } = open(t)
  const start = monotonic()
  assert.equal(count(), 1)
  checkpointer.delivered(19)
  checkpointer.saveIfDue()
  busyUntil(start + 30)
  if (monotonic() < start + 90) checkpointer.saveIfDue()
  assert.equal(count(), 1)
  checkpointer.delivered(1)
  checkpointer.saveIfDue()
  assert.equal(count(), 2)
  const second = monotonic()
  checkpointer.delivered(1)
  busyUntil(second + 101)
  checkpointer.saveIfDue()
  assert.equal(count(), 3)
})

test('what is left when nothing more comes is saved at once', (t) => {
  const { checkpointer, count } = open(t)
  checkpointer.delivered(1)
  checkpointer.save()
  assert.equal(count(), 2)
  checkpointer.save()
  assert.equal(count(), 2)
})
