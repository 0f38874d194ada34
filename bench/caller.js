'use strict'
// Measures what a log call costs in worker threads and forked processes: logshare, and pino where each child writes the
// same file.
//
//   node bench/caller.js [records] [rounds]
//
// Variants alternate round by round. Prints the medians of the rounds and their ratio to pino's. Every log is counted
// afterwards; a variant that has lost records is marked.

const { fork } = require('node:child_process')
const { mkdtempSync, readFileSync, rmSync } = require('node:fs')
const { cpus, tmpdir } = require('node:os')
const { join } = require('node:path')

const records = Number(process.argv[2] ?? 100_000)
const rounds = Number(process.argv[3] ?? 7)
const program = join(__dirname, 'caller/root.js')
const register = join(__dirname, '../register.js')

const VARIANTS = ['thread', 'fork'].flatMap((child) =>
  [1, 4].flatMap((children) =>
    ['pino', 'logshare'].map((library) => ({ library, child, children })),
  ),
)

main()

async function main() {
  const results = VARIANTS.map(() => /** @type {number[]} */ ([]))
  const lost = VARIANTS.map(() => 0)
  for (let round = 0; round < rounds; round++) {
    for (const [i, variant] of VARIANTS.entries()) {
      const { nanoseconds, missing } = await measure(variant)
      results[i].push(nanoseconds)
      lost[i] += missing
    }
  }
  console.log(
    `node ${process.version}, ${cpus().length} cores, ${records} records, median of ${rounds} rounds`,
  )
  console.log('children   library   ns/record  ratio  lost')
  for (const [i, { library, child, children }] of VARIANTS.entries()) {
    const value = median(results[i])
    const base = median(results[i - (i % 2)])
    const columns = [
      `${children} ${child}`.padEnd(11),
      library.padEnd(8),
      String(Math.round(value)).padStart(11),
      (value / base).toFixed(2).padStart(7),
      String(lost[i]).padStart(6),
    ]
    console.log(columns.join(''))
  }
}

function measure({ library, child, children }) {
  const directory = mkdtempSync(join(tmpdir(), 'logshare-bench-'))
  const file = join(directory, 'app.log')
  const config = { handlers: [{ type: 'file', path: file }] }
  const env = {
    ...process.env,
    LIBRARY: library,
    CHILD: child,
    CHILDREN: String(children),
    FILE: file,
    RECORDS: String(records / children),
  }
  if (library === 'logshare') env.LOGSHARE_CONFIG = JSON.stringify(config)
  const execArgv = library === 'logshare' ? ['-r', register] : []
  return new Promise((resolve, reject) => {
    let nanoseconds = 0
    const root = fork(program, { env, execArgv })
    root.on('message', (message) => {
      nanoseconds = Number(message)
    })
    root.on('error', reject)
    root.on('exit', () => {
      const written = readFileSync(file, 'latin1').split('\n').length - 1
      rmSync(directory, { recursive: true })
      resolve({ nanoseconds, missing: records - written })
    })
  })
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1]
}
