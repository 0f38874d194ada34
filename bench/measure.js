'use strict'
// Measure: runs one variant of the benchmark in a process of its own, and counts what arrived.

const { execFileSync, fork, spawn, spawnSync } = require('node:child_process')
const { once } = require('node:events')
const { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } = require('node:fs')
const { createServer } = require('node:net')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { measureLatency } = require('./latency.js')
const { installPeers } = require('./peers.js')
const { measureBegin } = require('./begin.js')
const { childrenCpu } = require('./cpu.js')

const merge = join(__dirname, 'merge.js')
const program = join(__dirname, 'pour/root.js')
const python = join(__dirname, 'pour/listener.py')
const register = join(__dirname, '../register.js')
/** Records that each producer logs before the measurement. */
const WARM_UP = 20_000

const directory = mkdtempSync(join(tmpdir(), 'logshare-bench-'))
const file = join(directory, 'app.log')
let port = 0

/** Starts what the variants need besides themselves. Returns a function that ends it. */
async function prepare(variants) {
  if (variants.some(({ library }) => library && library !== 'logshare')) installPeers()
  const server = variants.some(({ library }) => library === 'rsyslog')
    ? await startRsyslog()
    : undefined
  return () => {
    server?.kill()
    rmSync(directory, { recursive: true, force: true })
  }
}

/**
 * What one run of a variant took: records/s, CPU seconds of the tree, microseconds a record of caller and root, MB of the
 * root. Those without records: begin.js.
 */
async function measure(variant, base) {
  if (variant.kind === 'merge') return runMerge(base)
  if (variant.kind === 'latency') return measureLatency(variant, base, file)
  return pour(variant, base)
}

async function pour(variant, base) {
  const { library, children, share = 1, shape = 'usual' } = variant
  if (children === undefined) return measureBegin(variant, file)
  const records = Math.round((base * share) / (children > 4 ? children / 4 : 1))
  writeFileSync(file, '')
  const cpuBefore = childrenCpu()
  if (library === 'python') return runPython(children, records)
  const task = { ...variant, shape, records, file, port }
  const { at, end, ...costs } = await runTask(task)
  const seconds = Number(end - BigInt(at)) / 1e9
  const total = records * children
  const missing = total + WARM_UP * children - countLines()
  return {
    ...costs,
    seconds,
    rate: (total - Math.max(0, missing)) / seconds,
    cpu: childrenCpu() - cpuBefore,
    missing,
  }
}

async function runTask(task) {
  const { library, handlers = library === 'logshare' ? ['file'] : undefined } = task
  const env = { ...process.env, TASK: JSON.stringify(task) }
  // What a child prints goes into the file that is counted, and what a handler keeps of it into another one.
  const path = library === 'print' ? `${file}.copy` : file
  const kept = handlers?.map((type) => (type === 'file' ? { type, path } : { type }))
  if (kept) env.LOGSHARE_CONFIG = JSON.stringify({ handlers: kept })
  const stdout = library === 'print' ? openSync(file, 'a') : 'inherit'
  const stdio = ['ignore', stdout, 'inherit', 'ipc']
  const root = fork(program, { env, execArgv: handlers ? ['-r', register] : [], stdio })
  if (typeof stdout === 'number') closeSync(stdout)
  const [[report]] = await Promise.all([once(root, 'message'), once(root, 'exit')])
  if (library === 'rsyslog') await arrived(task)
  return { ...report, end: process.hrtime.bigint() }
}

// rsyslog writes after the senders have ended.
async function arrived({ records, children }) {
  for (let looks = 0; looks < 600 && countLines() < (records + WARM_UP) * children; looks++)
    await new Promise((resolve) => setTimeout(resolve, 50))
}

/** MB/s of each program, by what `bench/merge.js` prints in front of it. */
function runMerge(base) {
  const megabytes = Math.max(1, Math.round(base / 10_000))
  const output = execFileSync(process.execPath, [merge, '10', String(megabytes)], {
    encoding: 'utf8',
  })
  const lines = output.matchAll(/^(\S.*?) +(\d+) MB\/s /gm)
  return { speeds: Object.fromEntries([...lines].map(([, name, speed]) => [name, Number(speed)])) }
}

function runPython(children, records) {
  const before = childrenCpu()
  const seconds = Number(
    execFileSync('python3', [python, file, String(children), String(records)], {
      encoding: 'utf8',
    }),
  )
  const total = records * children
  const missing = total - countLines()
  return {
    seconds,
    rate: (total - missing) / seconds,
    cpu: childrenCpu() - before,
    caller: 0,
    root: 0,
    missing,
  }
}

async function startRsyslog() {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  port = /** @type {import('node:net').AddressInfo} */ (probe.address()).port
  probe.close()
  await once(probe, 'close')
  const config = join(directory, 'rsyslog.conf')
  writeFileSync(
    config,
    `module(load="imtcp")\ninput(type="imtcp" address="127.0.0.1" port="${port}")\nmain_queue(queue.size="10000000")\n*.* action(type="omfile" file="${file}" template="RSYSLOG_FileFormat")\n`,
  )
  if (spawnSync('rsyslogd', ['-N1', '-f', config]).status !== 0)
    throw new Error('rsyslogd is needed: install the package rsyslog')
  const server = spawn('rsyslogd', ['-n', '-f', config, '-i', join(directory, 'pid')], {
    stdio: 'ignore',
  })
  server.unref()
  await new Promise((resolve) => setTimeout(resolve, 1000))
  return server
}

// In pieces: readFileSync refuses 2 GiB.
function countLines() {
  const piece = Buffer.allocUnsafe(2 ** 22)
  const log = openSync(file, 'r')
  let lines = 0
  for (let size = readSync(log, piece); size > 0; size = readSync(log, piece)) {
    const bytes = piece.subarray(0, size)
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines++
  }
  closeSync(log)
  return lines
}

module.exports = { measure, prepare }
