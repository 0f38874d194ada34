'use strict'
// The benchmark's root: has the logger that the child has, and lets the child go when its last burst is written.

const { fork } = require('node:child_process')
const { join } = require('node:path')
const { setTimeout } = require('node:timers/promises')
const { Worker } = require('node:worker_threads')
const libraries = require('./libraries.js')

const BURSTS = 20
const WARM_UP = 10
const REST = 20
const { LIBRARY, CHILD, WAY, FILE } = process.env
const program = join(__dirname, 'child.js')
// A child alone rests between two bursts, too: caches and clocks of a machine that has slept are others.
const flush = WAY === 'without' ? () => setTimeout(REST) : require('logshare').flush

main()

async function main() {
  await libraries[LIBRARY](FILE)
  const bursts = []
  const child = CHILD === 'thread' ? new Worker(program) : fork(program)
  child.on('message', async (message) => {
    if (message !== 'ready') bursts.push(Number(message))
    await flush()
    const next = bursts.length < BURSTS ? 'go' : 'end'
    if (child instanceof Worker) child.postMessage(next)
    else child.send(next)
  })
  child.on('exit', () => process.send?.(bursts.slice(WARM_UP), () => process.disconnect()))
}
