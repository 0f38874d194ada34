'use strict'
// Latency: how old records are when their bytes are in the file, and what the root costs while few are logged.

const { fork } = require('node:child_process')
const { once } = require('node:events')
const { writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { Worker } = require('node:worker_threads')

const program = join(__dirname, 'latency/root.js')
const watcher = join(__dirname, 'latency/watcher.js')
const register = join(__dirname, '../register.js')
/** Seconds for which few records are logged. */
const DRIP = 5

/** Milliseconds of the median and of the slowest hundredth; the root's CPU in milliseconds a second. */
async function measureLatency({ children, rate, window, share = 1 }, base, file) {
  writeFileSync(file, '')
  const records = rate === undefined ? Math.round(base * share) : Math.min(base, rate * DRIP)
  const state = new Int32Array(new SharedArrayBuffer(4))
  const looks = new Worker(watcher, { workerData: { file, state: state.buffer } })
  const env = {
    ...process.env,
    TASK: JSON.stringify({ children, rate, records }),
    LOGSHARE_CONFIG: JSON.stringify({
      handlers: [{ type: 'file', path: file }],
      ...(window !== undefined && { order: { window } }),
    }),
  }
  const root = fork(program, { env, execArgv: ['-r', register] })
  const [[report]] = await Promise.all([once(root, 'message'), once(root, 'exit')])
  Atomics.store(state, 0, 1)
  Atomics.notify(state, 0)
  const [ages] = await once(looks, 'message')
  ages.sort((a, b) => a - b)
  const at = (part) => ages[Math.min(ages.length - 1, Math.floor(ages.length * part))]
  return { ...report, p50: at(0.5), p99: at(0.99), max: at(1), marked: ages.length }
}

module.exports = { measureLatency }
