'use strict'
// The benchmark's child: logs and measures the mean time per call.

const { parentPort } = require('node:worker_threads')

const records = Number(process.env.RECORDS)
const warmUp = 1000
const log = createLogger()
const channel = parentPort ?? process

run(warmUp)
channel.once('message', () => {
  const start = process.hrtime.bigint()
  run(records - warmUp)
  const nanoseconds = Number(process.hrtime.bigint() - start) / (records - warmUp)
  if (parentPort) parentPort.postMessage(nanoseconds)
  else process.send?.(nanoseconds, () => process.disconnect())
})
if (parentPort) parentPort.postMessage('ready')
else process.send?.('ready')

function run(count) {
  for (let i = 0; i < count; i++) log.info({ id: i, user: 'u-17' }, 'connection acquired')
}

// pino writes each record before the call returns, as ours is safe when the call returns.
function createLogger() {
  if (process.env.LIBRARY === 'logshare') return require('logshare').getLogger('db.pool')
  const pino = require('pino')
  return pino({ name: 'db.pool' }, pino.destination({ dest: process.env.FILE, sync: true }))
}
