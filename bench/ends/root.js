'use strict'
// The application of one cell: starts the producer, or is the producer itself, and runs until the producer has ended.

const childProcess = require('node:child_process')
const cluster = require('node:cluster')
const { join } = require('node:path')
const { Worker } = require('node:worker_threads')

const [, , kind, end, records] = process.argv
const program = join(__dirname, 'producer.js')
const args = [end, records]
const flags = end.startsWith('heap') ? ['--max-old-space-size=40'] : []

const START = {
  worker: () => startWorker(),
  fork: () => childProcess.fork(program, args, { execArgv: flags, stdio: 'ignore' }),
  spawn: () =>
    childProcess.spawn(process.execPath, [...flags, program, ...args], { stdio: 'ignore' }),
  spawnSync: () =>
    childProcess.spawnSync(process.execPath, [...flags, program, ...args], { stdio: 'ignore' }),
  cluster: () => startCluster(),
  'fork/worker': () => childProcess.fork(__filename, ['worker', ...args], { stdio: 'ignore' }),
  root: () => require('./producer.js'),
}

START[kind]()

function startWorker() {
  const resourceLimits = end.startsWith('out of memory') ? { maxOldGenerationSizeMb: 24 } : {}
  const worker = new Worker(program, { argv: args, resourceLimits, stdout: true, stderr: true })
  worker.on('error', () => {})
  worker.on('message', () => worker.terminate())
}

function startCluster() {
  cluster.setupPrimary({ exec: program, args, execArgv: flags, silent: true })
  const worker = cluster.fork()
  worker.on('message', () => worker.disconnect())
}
