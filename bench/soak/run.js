'use strict'
// One run of the soak test: mounts the disk, starts the application, fills the disk for a while and audits the log.
//
// Arguments: a folder, the seconds and the seed. Runs in a mount namespace of its own.

const { fork, spawnSync } = require('node:child_process')
const {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} = require('node:fs')
const { cpus } = require('node:os')
const { join } = require('node:path')
const { auditFile } = require('./audit.js')

const [, , folder, seconds, seed] = process.argv
const disk = join(folder, 'disk')
const log = join(disk, 'app.log')
/** KiB a second that the application logs at most, about twice of what it does. */
const RATE = 5 * 1024
const FULL_FOR = Math.min(5, Number(seconds) / 6) * 1000
/** What the memory of the root may grow in the second half, in MiB; a short run is over before it is full grown. */
const GROWTH = Number(seconds) < 60 ? Number.POSITIVE_INFINITY : 64
/** Producers, and gaps of each, that are shown. */
const SHOWN = 10
const MiB = 2 ** 20

/** What happened while which producers lived. */
const windows = []

main()

async function main() {
  mkdirSync(disk)
  mkdirSync(join(folder, 'counts'))
  const size = `${64 * 1024 + RATE * Number(seconds)}k`
  const mount = ['-t', 'tmpfs', '-o', `size=${size}`, 'logshare-soak', disk]
  const { status, stderr } = spawnSync('mount', mount, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`mount: ${stderr}`)
  console.log(`node ${process.version}, ${cpus().length} cores, ${seconds} s, seed ${seed}\n`)
  const code = await runApplication()
  if (code !== 0) throw new Error(`the root ended with ${code}`)
  const ledger = JSON.parse(readFileSync(join(folder, 'ledger.json'), 'utf8'))
  const audit = await auditFile(log, (id) => ledger.producers[id] !== undefined)
  process.exitCode = report(ledger, audit) ? 0 : 1
}

function runApplication() {
  const config = { handlers: [{ type: 'file', path: log }] }
  const env = {
    ...process.env,
    TMPDIR: folder,
    XDG_RUNTIME_DIR: '',
    LOGSHARE_CONFIG: JSON.stringify(config),
  }
  for (const name of ['NODE_OPTIONS', 'LOGSHARE_DIR', 'LOGSHARE_LEVEL', 'LOGSHARE_DISABLE'])
    delete env[name]
  const root = fork(join(__dirname, 'root.js'), [folder, seconds, seed], {
    env,
    execArgv: ['-r', join(__dirname, '../../register.js')],
  })
  root.on('message', ({ what, at }) => {
    if (what === 'listener terminated') windows.push({ what, from: at, to: at + 1000 })
    else fillDisk()
  })
  return new Promise((resolve) => root.on('exit', (code, signal) => resolve(signal ?? code)))
}

function fillDisk() {
  const path = join(disk, 'filler')
  const fd = openSync(path, 'w')
  const from = Date.now()
  const isFull = () => {
    try {
      for (let bytes = MiB; ; ) bytes = writeSync(fd, Buffer.alloc(bytes))
    } catch (error) {
      if (error.code === 'ENOSPC') return true
      throw error
    }
  }
  isFull()
  const size = statSync(log).size
  setTimeout(() => {
    closeSync(fd)
    rmSync(path)
    const grown = statSync(log).size - size
    windows.push({
      what: `disk full for ${Math.round(FULL_FOR / 100) / 10} s`,
      from,
      to: Date.now() + 1000,
      grown,
    })
  }, FULL_FOR)
}

/** Prints what was found; true if all is well. */
function report({ producers, rss, failures }, audit) {
  const rows = new Map()
  for (const [id, producer] of Object.entries(producers)) {
    const counts = countsOf(producer, audit.producers.get(Number(id)))
    const { born, died, kind, end } = producer
    const named = windows.filter(({ from, to }) => born <= to && died >= from)
    const isThread = kind === 'root' ? '' : `${/worker$/.test(kind) ? 'thread' : 'process'}: `
    for (const name of [`${isThread}${end}`, ...named.map(({ what }) => `at ${what}`), 'all']) {
      const row = rows.get(name) ?? {
        producers: 0,
        written: 0,
        found: 0,
        lost: 0,
        doubled: 0,
        disordered: 0,
      }
      row.producers++
      for (const key of Object.keys(counts)) row[key] += counts[key]
      rows.set(name, row)
    }
  }
  const order = [...rows].sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
  const broken = Object.values(producers).filter(({ id, count }) => {
    const { lost, doubled, disordered } = countsOf({ count }, audit.producers.get(id))
    return lost + doubled + disordered > 0
  })
  print(['', 'producers', 'written', 'found', 'lost', 'doubled', 'disordered'])
  for (const [name, row] of order) print([name, ...Object.values(row)])
  for (const producer of broken.slice(0, SHOWN)) show(producer, audit.producers.get(producer.id))
  return sum(rows.get('all'), { rss, failures, audit })
}

function countsOf({ count }, found) {
  const { last = 0, missing = 0, doubled = 0, disordered = 0 } = found ?? {}
  return {
    written: count,
    found: last - missing,
    lost: missing + Math.max(0, count - last),
    doubled,
    disordered,
  }
}

/** What is known of one whose records are not as they should be. */
function show({ id, kind, end, born, died, count }, { last, gaps, missing } = {}) {
  const since = (at) => windows.map(({ what, from }) => `${at - from} ms after ${what}`).join(', ')
  const missed = gaps?.slice(0, SHOWN).map(([from, to]) => `${from}–${to}`)
  console.log(`\n${id}, a ${kind}, ended by ${end}: born ${since(born)}; died ${since(died)}`)
  console.log(`  ${count} written, the last found ${last}, ${missing} missing: ${missed}`)
}

// Last the faults, and all together.
const rank = (name) => ['at ', 'all'].findIndex((start) => name.startsWith(start))

function print([name, ...cells]) {
  console.log(name.padEnd(36) + cells.map((cell) => String(cell).padStart(11)).join(''))
}

function sum(all, { rss, failures, audit }) {
  const faults = [...failures]
  if (windows.length !== 2) faults.push(`${windows.length} of 2 faults happened`)
  for (const { what, grown } of windows)
    if (grown > 64 * 1024) faults.push(`${what}: ${grown} bytes were written all the same`)
  for (const key of ['lost', 'doubled', 'disordered'])
    if (all[key]) faults.push(`${all[key]} ${key}`)
  // One more than was counted: the producer was killed between the record and the count.
  if (all.found > all.written + all.producers) faults.push('more records than were logged')
  if (audit.announced) faults.push(`${audit.announced} records announced as dropped`)
  if (audit.broken)
    faults.push(`${audit.broken} lines that are no records, the first: ${audit.first}`)
  const [start, middle, end] = rss.map((bytes) => Math.round(bytes / MiB))
  if (end > middle + GROWTH)
    faults.push(`the root grew by more than ${GROWTH} MiB after its middle`)
  console.log(`\nlog: ${audit.lines} lines, ${Math.round(audit.bytes / MiB)} MiB`)
  console.log(`behind a later record of another producer: ${audit.late}`)
  console.log(`root's memory, MiB: start ${start}, middle ${middle}, end ${end}`)
  console.log(faults.length === 0 ? '\nnothing lost' : `\nFAILED: ${faults.join('; ')}`)
  return faults.length === 0
}
