// A thread: logs with our logger, pino and the console, and ends in the middle of it.

import { workerData } from 'node:worker_threads'
import { getLogger } from 'logshare'
import { pino } from 'pino'

const { name } = workerData as { name: string }
const ours = getLogger('worker')
const theirs = pino({ name: 'measure' })

for (let step = 1; step <= 100; step++) {
  ours.info({ name, step }, 'step')
  theirs.info({ name, step }, 'measured')
  console.log('%s: step %d', name, step)
}
process.exit()
