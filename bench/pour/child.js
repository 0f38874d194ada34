'use strict'
// A producer of the benchmark: logs `records` records when it is told to, and reports the CPU time that took.

const { readFileSync } = require('node:fs')
const { parentPort } = require('node:worker_threads')
const { open } = require('./libraries.js')
const { SHAPES } = require('./shapes.js')

const task = JSON.parse(process.env.TASK)
const channel = parentPort ?? process
const { log, end } = open(task)
const call = SHAPES[task.shape]

/** So that the code is optimized when the measurement starts. */
const WARM_UP = 20_000

for (let i = 0; i < WARM_UP; i++) call(log, i)
channel.once('message', async () => {
  const before = cpu()
  for (let i = 0; i < task.records; i++) call(log, i)
  const caller = cpu() - before
  await end()
  if (parentPort) parentPort.postMessage({ caller })
  else process.send({ caller }, () => process.disconnect())
})
if (parentPort) parentPort.postMessage('ready')
else process.send('ready')

/** Microseconds: of this thread alone where it is one of several, which Node 20 does not tell, but Linux does. */
function cpu() {
  if (parentPort)
    return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1e3
  const { user, system } = process.cpuUsage()
  return user + system
}
