'use strict'
// Soak test: runs an application of 32 threads and processes that end in every way, then counts the records in its log.
//
//   node bench/soak.js [seconds] [seed]
//
// Producers log continuously, end in every way and are replaced. The listener thread is terminated once, and the disk
// with the log is full once. Exits with 1 if a record is missing, doubled or out of order, or if the root's memory
// grew. Everything runs in a process group and a mount namespace of its own, so that nothing is left behind.

const { spawn, spawnSync } = require('node:child_process')
const { mkdtempSync, rmSync } = require('node:fs')
const { constants, tmpdir } = require('node:os')
const { join } = require('node:path')

const seconds = Number(process.argv[2] ?? 60)
const seed = Number(process.argv[3] ?? Math.floor(Math.random() * 2 ** 31))
/** Seconds that everything but the run itself may take: starting, ending, counting. */
const GRACE = 120
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

if (!(seconds >= 10 && seconds <= 3600 && seed >= 0)) {
  console.error('usage: node bench/soak.js [seconds, 10 to 3600] [seed]')
  process.exit(2)
}
main()

async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'logshare-soak-'))
  try {
    const unshare = findUnshare(folder)
    if (unshare) process.exitCode = await run(unshare, folder)
    else {
      console.error(
        'soak: needs a small tmpfs to fill: run it as root, or where `unshare -rm` works',
      )
      process.exitCode = 2
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Flags with which `unshare` lets us mount. */
function findUnshare(folder) {
  const ways = process.getuid?.() === 0 ? ['-m', '-rm'] : ['-rm']
  const mount = ['mount', '-t', 'tmpfs', '-o', 'size=1m', 'logshare-soak', folder]
  return ways.find((way) => spawnSync('unshare', [way, ...mount]).status === 0)
}

function run(unshare, folder) {
  const program = join(__dirname, 'soak/run.js')
  const args = [unshare, process.execPath, program, folder, String(seconds), String(seed)]
  const child = spawn('unshare', args, { stdio: 'inherit', detached: true })
  let interrupted = 0
  const endAll = () => {
    try {
      process.kill(-child.pid, 'SIGKILL')
    } catch {
      // Nobody of the group is left.
    }
  }
  const limit = setTimeout(
    () => {
      console.error(`soak: not over ${GRACE} s after its time`)
      endAll()
    },
    (seconds + GRACE) * 1000,
  )
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      interrupted = 128 + constants.signals[signal]
      endAll()
    })
  }
  return new Promise((resolve) => {
    child.on('exit', (code) => {
      clearTimeout(limit)
      endAll()
      resolve(interrupted || (code ?? 1))
    })
  })
}
