// The jobs: a process with a thread, which does a job each second and tells of it.

const { isMainThread, Worker } = require('node:worker_threads')
const log = require('pino')({ name: isMainThread ? 'jobs' : 'jobs.thread' })

if (isMainThread) new Worker(__filename)

let done = 0
setInterval(() => log.info({ done: ++done }, 'job done'), 1000)
log.info('ready')
