'use strict'
// The watcher of the latency benchmark, in a thread: reads a growing file, and notes how old marked records are when their
// bytes are there. It ends when `workerData.state` is 1 and nothing more has come.

const { openSync, readSync } = require('node:fs')
const { parentPort, workerData } = require('node:worker_threads')

const MARK = Buffer.from('"at":')
/** Milliseconds between two looks. */
const INTERVAL = 0.25

const state = new Int32Array(workerData.state)
const fd = openSync(workerData.file, 'r')
const buffer = Buffer.allocUnsafe(4 << 20)
/** @type {number[]} */
const ages = []
let position = 0

while (look() || Atomics.load(state, 0) === 0) Atomics.wait(state, 0, 0, INTERVAL)
parentPort.postMessage(ages)

/** Reads whole lines; returns whether there were any. */
function look() {
  const read = readSync(fd, buffer, 0, buffer.length, position)
  const now = Number(process.hrtime.bigint() / 1000n)
  const end = buffer.subarray(0, read).lastIndexOf(10) + 1
  const lines = buffer.subarray(0, end) // not what an earlier look has left behind it
  for (let at = lines.indexOf(MARK); at >= 0; at = lines.indexOf(MARK, at + 1))
    ages.push(
      (now - Number.parseInt(lines.toString('latin1', at + MARK.length, at + 30), 10)) / 1e3,
    )
  position += end
  return end > 0
}
