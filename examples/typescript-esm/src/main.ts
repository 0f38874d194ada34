// The main thread: an ES module that starts threads.

import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { getLogger, type Logger } from 'logshare'

const log: Logger = getLogger('main')

log.info('starting')
const ends = ['north', 'south'].map(async (name) => {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: { name } })
  const [code] = await once(worker, 'exit')
  log.info({ name, code }, 'a thread has ended')
})
await Promise.all(ends)
log.info('done')
