// The application: imports orders in a thread and in a process, which log with pino and the console.

const { fork } = require('node:child_process')
const { isMainThread, Worker } = require('node:worker_threads')
const isChild = !isMainThread || process.send !== undefined
const log = require('pino')({ name: isChild ? 'import' : 'orders' })

if (isChild) importAll()
else {
  log.info('importing')
  new Worker(__filename)
  fork(__filename)
}

function importAll() {
  for (let order = 1; order <= 100; order++) {
    log.info({ order }, 'imported')
    if (order % 10 === 0) console.warn('order %d has no address', order)
  }
  process.exit()
}
