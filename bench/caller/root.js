'use strict'
// The benchmark's root: starts children of the given kind, lets them log when all are ready, and reports the mean.

const { fork } = require('node:child_process')
const { join } = require('node:path')
const { Worker } = require('node:worker_threads')

const program = join(__dirname, 'child.js')
const flush = process.env.LIBRARY === 'logshare' ? require('logshare').flush : async () => {}
const children = Array.from({ length: Number(process.env.CHILDREN) }, start)
let ready = 0
let ended = 0
let sum = 0

function start() {
  const child = process.env.CHILD === 'thread' ? new Worker(program) : fork(program)
  child.on('message', (message) => {
    if (message !== 'ready') sum += Number(message)
    else if (++ready === children.length) go()
  })
  child.on('exit', () => {
    if (++ended === children.length) finish()
  })
  return child
}

async function go() {
  await flush()
  for (const child of children) {
    if (child instanceof Worker) child.postMessage('go')
    else child.send('go')
  }
}

function finish() {
  process.send?.(sum / children.length, () => process.disconnect())
}
