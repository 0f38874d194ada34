'use strict'
// Has real programs write logs, reads them as `logshare merge` does, and writes the table of docs/formats.md.
//
//   npm run formats [words of a name …]
//
// Of each log, all times have to be those of the run, and the records with their levels, names and messages the ones that were
// logged, stacks with them. A program that is not installed is named; its row stays as it is.

const { execFileSync, spawnSync } = require('node:child_process')
const {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { readFacts, readLevel, readText } = require('../../dist/logs/facts.js')
const { levelName } = require('../../dist/core/level.js')
const { Records } = require('../../dist/logs/records.js')
const { install } = require('../apps/install.js')
const { LANGUAGES } = require('./languages.js')
const { PROGRAMS } = require('./programs.js')
const { SERVICES } = require('./services.js')

const DOCS = join(__dirname, '../../docs/formats.md')
const LIBRARY = join(__dirname, 'library.js')

/**
 * Libraries: package of the version, the logger's name, and whose package.json installs it if it is not ours.
 * @type {readonly (readonly string[])[]}
 */
const LIBRARIES = [
  ['pino', 'pino', 'db'],
  ['pino-pretty', 'pino-pretty', ''],
  ['bunyan', 'bunyan', 'db'],
  ['winston, JSON', 'winston', 'db'],
  ['winston, text', 'winston', 'db'],
  ['log4js, coloured', 'log4js', 'db'],
  ['tslog 4, JSON', 'tslog4', 'db'],
  ['tslog 5, JSON', 'tslog', 'db'],
  ['tslog 5, text', 'tslog', 'db'],
  ['tslog 4, text', 'tslog4', 'db'],
  ['tslog 3, JSON', 'tslog3', 'db', 'versions'],
  ['tslog 3, text', 'tslog3', 'db', 'versions'],
  ['signale', 'signale', 'db'],
  ['winston 2, text', 'winston2', '', 'versions'],
  ['Nest', '@nestjs/common', 'db', 'versions'],
  ['LogTape, text', '@logtape/logtape', 'db·pool'],
  ['LogTape, JSON', '@logtape/logtape', 'db.pool'],
  ['roarr', 'roarr', 'db'],
  ['consola, JSON', 'consola', 'db'],
]

/** Libraries whose times have no milliseconds. */
const SECONDS = ['signale', 'Nest']

/** @type {readonly import('./programs.js').Program[]} */
const ALL = [...LIBRARIES.map(ofLibrary), ...PROGRAMS, ...SERVICES, ...LANGUAGES]

/** @param {readonly string[]} library @returns {import('./programs.js').Program} */
function ofLibrary([name, packageName, logger, from]) {
  const packages = () => (from ? install(join(__dirname, '..', from)) : join(__dirname, '../..'))
  return {
    name,
    command: process.execPath,
    get version() {
      const manifest = join(packages(), 'node_modules', packageName, 'package.json')
      return ['-p', `JSON.parse(fs.readFileSync(${JSON.stringify(manifest)})).version`]
    },
    write: async (/** @type {string} */ folder) => {
      const path = join(folder, 'library.log')
      execFileSync(process.execPath, [LIBRARY, name, path, packages()], { stdio: 'inherit' })
      return path
    },
    has: [
      ['alpha', 30, logger],
      ['beta', 40, logger],
      ['gamma', 50, logger],
    ],
    precision: SECONDS.includes(name) ? 1000 : 1,
  }
}

/** The records of a log. @param {string} path */
function read(path) {
  const records = new Records({ reference: Date.now(), capacity: 1 << 20 })
  records.feed(readFileSync(path))
  records.finish()
  const { page } = records
  return Array.from({ length: page.count }, (_, at) => {
    const entry = page.entry(at)
    const line = entry.bytes.toString('utf8', entry.start, entry.end)
    if (!entry.isJson) return { ...readText(entry), time: entry.time, isTimed: entry.isTimed }
    const { name } = readFacts(entry)
    return {
      level: readLevel(entry),
      name,
      message: line,
      time: entry.time,
      isTimed: entry.isTimed,
    }
  })
}

/** What is wrong with the records of a log. */
function faultsOf({ has, heading = 'no heading', precision = 1 }, records, [from, to]) {
  const wrong = records.filter(
    ({ time, isTimed, message }) =>
      (!isTimed && !message.startsWith(heading)) || time < from - precision || time > to + 1,
  )
  const faults = wrong.map(({ time, message }) => `time ${time} of ${message.slice(0, 100)}`)
  for (const [message, level, name = ''] of has) {
    const found = records.find((each) => each.message.includes(message))
    if (!found) faults.push(`no record with ${JSON.stringify(message)}`)
    else if (!Object.is(found.level, level) || found.name !== name)
      faults.push(
        `level ${found.level}, name ${JSON.stringify(found.name)} of ${found.message.slice(0, 100)}`,
      )
  }
  return faults
}

async function check(program, folder) {
  const version = versionOf(program)
  if (version === undefined) return undefined
  mkdirSync(folder)
  const from = Date.now()
  const path = await program.write(folder)
  const records = read(path)
  const faults = faultsOf(program, records, [from, Date.now()])
  return { version, faults, line: readFileSync(path, 'utf8') }
}

function versionOf({ command, version }) {
  const { error, status, stdout, stderr } = spawnSync(command, version, { encoding: 'utf8' })
  if (error || status !== 0) return undefined
  const text = `${stdout}${stderr}`
  return /\d+(?:\.\d+)+/.exec(text)?.[0] ?? text.trim()
}

function rowOf({ name, has, precision = 1 }, version) {
  const levels = has.map(([, level]) => level).filter((level) => !Number.isNaN(level))
  const hasNames = has.some(([, , logger = '']) => logger !== '')
  const hasStacks = has.some(([message]) => message.includes('\n'))
  const cells = [
    name,
    version,
    precision === 1 ? 'ms' : 's',
    [...new Set(levels)].map(levelName).join(', ') || '–',
    hasNames ? 'yes' : '–',
    hasStacks ? 'with its record' : '–',
  ]
  return `| ${cells.join(' | ')} |`
}

async function main() {
  const words = process.argv.slice(2)
  const folder = mkdtempSync(join(tmpdir(), 'logshare-formats-'))
  chmodSync(folder, 0o755) // Apache's workers are of another user
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const before = readFileSync(DOCS, 'utf8')
  const [intro = '', table = ''] = before.split(/(?<=\n\|--.*\n)/)
  const rows = table.split('\n')
  const written = []
  for (const [i, program] of ALL.entries()) {
    const old = rows.find((row) => row.startsWith(`| ${program.name} |`))
    const isAsked = words.every((word) => program.name.includes(word))
    const result = isAsked ? await check(program, join(folder, String(i))) : undefined
    if (isAsked && !result) console.log(`${program.name}: not installed`)
    if (result)
      console.log(`${program.name} ${result.version}: ${result.faults.join('; ') || 'right'}`)
    if (result && result.faults.length > 0) process.exitCode = 1
    if (result && result.faults.length > 0) console.log(result.line.slice(0, 600))
    const row = result?.faults.length === 0 ? rowOf(program, result.version) : old
    if (row) written.push(row)
  }
  writeFileSync(DOCS, `${intro}${written.join('\n')}\n`)
}

main()
