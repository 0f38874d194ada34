'use strict'
// A producer of the soak test, as a thread or a process: logs in bursts and ends as planned. It counts the calls that
// have returned in shared memory or a file, which survive it. It may start a thread of its own.

const { openSync, writeSync } = require('node:fs')
const { join } = require('node:path')
const { isMainThread, parentPort, Worker, workerData } = require('node:worker_threads')
const { getLogger } = require('logshare')

/** Records logged without a pause by one that is to be killed meanwhile. */
const LAST_BURST = 2000
/** Milliseconds after which one that was not killed ends, to be counted as a failure. */
const FORGOTTEN = 30_000

const plan = isMainThread ? JSON.parse(process.argv[2]) : workerData
const { id, records, burst, pause, end, beneath, folder } = plan
const hurry = plan.hurry ?? new Int32Array(new SharedArrayBuffer(4))
const log = getLogger('soak')
const keep = plan.counts ? keepInMemory(plan.counts) : keepInFile()
let i = 0

const ENDS = {
  'natural end': () => process.disconnect?.(),
  'process.exit()': () => process.exit(0),
  SIGKILL: beKilled,
  SIGTERM: beKilled,
  'terminate()': beKilled,
  'with its parent': beKilled,
}

if (beneath) startBeneath()
step()

function step() {
  const isLast = end === 'with its parent' ? Atomics.load(hurry, 0) === 1 : i + burst >= records
  logMany(burst)
  if (isLast) ENDS[end]()
  else setTimeout(step, pause)
}

function logMany(count) {
  for (let n = 0; n < count; n++) {
    log.info({ p: id, i: ++i }, 'a record like many others')
    keep(i)
  }
}

function beKilled() {
  Atomics.store(hurry, 0, 1)
  if (parentPort) parentPort.postMessage('ready')
  else writeSync(3, '.')
  logMany(LAST_BURST)
  setTimeout(() => process.exit(9), FORGOTTEN)
}

function startBeneath() {
  const { counts } = plan
  const worker = new Worker(__filename, { workerData: { ...beneath, folder, counts, hurry } })
  if (beneath.end === 'terminate()') worker.on('message', () => worker.terminate())
}

function keepInMemory(counts) {
  return (count) => Atomics.store(counts, id, count)
}

// What is written is in the page cache, and stays there when this process is killed.
function keepInFile() {
  const fd = openSync(join(folder, 'counts', String(id)), 'w')
  const word = new Uint32Array(1)
  return (count) => {
    word[0] = count
    writeSync(fd, word, 0, 4, 0)
  }
}
