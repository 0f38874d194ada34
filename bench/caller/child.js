'use strict'
// The benchmark's child: logs and measures what each call took.

const { parentPort } = require('node:worker_threads')

const records = Number(process.env.RECORDS)
const log = createLogger()

for (let i = 0; i < 1000; i++) JSON.stringify({ i })
const start = process.hrtime.bigint()
for (let i = 0; i < records; i++) log.info({ id: i, user: 'u-17' }, 'connection acquired')
const nanoseconds = Number(process.hrtime.bigint() - start) / records

if (parentPort) parentPort.postMessage(nanoseconds)
else process.send?.(nanoseconds, () => process.disconnect())

// pino writes each record before the call returns, as ours is safe when the call returns.
function createLogger() {
  if (process.env.LIBRARY === 'logshare') return require('logshare').getLogger('db.pool')
  const pino = require('pino')
  return pino({ name: 'db.pool' }, pino.destination({ dest: process.env.FILE, sync: true }))
}
