'use strict'
// The application of one cell: four children log through a setup, and end.
//
//   node app.js <setup> <end> <lines>

const cluster = require('node:cluster')
const { fork } = require('node:child_process')
const { once } = require('node:events')
const { setTimeout: wait } = require('node:timers/promises')
const { isMainThread, parentPort, threadId, Worker } = require('node:worker_threads')
const setups = require('./setups.js')

const CHILDREN = 4
const CHUNK = 20
const PADDING = 'and as long as lines of a log are, '.repeat(2)

const args = process.argv.slice(2)
const [name, end, lines] = args
const setup = setups[name]

if (cluster.isWorker || process.send || !isMainThread || setup.children === 'pm2') produce()
else main()

async function main() {
  const isFirst = setup.children !== 'thread'
  if (isFirst) setup.create() // as the first process of such an application does
  const children = Array.from({ length: CHILDREN }, () => startChild())
  const isExit = !isFirst && end === 'process.exit()'
  await Promise.all(children.map((child) => once(child, isExit ? 'message' : 'exit')))
  if (isExit) process.exit()
  await setup.end?.()
}

function startChild() {
  if (setup.children === 'fork') return fork(__filename, args)
  if (setup.children === 'cluster') {
    cluster.setupPrimary({ args })
    return cluster.fork().process
  }
  const worker = new Worker(__filename, { argv: args })
  if (end === 'killed') worker.on('message', () => worker.terminate())
  return worker
}

// Rotation takes two seconds, so that each file is replaced while all write.
async function produce() {
  const write = setup.create()
  const who = `${process.pid}/${threadId}`
  const count = Number(lines)
  for (let line = 1; line <= count; line++) {
    write(`producer ${who} line ${line} of them, ${PADDING}`)
    if (end === 'rotation' && line % CHUNK === 0) await wait((2000 * CHUNK) / count)
  }
  if (end === 'rotation') return leave()
  if (isMainThread && end === 'process.exit()') process.exit()
  if (isMainThread) process.kill(process.pid, 'SIGKILL')
  parentPort.on('message', () => {}) // so that it does not end by itself
  parentPort.postMessage('done')
}

async function leave() {
  await wait(200)
  if (cluster.isWorker) cluster.worker.disconnect()
  else process.disconnect?.()
}
