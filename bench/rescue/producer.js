'use strict'
// The application of one cell of the first table: a child logs through a library and ends.
//
//   node producer.js <library> <end> <records>

const { fork } = require('node:child_process')
const { isMainThread, parentPort, Worker } = require('node:worker_threads')
const loggers = require('./loggers.js')

const [library, end, records] = process.argv.slice(2)
const PADDING = 'and so long that a thousand of them do not fit into a pipe, '.repeat(2)

if (process.send || !isMainThread) produce()
else if (end === 'fork exits') fork(__filename, process.argv.slice(2))
else startWorker()

function startWorker() {
  const worker = new Worker(__filename, { argv: process.argv.slice(2) })
  worker.on('message', (message) => {
    if (message === 'done') worker.terminate()
  })
}

async function produce() {
  const log = await loggers[library]()
  for (let i = 1; i <= Number(records); i++) log(`record ${i} of them, ${PADDING}`)
  if (end !== 'terminate()') process.exit(0)
  parentPort.on('message', () => {}) // so that it does not end by itself
  parentPort.postMessage('done')
}
