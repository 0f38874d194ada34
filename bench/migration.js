'use strict'
// Counts what applications with four processes or threads lose of their logs, without logshare and with it: the table of
// docs/migration.md.
//
//   node bench/migration.js [--rounds n] [--only text] [--lines n]
//
// Packages are installed outside of the checkout, as for `npm run test:examples`. Exits with 1 if a line is missing, or
// there twice, in the log of logshare.

const { spawn } = require('node:child_process')
const fs = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { parseArgs } = require('node:util')
const { gunzipSync } = require('node:zlib')
const { install } = require('../test/apps/install.js')
const { cleanEnv, collect, killGroup, REGISTER, ROOT } = require('../test/helpers/run.js')
const setups = require('./migration/setups.js')

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
    lines: { type: 'string', default: '1000' },
  },
})
const rounds = Number(values.rounds)
const CHILDREN = 4
const TOTAL = CHILDREN * Number(values.lines)
const LIMIT = 60_000
/** `killed`: processes by SIGKILL, threads by terminate(). pm2 and the console rotate nothing. */
const ENDS = ['process.exit()', 'killed', 'rotation']
const LOG = 'all.log'
const COMMAND = join(ROOT, 'dist/cli/main.js')

const folder = install(join(ROOT, 'test/examples'))
let isBad = false
main()

async function main() {
  const packages = ['pino', 'pino-roll', 'winston', 'winston-daily-rotate-file', 'log4js', 'pm2']
  const versions = packages.map((name) => {
    return `${name} ${require(join(folder, 'node_modules', name, 'package.json')).version}`
  })
  console.log(`node ${process.version}, ${versions.join(', ')}`)
  console.log(`lost of ${TOTAL} lines, median of ${rounds} rounds; with logshare the worst\n`)
  const heads = ENDS.flatMap((end) => [end, 'with logshare'])
  console.log(`| | ${heads.join(' | ')} |\n|---|${heads.map(() => '--:').join('|')}|`)
  const own = []
  for (const name of Object.keys(setups).filter((each) => each.includes(values.only))) {
    const cells = []
    for (const end of ENDS) {
      const { without, log, kept } = await measureCell(name, end)
      cells.push(without, log)
      own.push(`${name}, ${end}: ${kept}`)
    }
    console.log(`| ${name} | ${cells.join(' | ')} |`)
  }
  console.log(`\nlost of its own files and its stdout, with logshare:\n${own.join('\n')}`)
  process.exitCode = isBad ? 1 : 0
}

/** Lost without logshare; with it, of its log, and of what the application writes and prints itself. */
async function measureCell(name, end) {
  const isRotated = !/console|pm2/.test(name)
  if (end === 'rotation' && !isRotated) return { without: '–', log: '–', kept: '–' }
  const [without, log, kept] = [[], [], []]
  for (let round = 0; round < rounds; round++) {
    without.push((await measure(name, end, false)).own)
    const ours = await measure(name, end, true)
    kept.push(ours.own)
    log.push(ours.log)
    if (ours.log !== 0 || ours.doubled !== 0) isBad = true
  }
  const median = without.sort((a, b) => a - b)[Math.floor(rounds / 2)]
  return { without: median, log: Math.max(...log), kept: Math.max(...kept) }
}

/** Runs one application from a copy of its own; returns what is lost of its own logs, and of the log of logshare. */
async function measure(name, end, isOurs) {
  const copy = fs.mkdtempSync(join(folder, 'run-'))
  const temporary = fs.mkdtempSync(join(tmpdir(), 'logshare-migration-'))
  fs.cpSync(join(__dirname, 'migration'), copy, { recursive: true })
  const env = cleanEnv({ TMPDIR: temporary, XDG_RUNTIME_DIR: '' })
  const place = { copy, temporary, env, isOurs }
  const run = setups[name].children === 'pm2' ? runPm2 : runAlone
  try {
    await run(place, [name, end, values.lines])
    const own = readFiles(copy, (file) => file !== LOG && /\.log|logs\//.test(file))
    const log = isOurs ? readFiles(copy, (file) => file === LOG) : []
    const found = find(own)
    const shared = find(log)
    return { own: TOTAL - found.size, log: TOTAL - shared.size, doubled: shared.doubled }
  } finally {
    for (const path of [copy, temporary]) fs.rmSync(path, { recursive: true, force: true })
  }
}

async function runAlone({ copy, env, isOurs }, args) {
  const flags = isOurs ? ['-r', REGISTER] : []
  const config = JSON.stringify({ handlers: [{ type: 'file', path: LOG }] })
  const own = isOurs ? { ...env, LOGSHARE_CONFIG: config } : env
  const out = fs.openSync(join(copy, 'stdout.log'), 'a')
  await runToEnd(copy, [...flags, 'app.js', ...args], own, out)
  fs.closeSync(out)
}

/** By a pm2 of its own; with logshare, a collector runs beside it. */
async function runPm2({ copy, temporary, env, isOurs }, [SETUP, END, LINES]) {
  const ours = { LOGSHARE_DIR: join(temporary, 'log'), NODE_ARGS: `-r ${REGISTER}` }
  const all = { ...env, SETUP, END, LINES, PM2_HOME: join(copy, 'logs'), ...(isOurs && ours) }
  const config = JSON.stringify({ handlers: [{ type: 'file', path: LOG }] })
  const collector = isOurs
    ? spawn(process.execPath, [COMMAND, 'collect'], {
        cwd: copy,
        env: { ...all, LOGSHARE_CONFIG: config },
        stdio: ['ignore', 'ignore', 'pipe'],
      })
    : undefined
  if (collector) await new Promise((resolve) => collector.stderr.once('data', resolve))
  const pm2 = (...args) => runToEnd(copy, [join(folder, 'node_modules/pm2/bin/pm2'), ...args], all)
  try {
    await pm2('start', 'ecosystem.config.js')
    for (let online = true; online; ) {
      const list = await pm2('jlist')
      const processes = JSON.parse(list.slice(list.lastIndexOf('\n[') + 1))
      online = processes.some(({ pm2_env }) => pm2_env.status === 'online')
    }
  } finally {
    await pm2('kill')
  }
  if (collector) {
    const ended = new Promise((resolve) => collector.once('exit', resolve))
    collector.kill()
    await ended
  }
}

async function runToEnd(cwd, args, env, out = 'pipe') {
  const child = spawn(process.execPath, args, {
    cwd,
    env,
    detached: true,
    stdio: ['pipe', out, 'pipe'],
  })
  try {
    const { stdout, stderr } = await collect(child, { limit: LIMIT })
    return stdout + stderr
  } finally {
    if (!args.includes('start')) killGroup(child)
  }
}

function readFiles(copy, isIt) {
  const entries = fs.readdirSync(copy, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((path) => isIt(path.slice(copy.length + 1)))
    .map(readText)
}

/** An archive that is not whole has nothing that anybody gets back. */
function readText(path) {
  const bytes = fs.readFileSync(path)
  try {
    return String(path.endsWith('.gz') ? gunzipSync(bytes) : bytes)
  } catch {
    return ''
  }
}

function find(texts) {
  const lines = texts.flatMap((text) => text.match(/\bproducer [\d/]+ line \d+ of them/g) ?? [])
  const { size } = new Set(lines)
  return { size, doubled: lines.length - size }
}
