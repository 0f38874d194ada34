'use strict'
// The benchmark's root: creates the same logger as the child, and starts the child's next burst when the last is
// written.

const { fork } = require('node:child_process')
const { join } = require('node:path')
const { Worker } = require('node:worker_threads')
const libraries = require('./libraries.js')

const { LIBRARY, CHILD, WAY, FILE } = process.env
const program = join(__dirname, 'child.js')
const flush = WAY === 'without' ? () => Promise.resolve() : require('logshare').flush

main()

async function main() {
  await libraries[LIBRARY](FILE)
  const child = CHILD === 'thread' ? new Worker(program) : fork(program)
  const tell = (message) =>
    child instanceof Worker ? child.postMessage(message) : child.send(message)
  process.on('message', (message) => {
    tell(message)
    if (message === 'end') process.disconnect()
  })
  child.on('message', async (message) => {
    await flush()
    process.send?.(message)
  })
}
