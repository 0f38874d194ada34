'use strict'
// Measures merging of logs: `logshare merge`, `sort -m` and bunyan's command on the same records.
//
//   node bench/merge.js [files] [megabytes of each] [rounds]
//
// The records are distributed over the files as the threads of an application would write them. `sort -m` gets the same
// lines preceded by the time (ISO 8601), which it needs: the two run in turn, and the ratio is that of the same round.
// bunyan's command, which formats its input, gets records of bunyan. Speed is input per second; CPU time and peak memory
// are Linux's numbers for the process.

const { spawn } = require('node:child_process')
const {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')

const files = Number(process.argv[2] ?? 10)
const megabytes = Number(process.argv[3] ?? 50)
const rounds = Number(process.argv[4] ?? 5)
/** What `logshare merge` is to reach of the speed of `sort -m`. */
const GOAL = 0.6
const START = Date.UTC(2026, 0, 1)
const BLOCK = 1 << 20
/** Of a second, in which Linux counts the time on a processor. */
const TICKS = 100
/** Milliseconds after which a command is given up. */
const LIMIT = 600_000

const directory = mkdtempSync(join(tmpdir(), 'logshare-bench-'))
process.on('exit', () => rmSync(directory, { recursive: true, force: true }))

/** @param {number} time @param {number} file @param {number} seq */
function ours(time, file, seq) {
  const head = `{"level":30,"time":${(time + (seq % 10) / 10).toFixed(3)},"pid":${4000 + file},"tid":0`
  return `${head},"source":"fork#${file + 1}","seq":${seq},"name":"app.http","msg":"request completed","method":"GET","url":"/api/items/${seq}","status":200,"ms":${seq % 97}}\n`
}

/** @param {number} time @param {number} file @param {number} seq */
function bunyans(time, file, seq) {
  const head = `{"name":"app","hostname":"host","pid":${4000 + file},"level":30,"method":"GET"`
  return `${head},"url":"/api/items/${seq}","status":200,"ms":${seq % 97},"msg":"request completed","time":"${new Date(time).toISOString()}","v":0}\n`
}

/** @param {number} time @param {number} file @param {number} seq */
function sortable(time, file, seq) {
  return `${new Date(time).toISOString()} ${ours(time, file, seq)}`
}

/** Writes the files of one form; each takes a step of up to 19 ms from one record to the next. */
function create(form, line) {
  return Array.from({ length: files }, (_, file) => {
    const path = join(directory, `${form}-${file}.log`)
    const fd = openSync(path, 'w')
    let time = START + file
    for (let size = 0, seq = 0; size < megabytes * 2 ** 20; ) {
      let text = ''
      while (text.length < BLOCK) {
        time += (seq * 7 + file * 3) % 20
        text += line(time, file, ++seq)
      }
      size += writeSync(fd, text)
    }
    closeSync(fd)
    return path
  })
}

// Runs the command, its output going nowhere.
async function measure(label, command, args, paths) {
  const bytes = paths.reduce((sum, path) => sum + statSync(path).size, 0)
  const out = openSync('/dev/null', 'w')
  const start = performance.now()
  const child = spawn(command, [...args, ...paths], {
    stdio: ['ignore', out, 'inherit'],
    env: { ...process.env, LC_ALL: 'C' },
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT)
  let used = { peak: 0, cpu: 0 }
  const look = setInterval(() => (used = lookAt(child.pid) ?? used), 50)
  const [code, signal] = await new Promise((resolve) => child.on('close', (...end) => resolve(end)))
  clearInterval(look)
  clearTimeout(timer)
  closeSync(out)
  const seconds = (performance.now() - start) / 1000
  const speed = bytes / 2 ** 20 / seconds
  const end = code === 0 ? '' : `  ended with ${signal ?? code}`
  console.log(
    `${label.padEnd(30)} ${speed.toFixed(0).padStart(5)} MB/s  ${seconds.toFixed(1).padStart(6)} s  ${used.cpu.toFixed(1).padStart(6)} s CPU  ${used.peak.toFixed(0).padStart(5)} MB${end}`,
  )
  return speed
}

/**
 * The most memory a process has had, in MB, and its seconds on a processor, as Linux tells. @param {number | undefined}
 * pid
 */
function lookAt(pid) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const peak = Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [user, system] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13)
    return peak > 0 ? { peak, cpu: (Number(user) + Number(system)) / TICKS } : undefined
  } catch {
    return undefined
  }
}

async function main() {
  console.log(`node ${process.version}, ${files} files of ${megabytes} MB`)
  const cli = join(__dirname, '../dist/cli/main.js')
  const bunyan = require.resolve('bunyan/bin/bunyan')
  const merge = [cli, 'merge']
  const { execPath } = process
  const paths = create('ours', ours)
  await measure('logshare merge', execPath, merge, paths)
  await measure('logshare merge --level warn', execPath, [...merge, '--level', 'warn'], paths)
  await measure('logshare merge --stats', execPath, [...merge, '--stats'], paths)
  for (const path of paths) rmSync(path)
  const lines = create('sortable', sortable)
  const ratios = []
  for (let round = 0; round < rounds; round++) {
    const own = await measure('logshare merge, text', execPath, merge, lines)
    ratios.push(own / (await measure('sort -m, text', 'sort', ['-m', '-s', '-k1,1'], lines)))
  }
  ratios.sort((a, b) => a - b)
  const [median, least, most] = [rounds >> 1, 0, rounds - 1].map((at) => ratios[at].toFixed(2))
  console.log(`logshare merge beside sort -m  ${median}  ${least} to ${most}  goal >= ${GOAL}`)
  for (const path of lines) rmSync(path)
  const records = create('bunyan', bunyans)
  await measure('logshare merge, bunyan', execPath, merge, records)
  await measure('bunyan', execPath, [bunyan, '-0'], records)
}

main()
