'use strict'
// The benchmark's root: starts one child of the wanted kind and passes its measurement on.

const { fork } = require('node:child_process')
const { join } = require('node:path')
const { Worker } = require('node:worker_threads')

const program = join(__dirname, 'child.js')
const child = process.env.CHILD === 'thread' ? new Worker(program) : fork(program)
child.on('message', (nanoseconds) => process.send?.(nanoseconds))
child.on('exit', () => process.disconnect())
