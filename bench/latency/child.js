'use strict'
// A producer of the latency benchmark: logs at a rate, or as fast as it can. Marked records have the time of their call,
// in microseconds of the clock that all processes share.

const { randomInt } = require('node:crypto')
const { getLogger } = require('logshare')

const { rate, records } = JSON.parse(process.env.TASK)
const log = getLogger('pour')
/** Of a producer at full speed, one record in so many is marked. */
const MARKED = 500
const WARM_UP = 20_000

process.once('message', () => {
  if (rate === undefined) pour()
  else drip(0)
})
if (rate === undefined) {
  for (let i = 0; i < WARM_UP; i++) log.info({ id: i }, 'before')
  process.send('ready')
} else trickle(0)

// A second of records that do not count: with the first one the root's thread starts.
function trickle(i) {
  log.info({ id: i }, 'before')
  if (i < rate) setTimeout(trickle, 1000 / rate, i + 1)
  else process.send('ready')
}

function pour() {
  for (let i = 0; i < records; i++) {
    if (i % MARKED === 0) mark(i)
    else log.info({ id: i }, `unit=p0 via=bench n=${i}`)
  }
  process.disconnect()
}

// In no step with the others.
function drip(i) {
  if (i === records) return process.disconnect()
  mark(i)
  setTimeout(drip, randomInt(0, 2000 / rate + 1), i + 1)
}

function mark(i) {
  log.info({ id: i, at: Number(process.hrtime.bigint() / 1000n) }, `unit=p0 via=bench n=${i}`)
}
