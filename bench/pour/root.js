'use strict'
// The root of the benchmark: starts the producers, lets them log when all are ready, and reports when that was and what
// they and itself have cost.

const cluster = require('node:cluster')
const { fork } = require('node:child_process')
const { join } = require('node:path')
const { Worker } = require('node:worker_threads')

const task = JSON.parse(process.env.TASK)
const program = join(__dirname, 'child.js')
const flush = task.library === 'logshare' ? require('logshare').flush : async () => {}
// log4js writes in the first process only, and its children send it their records by cluster.
if (task.library === 'log4js') require('./libraries.js').open(task)
const children = Array.from({ length: task.children }, start)
let ready = 0
let ended = 0
const callers = []
let before
let at

function start() {
  if (task.child === 'thread') return follow(new Worker(program))
  if (task.library !== 'log4js') return follow(fork(program))
  cluster.setupPrimary({ exec: program })
  return follow(cluster.fork())
}

function follow(child) {
  child.on('message', (message) => {
    if (typeof message.caller === 'number') callers.push(message.caller / task.records)
    else if (message === 'ready' && ++ready === children.length) go()
  })
  child.on('exit', () => {
    if (++ended === children.length) finish()
  })
  return child
}

async function go() {
  await flush()
  before = process.cpuUsage()
  at = process.hrtime.bigint()
  for (const child of children) {
    if (child instanceof Worker) child.postMessage('go')
    else child.send('go')
  }
}

async function finish() {
  await flush()
  const { user, system } = process.cpuUsage(before)
  const caller = callers.reduce((sum, each) => sum + each, 0) / callers.length
  const root = (user + system) / task.records / children.length
  const memory = process.memoryUsage.rss() / 2 ** 20
  process.send({ at: String(at), caller, root, memory }, () => process.disconnect())
}
