'use strict'
// Counts the records lost when a producer ends right after its last record, for every way it can end: a table of the
// README.
//
//   node bench/ends.js [records]
//
// Each cell is a run of its own and shows how many records are missing in the log; `–` if there is no such end. Exits
// with 1 if a record is missing, except for those in the memory of a killed root.

const { spawn, spawnSync } = require('node:child_process')
const { existsSync, mkdtempSync, readFileSync, rmSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')

const records = Number(process.argv[2] ?? 10_000)
const register = join(__dirname, '../register.js')
const command = join(__dirname, '../dist/cli/main.js')
const program = join(__dirname, 'ends/root.js')
const hasExecve = typeof process.execve === 'function'

/** The last one is the root with the option `"queue": "file"`, and `logshare recover` after its end. */
const KINDS = [
  'worker',
  'fork',
  'spawn',
  'spawnSync',
  'cluster',
  'fork/worker',
  'root',
  'root, file',
]
const PROCESSES = KINDS.filter((kind) => !kind.includes('worker'))
const THREADS = KINDS.filter((kind) => kind.includes('worker'))

/** The ends, and the producers that can meet them. */
const ENDS = {
  'natural end': KINDS,
  'process.exit()': KINDS,
  'process.exit() in an exit listener': KINDS,
  'exit listener that throws': KINDS,
  'uncaught exception': KINDS,
  'unhandled rejection': KINDS,
  'terminate() in a loop': THREADS,
  'out of memory (resourceLimits)': THREADS,
  'process.reallyExit': PROCESSES,
  SIGTERM: PROCESSES,
  SIGINT: PROCESSES,
  SIGKILL: PROCESSES,
  'process.abort()': PROCESSES,
  'heap out of memory': PROCESSES,
  'process.execve': hasExecve ? PROCESSES : [],
  'cluster disconnect': ['cluster'],
}

/** Ends that no code of a process survives: what its own threads had in memory goes with it. */
const DEADLY = [
  'SIGTERM',
  'SIGINT',
  'SIGKILL',
  'process.abort()',
  'heap out of memory',
  'process.execve',
]

main()

async function main() {
  let isBad = false
  console.log(`node ${process.version}, ${records} records before each end, records lost\n`)
  console.log(`| end | ${KINDS.join(' | ')} |\n|---|${KINDS.map(() => '---').join('|')}|`)
  for (const [end, kinds] of Object.entries(ENDS)) {
    if (kinds.length === 0) continue
    const cells = []
    for (const kind of KINDS) {
      const lost = kinds.includes(kind) ? await measure(kind, end) : '–'
      if (lost !== '–' && lost !== 0 && !(kind === 'root' && DEADLY.includes(end))) isBad = true
      cells.push(lost)
    }
    console.log(`| ${end} | ${cells.join(' | ')} |`)
  }
  process.exitCode = isBad ? 1 : 0
}

/** Records that are not in the log, or what else is wrong with it. */
async function measure(kind, end) {
  const directory = mkdtempSync(join(tmpdir(), 'logshare-ends-'))
  const path = join(directory, 'app.log')
  const isFile = kind === 'root, file'
  const config = { handlers: [{ type: 'file', path }], ...(isFile && { queue: 'file' }) }
  const env = {
    ...process.env,
    TMPDIR: directory,
    XDG_RUNTIME_DIR: '',
    LOGSHARE_CONFIG: JSON.stringify(config),
  }
  const flags = end.startsWith('heap') && kind.startsWith('root') ? ['--max-old-space-size=40'] : []
  const args = [...flags, '-r', register, program, kind.replace(', file', ''), end, String(records)]
  const child = spawn(process.execPath, args, { env, stdio: 'ignore' })
  await new Promise((resolve) => child.on('exit', resolve))
  if (isFile) spawnSync(process.execPath, [command, 'recover'], { env, stdio: 'ignore' })
  const found = existsSync(path) ? countDistinct(path) : 0
  rmSync(directory, { recursive: true, force: true })
  return typeof found === 'string' ? found : records - found
}

function countDistinct(path) {
  const numbers = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.includes('"name":"ends"'))
    .map((line) => JSON.parse(line).i)
  if (numbers.some((number, place) => place > 0 && number <= numbers[place - 1])) return 'disorder'
  return numbers.length
}
