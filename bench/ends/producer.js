'use strict'
// The producer of one cell: logs its records and ends in the given way.

const { isMainThread, parentPort } = require('node:worker_threads')
const { getLogger } = require('logshare')

const [end, records] = process.argv.slice(-2)
const log = getLogger('ends')

const ENDS = {
  'natural end': () => process.disconnect?.(),
  'process.exit()': () => process.exit(3),
  'process.exit() in an exit listener': () => {
    process.on('exit', () => process.exit(4))
    process.disconnect?.()
  },
  'exit listener that throws': () => {
    process.on('exit', () => {
      throw new Error('in an exit listener')
    })
    process.exit(0)
  },
  'uncaught exception': () => {
    throw new Error('uncaught')
  },
  'unhandled rejection': () => Promise.reject(new Error('unhandled')),
  'terminate() in a loop': () => {
    parentPort.postMessage('done')
    for (;;);
  },
  'out of memory (resourceLimits)': exhaust,
  'heap out of memory': exhaust,
  'process.reallyExit': () => process.reallyExit(5),
  SIGTERM: () => die('SIGTERM'),
  SIGINT: () => die('SIGINT'),
  SIGKILL: () => die('SIGKILL'),
  'process.abort()': () => process.abort(),
  'process.execve': () =>
    process.execve(process.execPath, [process.execPath, '-e', '0'], process.env),
  'cluster disconnect': () => process.send('done'),
}

for (let i = 0; i < Number(records); i++) log.info({ i }, 'before the end')
ENDS[end]()

function die(signal) {
  process.kill(process.pid, signal)
  for (;;);
}

function exhaust() {
  const kept = []
  for (;;) kept.push(new Array(1000).fill(isMainThread))
}
