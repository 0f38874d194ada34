'use strict'
// All ways of printing, in every kind of child, on a terminal, into a pipe and into a file, with every set of handlers: the
// bytes are those of a run without logshare, or the console handler's, and the log has each line once, in order.

const assert = require('node:assert/strict')
const { spawnSync } = require('node:child_process')
const { closeSync, existsSync, mkdtempSync, openSync, readFileSync } = require('node:fs')
const { join } = require('node:path')
const { after, it } = require('node:test')
const { stripVTControlCharacters } = require('node:util')
const { FILE: OWN } = require('../fixtures/versions/files')
const { cleanEnv, FIXTURES, readLog, REGISTER, scratch } = require('../helpers/run')
const versions = require('./versions.js')

const PROGRAM = join(FIXTURES, 'output/ways.js')
const KINDS = ['root', 'worker', 'nested', 'fork', 'spawn', 'cluster']
const DESTINATIONS = /** @type {const} */ (['pipe', 'file', 'terminal'])
const FILE = { type: 'file', path: 'all.log' }
const CONSOLE = { type: 'console', format: 'json' }
/** In the order in which the program uses them. */
const WAYS = [
  ...['log', 'error', 'table', 'group', 'whole', 'pieces', 'lines', 'bytes', 'callback', 'stderr'],
  ...['Console', 'ConsoleError', 'writeSync', 'pino', 'bunyan', 'winston', 'log4js', 'loglevel'],
  ...['consola', 'signale', 'tslog', 'logtape', 'roarr', 'debug'],
]
/** Ways of writing a descriptor: in a worker, it overtakes what goes through the parent, with and without logshare. */
const DIRECT = /^(writeSync|pino)/
const { env, remove } = versions.layOutAll()
after(remove)

/** @typedef {{ kind: string, ways: readonly string[], env: Record<string, string> }} Program */

const PROGRAMS = [
  { title: '', ways: WAYS, env: { ROARR_LOG: 'true' } },
  { title: ', other libraries and versions', ways: versions.WAYS, env },
]

/** @param {Program} program */
function callsOf({ kind, ways }) {
  const seen = isWorker(kind) ? ways.filter((way) => !DIRECT.test(way)) : ways
  return [...'abcde'].flatMap((letter) => seen.map((way) => `${way} ${letter}`))
}

const CELLS = PROGRAMS.flatMap(({ title, ...program }) =>
  KINDS.flatMap((kind) =>
    DESTINATIONS.map((destination) => ({ title, destination, program: { ...program, kind } })),
  ),
)
for (const { title, destination, program } of CELLS) {
  const { kind } = program
  it(`${kind}, ${destination}${title}`, (t) => {
    const folder = scratch(t)
    const run = (/** @type {object[] | undefined} */ handlers) =>
      show(folder, destination, program, handlers)
    const bare = run(undefined)
    assert.equal(bare.status, 0)
    assert.deepEqual(bare.found.toSorted(), callsOf(program).toSorted())
    assertEqual(run([]), bare, kind, destination)
    const copied = run([FILE])
    assertEqual(copied, bare, kind, destination)
    assertComplete(readLog(join(copied.cwd, 'all.log')), program)
    const owned = run([CONSOLE])
    const both = run([CONSOLE, FILE])
    assertComplete(readLog(join(both.cwd, 'all.log')), program)
    for (const { stdout, found, own, status } of [owned, both]) {
      assert.equal(status, 0)
      // A colour may end behind the end of its line.
      const lines = stripVTControlCharacters(stdout).split(/\r?\n/)
      const rest = lines.filter((line) => !line.startsWith('{"level"'))
      const beside = rest.filter((line) => !isUnseen(line.slice(1), kind))
      assert.deepEqual(beside, [''], 'what is printed beside the handler')
      assert.deepEqual(found.toSorted(), bare.found.toSorted())
      assert.deepEqual(own, bare.own)
    }
  })
}

/**
 * @param {ReturnType<typeof show>} ours @param {ReturnType<typeof show>} bare
 * @param {string} kind @param {typeof DESTINATIONS[number]} destination
 */
function assertEqual(ours, bare, kind, destination) {
  // On a terminal, a worker's stdout and stderr go two ways to one place.
  const isMixed = destination === 'terminal' && isWorker(kind)
  const compare = (/** @type {ReturnType<typeof show>} */ { stdout, stderr, ...rest }) => {
    const { own, status, found } = rest
    // Lines that are printed in pieces may be parted there.
    const text = isMixed
      ? { characters: [...stdout].toSorted().join(''), found: found.toSorted() }
      : stdout.split('\n')
    return { stdout: text, stderr: stderr.split('\n'), own, status }
  }
  assert.deepEqual(compare(ours), compare(bare))
}

/** @param {string} kind */
function isWorker(kind) {
  return kind === 'worker' || kind === 'nested'
}

/** Every line once, in the order of the calls. @param {any[]} records @param {Program} program */
function assertComplete(records, program) {
  assert.equal(new Set(records.map(({ source }) => source)).size, 1)
  const messages = messagesOf(records)
  const isSeen = (/** @type {string} */ marker) => !isUnseen(marker, program.kind)
  const calls = callsOf(program).filter(isSeen)
  assert.deepEqual(markersIn(messages.join('\n')).filter(isSeen), calls)
}

/**
 * Handlers in the root write with `fs.writeSync`: it is captured in children only.
 * @param {string} marker @param {string} kind
 */
function isUnseen(marker, kind) {
  return kind === 'root' && marker.startsWith('writeSync ')
}

/** @param {any[]} records */
function messagesOf(records) {
  return records.map(
    ({ msg, ...fields }) => `${msg} ${msg.includes('<') ? '' : JSON.stringify(fields)}`,
  )
}

/** @param {string} text */
function markersIn(text) {
  return [...text.matchAll(/<(\w+ [a-e])>/g)].map(([, marker]) => String(marker))
}

/**
 * @param {string} folder @param {typeof DESTINATIONS[number]} destination @param {Program} program
 * @param {object[]} [handlers] without them logshare is not there
 */
function show(folder, destination, program, handlers) {
  const cwd = mkdtempSync(join(folder, 'run-'))
  const config = handlers && { LOGSHARE_CONFIG: JSON.stringify({ handlers }) }
  const env = cleanEnv({ ...program.env, ...config })
  const words = [...(handlers ? ['-r', REGISTER] : []), PROGRAM, program.kind]
  const options = /** @type {const} */ ({ cwd, env, encoding: 'utf8', timeout: 60_000 })
  const paths = ['out', 'err'].map((name) => join(cwd, name))
  const files = paths.map((path) => openSync(path, 'w'))
  const quoted = [process.execPath, ...words].map((word) => `'${word}'`).join(' ')
  const command = {
    file: quoted,
    pipe: `{ { ${quoted}; echo $? > status; } 2>&1 1>&3 3>&- | cat >&2; } 3>&1 | cat`,
    terminal: `script -qec "${quoted}" /dev/null`,
  }[destination]
  const stdio = /** @type {const} */ (['ignore', ...files])
  const ended = spawnSync('sh', ['-c', command], { ...options, stdio: [...stdio] })
  for (const file of files) closeSync(file)
  const [stdout, stderr] = paths.map((path) => readFileSync(path, 'utf8'))
  const status =
    destination === 'pipe' ? Number(readFileSync(join(cwd, 'status'), 'utf8')) : ended.status
  const found = markersIn(`${stdout}\n${stderr}`)
  return { cwd, status, found, stdout: plain(stdout), stderr: plain(stderr), own: ownFile(cwd) }
}

/** The lines of the libraries' own file. Some of them write when they can. @param {string} cwd */
function ownFile(cwd) {
  const path = join(cwd, OWN)
  return existsSync(path) ? plain(readFileSync(path, 'utf8')).split('\n').toSorted() : []
}

/** Without what differs from run to run: every number. @param {string} text */
function plain(text) {
  return text.startsWith('{"level":') ? text : text.replace(/\d+/g, '#')
}
