'use strict'
// Retry: a thread that has lost the listener and logs nothing more finds the next one.

const { test } = require('node:test')
const { monotonic } = require('../../dist/core/clock.js')
const { Doorbell, openDoorbell } = require('../../dist/queue/doorbell.js')
const { producerId } = require('../../dist/queue/segment.js')
const { createRetry } = require('../../dist/tree/retry.js')
const { scratch } = require('../helpers/run.js')

test('goes on where a retry comes too soon after the last attempt', async (t) => {
  const directory = scratch(t)
  const bell = new Doorbell(directory, producerId(process.pid, 0))
  const lost = new Promise((done) => {
    const retry = createRetry(directory, bell)
    bell.lost = () => {
      retry()
      done(undefined)
    }
  })
  bell.knock(monotonic() + 300) // until then, a further attempt is too soon
  await lost
  const alive = setInterval(() => {}, 1000) // the retries do not keep the process alive
  t.after(() => clearInterval(alive))
  await new Promise((done) => {
    const door = openDoorbell(directory, {
      ring: done,
      gone() {},
      mute: (error) => {
        throw error
      },
    })
    t.after(() => {
      bell.close()
      door.close()
    })
  })
})
