'use strict'
// Counts the records that other libraries lose in children and in rotation, without and with logshare: two tables of
// the README.
//
//   node bench/rescue.js [--rounds n] [--only text] [--records n]
//
// Packages are installed outside of the checkout, as for `npm run test:apps`. Exits with 1 if a record of a library
// that has an adapter is missing with logshare.

const { spawn } = require('node:child_process')
const {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { parseArgs } = require('node:util')
const { gunzipSync } = require('node:zlib')
const { install } = require('../test/apps/install.js')
const { cleanEnv } = require('../test/helpers/run.js')
const loggers = require('./rescue/loggers.js')
const rotators = require('./rescue/rotators.js')

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
    records: { type: 'string', default: '1000' },
  },
})
const rounds = Number(values.rounds)
const records = Number(values.records)
const register = join(__dirname, '../register.js')
const LIMIT = 60_000
const ENDS = ['fork exits', 'thread exits', 'terminate()']
const WRITERS = 4
const WRITTEN = 5000
const KINDS = ['fork', 'thread']
/** The greatest part of a log that can be read. */
const MOST = 256 * 1024 * 1024

const folder = install()
let isBad = false
main()

async function main() {
  console.log(`node ${process.version}, median of ${rounds} rounds; with logshare the worst\n`)
  await tableOfEnds()
  await tableOfRotation()
  process.exitCode = isBad ? 1 : 0
}

async function tableOfEnds() {
  const heads = ['process.exit() in a fork', 'process.exit() in a thread', 'terminate()']
  printHead(`delivered of ${records}`, heads)
  for (const name of namesOf(loggers)) {
    const cells = []
    for (const end of ENDS) {
      const [without, within] = [[], []]
      for (let round = 0; round < rounds; round++) {
        const args = [name, end, String(records)]
        without.push(await measure('producer.js', args, {}, count))
        within.push(await measure('producer.js', args, fileHandler(), countLog))
      }
      const worst = Math.min(...within)
      if (worst !== records && hasAdapter(name)) isBad = true
      cells.push(median(without), worst)
    }
    printRow(name, cells)
  }
}

async function tableOfRotation() {
  const heads = [`${WRITERS} forks`, `${WRITERS} threads`]
  console.log('')
  printHead(`lost of ${WRITERS} × ${WRITTEN}`, heads)
  for (const name of namesOf(rotators)) {
    const cells = []
    for (const kind of KINDS) {
      const [without, within] = [[], []]
      for (let round = 0; round < rounds; round++) {
        const args = [name, kind, String(WRITERS), String(WRITTEN)]
        without.push(lost(await measure('writers.js', args, {}, countWritten)))
        within.push(lost(await measure('writers.js', args, { isOurs: true }, countWritten)))
      }
      const worst = Math.max(...within)
      if (worst !== 0 && hasAdapter(name)) isBad = true
      cells.push(percent(median(without)), percent(worst))
    }
    printRow(name, cells)
  }
}

/** Those that this Node can run: tslog 5 asks for Node 22. */
function namesOf(table) {
  const isOld = Number(process.versions.node.split('.')[0]) < 22
  const names = Object.keys(table).filter((name) => name.includes(values.only))
  return names.filter((name) => !(isOld && name === 'tslog'))
}

function printHead(first, heads) {
  const pairs = heads.flatMap((head) => [head, 'with logshare'])
  console.log(`| ${first} | ${pairs.join(' | ')} |\n|---|${pairs.map(() => '--:').join('|')}|`)
}

function printRow(name, cells) {
  const note = hasAdapter(name) ? '' : ' (no adapter)'
  console.log(`| ${name}${note} | ${cells.join(' | ')} |`)
}

function hasAdapter(name) {
  const library = name.split(' ')[0].toLowerCase()
  const path = join(__dirname, '../dist/adapters', library)
  return existsSync(`${path}.js`) || existsSync(path)
}

function fileHandler() {
  return { isOurs: true, config: { handlers: [{ type: 'file', path: 'app.log' }] } }
}

/** Runs one application from a copy of its own; returns what `find` finds. */
async function measure(program, args, { isOurs, config }, find) {
  const copy = mkdtempSync(join(folder, 'run-'))
  const temporary = mkdtempSync(join(tmpdir(), 'logshare-rescue-'))
  cpSync(join(__dirname, 'rescue'), copy, { recursive: true })
  const env = cleanEnv({ TMPDIR: temporary, XDG_RUNTIME_DIR: '', ROARR_LOG: 'true' })
  if (config) env.LOGSHARE_CONFIG = JSON.stringify(config)
  const flags = isOurs ? ['-r', register] : []
  try {
    const text = await collect([...flags, program, ...args], { cwd: copy, env })
    return find(copy, text)
  } finally {
    for (const path of [copy, temporary]) rmSync(path, { recursive: true, force: true })
  }
}

/** All that an application and its children have printed. */
function collect(args, options) {
  const child = spawn(process.execPath, args, {
    ...options,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part) => {
      text += part
    })
  }
  return new Promise((resolve) => {
    const endGroup = () => {
      try {
        process.kill(-child.pid, 'SIGKILL')
      } catch {
        // Nobody of the group is left.
      }
    }
    const timer = setTimeout(() => {
      console.error(`still running after ${LIMIT} ms: ${args.slice(-4).join(' ')}`)
      isBad = true
      endGroup()
    }, LIMIT)
    child.on('close', () => {
      clearTimeout(timer)
      endGroup()
      resolve(text)
    })
  })
}

function count(cwd, printed) {
  const path = join(cwd, 'library.log')
  const written = existsSync(path) ? readFileSync(path, 'utf8') : ''
  return distinct(/\brecord (\d+) of them/g, [printed, written])
}

function countLog(cwd) {
  const path = join(cwd, 'app.log')
  if (!existsSync(path) || statSync(path).size > MOST) return 0
  return distinct(/\brecord (\d+) of them/g, [readFileSync(path, 'utf8')])
}

function countWritten(cwd) {
  const logs = join(cwd, 'logs')
  const texts = readdirSync(logs).map((file) => {
    const bytes = readFileSync(join(logs, file))
    return read(file, bytes)
  })
  return distinct(/\bwriter (\d+ record \d+),/g, texts)
}

/** An archive that is not whole has nothing that anybody gets back. */
function read(file, bytes) {
  try {
    return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
  } catch {
    return ''
  }
}

function distinct(pattern, texts) {
  const found = new Set()
  for (const text of texts) for (const [, what] of text.matchAll(pattern)) found.add(what)
  return found.size
}

function lost(found) {
  return 1 - found / (WRITERS * WRITTEN)
}

function percent(part) {
  return part === 0 ? '0' : `${(part * 100).toFixed(part < 0.001 ? 3 : 1)} %`
}

function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]
}
