'use strict'
// The application of the soak test: replaces producers until the time is over, ends them in every way, and terminates
// the listener thread. It records when each producer lived and how much it logged.
//
// Arguments: the folder, the seconds and the seed.

const { fork, spawn } = require('node:child_process')
const cluster = require('node:cluster')
const { subscribe } = require('node:diagnostics_channel')
const { readFileSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { Worker } = require('node:worker_threads')
const { getLogger } = require('logshare')

const folder = process.argv[2]
const seconds = Number(process.argv[3])
const random = createRandom(Number(process.argv[4]))
const program = join(__dirname, 'producer.js')

/** How many of each kind live at any time: 32 producers with those beneath them. */
const KINDS = {
  worker: 8,
  'worker/worker': 2,
  fork: 6,
  'fork/worker': 4,
  spawn: 4,
  cluster: 2,
}
const THREAD_ENDS = ['terminate()', 'terminate()', 'process.exit()', 'natural end']
const PROCESS_ENDS = ['SIGKILL', 'SIGKILL', 'SIGTERM', 'process.exit()', 'natural end']
/** Ends of a thread beneath another producer, by that one's end; the rest go with it. */
const BENEATH = { 'natural end': ['terminate()', 'process.exit()', 'natural end'] }
/** Records a second. */
const RATE = [300, 900]
/** Seconds. */
const LIFE = { thread: [1, 5], process: [3, 10] }
const MAX_PRODUCERS = 2 ** 17
/** Milliseconds of what the root itself logs. */
const OWN_PAUSE = 50
const SAMPLE = 500
const STDIO = ['ignore', 'ignore', 'inherit', 'pipe']

const START = {
  fork: (args) => fork(program, args, { stdio: [...STDIO, 'ipc'] }),
  spawn: (args) => spawn(process.execPath, [program, ...args], { stdio: STDIO }),
  cluster(args) {
    cluster.setupPrimary({ exec: program, args, stdio: [...STDIO, 'ipc'] })
    return cluster.fork()
  },
}

const counts = new Int32Array(new SharedArrayBuffer(MAX_PRODUCERS * 4))
const producers = []
const failures = []
const samples = []
const living = new Set()
/** Threads of the application; whatever else Node announces is the listener's. */
const own = new WeakSet()
let listener
let isOver = false

subscribe('worker_threads', ({ worker }) => {
  setImmediate(() => {
    if (!own.has(worker)) listener = worker
  })
})

const root = enter('root', 'natural end')
const logging = setInterval(logOwn, OWN_PAUSE)
const sampling = setInterval(() => samples.push(process.memoryUsage.rss()), SAMPLE)
for (const kind of Object.keys(KINDS)) for (let n = 0; n < KINDS[kind]; n++) give(kind)

// In the first half, so that what the root's memory does in the second has nothing to do with them.
at(1 / 6, () => {
  own.add(listener)
  process.send({ what: 'listener terminated', at: Date.now() })
  listener.terminate()
})
at(1 / 4, () => process.send({ what: 'disk full' }))
at(1, stop)

function at(part, act) {
  setTimeout(act, seconds * 1000 * part)
}

function logOwn() {
  for (let n = 0; n < 20; n++) getLogger('soak').info({ p: 0, i: ++counts[0] }, 'of the root')
}

/** A new producer of a kind, and another when it has ended. */
function give(kind) {
  if (producers.length + 2 >= MAX_PRODUCERS) throw new Error('too many producers')
  const isThread = kind.startsWith('worker')
  const end = pick(isThread ? THREAD_ENDS : PROCESS_ENDS)
  const life = isThread ? LIFE.thread : LIFE.process
  const producer = enter(kind.split('/')[0], end)
  const plan = { ...createPlan(producer, life), folder }
  let beneath
  if (kind.includes('/')) {
    beneath = enter(kind, pick(BENEATH[end] ?? ['with its parent']))
    plan.beneath = createPlan(beneath, life)
    if (beneath.end === 'with its parent') beneath.end = `${end} of its parent`
  }
  const ended = (how) => {
    living.delete(kill)
    producer.died = Date.now()
    if (beneath) beneath.died = producer.died
    if (how !== producer.end && how !== 'natural end')
      failures.push(`${kind} ended by ${how} and not by ${producer.end}`)
    if (!isOver) give(kind)
    else if (living.size === 0) finish()
  }
  const kill = isThread ? startThread(plan, ended) : startProcess(producer, plan, ended)
  living.add(kill)
  return kill
}

function enter(kind, end) {
  const producer = { id: producers.length, kind, end, born: Date.now(), died: 0, count: 0 }
  producers.push(producer)
  return producer
}

function createPlan({ id, end }, life) {
  const rate = between(RATE)
  const burst = Math.round(between([10, 60]))
  return { id, end, burst, pause: (burst / rate) * 1000, records: Math.round(rate * between(life)) }
}

function startThread(plan, ended) {
  const worker = new Worker(program, { workerData: { ...plan, counts } })
  own.add(worker)
  let how = 'natural end'
  const kill = () => {
    how = 'terminate()'
    producers[plan.id].end = how
    void worker.terminate()
  }
  worker.on('message', () => soon(kill))
  worker.on('error', (error) => failures.push(`a thread failed: ${error.stack}`))
  worker.on('exit', (code) => ended(code === 9 ? 'waiting in vain' : how))
  return kill
}

function startProcess({ kind, id }, plan, ended) {
  const args = [JSON.stringify(plan)]
  const child = START[kind](args)
  const handle = child.process ?? child
  const kill = (signal) => handle.kill(signal)
  handle.stdio[3].on('data', () => soon(() => kill(plan.end)))
  handle.on('error', (error) => failures.push(`a process failed: ${error.stack}`))
  handle.on('exit', (code, signal) => {
    const isOwn = code === 0
    ended(signal ?? (isOwn ? 'natural end' : `code ${code}`))
  })
  return () => {
    producers[id].end = 'SIGKILL'
    kill('SIGKILL')
  }
}

// While it logs its last records, most likely.
function soon(act) {
  setTimeout(act, random() * 5)
}

/** Whoever still lives is killed. */
function stop() {
  isOver = true
  clearInterval(sampling)
  for (const kill of [...living]) kill()
}

function finish() {
  clearInterval(logging)
  root.died = Date.now()
  for (const producer of producers) producer.count = countOf(producer)
  const rss = [1 / 10, 1 / 2, 1].map(memoryAt)
  writeFileSync(join(folder, 'ledger.json'), JSON.stringify({ producers, rss, failures }))
  process.disconnect()
}

function countOf({ id, kind }) {
  if (kind === 'root' || kind.startsWith('worker')) return counts[id]
  try {
    return readFileSync(join(folder, 'counts', String(id))).readUInt32LE()
  } catch {
    return 0 // it ended before its first record
  }
}

/** The median of some samples up to a part of the time. */
function memoryAt(part) {
  const last = Math.max(5, Math.round(samples.length * part))
  return samples.slice(last - 5, last).sort((a, b) => a - b)[2]
}

function pick(list) {
  return list[Math.floor(random() * list.length)]
}

function between([low, high]) {
  return low + random() * (high - low)
}

// mulberry32
function createRandom(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
