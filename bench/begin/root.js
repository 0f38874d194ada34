'use strict'
// Starts one child, and writes to its descriptor 3 how long the call took, and the memory that the child reports.

const { fork } = require('node:child_process')
const { writeSync } = require('node:fs')
const { join } = require('node:path')
const { Worker } = require('node:worker_threads')

const [kind, does] = process.argv.slice(2)
const program = join(__dirname, 'child.js')
const start = process.hrtime.bigint()
const child = kind === 'fork' ? fork(program, [does]) : new Worker(program, { argv: [does] })
const returned = Number(process.hrtime.bigint() - start) / 1e6
let memory = 0

child.on('message', (message) => {
  memory = Number(message)
})
child.on('exit', () => writeSync(3, JSON.stringify({ returned, memory })))
