'use strict'
// Measures what a log call through each library costs in a worker thread and in a forked process: the library alone,
// writing a file synchronously, and with logshare, relayed to the root's logger or written by a file handler.
//
//   node bench/adapters.js [rounds] [library …]
//
// The three variants of a library run at the same time and take turns, burst by burst, so that other load on the
// machine affects all of them. Prints the medians of all bursts and their ratio to the library alone. A burst is 500
// records, but at most 1 MB or 20 ms. The next burst begins when the root has written this one (`flush`). So the ring
// of 2 MiB never fills, no call waits for room, and the root is idle during a burst.

const { fork } = require('node:child_process')
const { once } = require('node:events')
const { closeSync, mkdtempSync, openSync, rmSync } = require('node:fs')
const { cpus, tmpdir } = require('node:os')
const { join } = require('node:path')
const libraries = require('./adapters/libraries.js')

const rounds = Number(process.argv[2] ?? 2)
const chosen = process.argv.slice(3)
const names = chosen.length > 0 ? chosen : Object.keys(libraries)
const program = join(__dirname, 'adapters/root.js')
const register = join(__dirname, '../register.js')
const BURSTS = 80
/** As many as it takes until the code of all variants is optimized. */
const WARM_UP = 40
const WAYS = ['without', 'relay', 'file']

main()

async function main() {
  console.log(
    `node ${process.version}, ${cpus().length} cores, median µs a record of ${rounds} rounds`,
  )
  console.log('library    child   without   relay  ratio    file  ratio')
  for (const library of names) {
    for (const child of ['thread', 'fork']) {
      const bursts = { without: [], relay: [], file: [] }
      for (let round = 0; round < rounds; round++) await measure({ library, child }, bursts)
      print(
        library,
        child,
        WAYS.map((way) => median(bursts[way])),
      )
    }
  }
}

async function measure(what, bursts) {
  const programs = await Promise.all(WAYS.map((way) => start({ ...what, way })))
  for (let burst = 0; burst < BURSTS; burst++) {
    for (const [i, way] of WAYS.entries()) {
      const taken = await programs[i].burst()
      if (burst >= WARM_UP) bursts[way].push(taken)
    }
  }
  await Promise.all(programs.map((program) => program.end()))
}

function print(library, child, [without, relay, file]) {
  const columns = [
    library.padEnd(11),
    child.padEnd(6),
    without.toFixed(2).padStart(9),
    relay.toFixed(2).padStart(8),
    (relay / without).toFixed(2).padStart(7),
    file.toFixed(2).padStart(8),
    (file / without).toFixed(2).padStart(7),
  ]
  console.log(columns.join(''))
}

// The root's standard streams are the file, which its child inherits: what prints, prints there synchronously.
async function start({ library, child, way }) {
  const directory = mkdtempSync(join(tmpdir(), 'logshare-bench-'))
  const file = join(directory, 'app.log')
  const out = openSync(file, 'a')
  const type =
    way === 'file' ? { type: 'file', path: join(directory, 'shared.log') } : { type: 'relay' }
  const env = { ...process.env, LIBRARY: library, CHILD: child, WAY: way, FILE: file }
  env.LOGSHARE_CONFIG = JSON.stringify({ handlers: [type] })
  const execArgv = way === 'without' ? [] : ['-r', register]
  const root = fork(program, { env, execArgv, stdio: ['ignore', out, out, 'ipc'] })
  closeSync(out)
  const failed = once(root, 'exit').then(([code]) => {
    rmSync(directory, { recursive: true })
    if (code !== 0) throw new Error(`${library}, ${child}, ${way}: ended with ${code}`)
  })
  const told = async () => {
    const [said] = await Promise.race([once(root, 'message'), failed.then(() => [])])
    return said
  }
  await told()
  return {
    burst() {
      root.send('go')
      return told()
    },
    end() {
      root.send('end')
      return failed
    },
  }
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1]
}
