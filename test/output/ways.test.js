'use strict'
// All ways of printing, in every kind of child, on a terminal, into a pipe and into a file, with every set of handlers: the
// bytes are those of a run without logshare, or the console handler's, and the log has each line once, in order.

const assert = require('node:assert/strict')
const { spawnSync } = require('node:child_process')
const { closeSync, mkdtempSync, openSync, readFileSync } = require('node:fs')
const { join } = require('node:path')
const { it } = require('node:test')
const { cleanEnv, FIXTURES, readLog, REGISTER, scratch } = require('../helpers/run')

const PROGRAM = join(FIXTURES, 'output/ways.js')
const KINDS = ['root', 'worker', 'nested', 'fork', 'spawn', 'cluster']
const DESTINATIONS = /** @type {const} */ (['pipe', 'file', 'terminal'])
const FILE = { type: 'file', path: 'all.log' }
const CONSOLE = { type: 'console', format: 'json' }
/** In the order in which the program uses them. */
const WAYS = [
  ...['log', 'error', 'table', 'group', 'whole', 'pieces', 'lines', 'bytes', 'callback', 'stderr'],
  ...['Console', 'ConsoleError', 'writeSync', 'pino', 'bunyan', 'winston', 'log4js', 'loglevel'],
  ...['consola', 'signale', 'tslog', 'logtape', 'debug'],
]
/** Ways of writing a descriptor: in a worker, it overtakes what goes through the parent, with and without logshare. */
const DIRECT = ['writeSync', 'pino']

/** @param {string} kind */
function callsOf(kind) {
  const ways = isWorker(kind) ? WAYS.filter((way) => !DIRECT.includes(way)) : WAYS
  return [...'abcde'].flatMap((letter) => ways.map((way) => `${way} ${letter}`))
}

for (const kind of KINDS) {
  for (const destination of DESTINATIONS) {
    it(`${kind}, ${destination}`, (t) => {
      const folder = scratch(t)
      const bare = show(folder, destination, kind)
      assert.equal(bare.status, 0)
      assert.deepEqual(bare.found.toSorted(), callsOf(kind).toSorted())
      assertEqual(show(folder, destination, kind, []), bare, kind, destination)
      const copied = show(folder, destination, kind, [FILE])
      assertEqual(copied, bare, kind, destination)
      assertComplete(readLog(join(copied.cwd, 'all.log')), kind)
      const owned = show(folder, destination, kind, [CONSOLE])
      const both = show(folder, destination, kind, [CONSOLE, FILE])
      assertComplete(readLog(join(both.cwd, 'all.log')), kind)
      for (const { stdout, found, status } of [owned, both]) {
        assert.equal(status, 0)
        const rest = stdout.split(/\r?\n/).filter((line) => !line.startsWith('{"level"'))
        const beside = rest.filter((line) => !isUnseen(line.slice(1), kind))
        assert.deepEqual(beside, [''], 'what is printed beside the handler')
        assert.deepEqual(found.toSorted(), bare.found.toSorted())
      }
    })
  }
}

/**
 * @param {ReturnType<typeof show>} ours @param {ReturnType<typeof show>} bare
 * @param {string} kind @param {typeof DESTINATIONS[number]} destination
 */
function assertEqual(ours, bare, kind, destination) {
  // On a terminal, a worker's stdout and stderr go two ways to one place.
  const isMixed = destination === 'terminal' && isWorker(kind)
  const compare = (/** @type {ReturnType<typeof show>} */ { stdout, stderr, status }) => {
    const lines = stdout.split('\n')
    return { stdout: isMixed ? lines.toSorted() : lines, stderr: stderr.split('\n'), status }
  }
  assert.deepEqual(compare(ours), compare(bare))
}

/** @param {string} kind */
function isWorker(kind) {
  return kind === 'worker' || kind === 'nested'
}

/** Every line once, in the order of the calls. @param {any[]} records @param {string} kind */
function assertComplete(records, kind) {
  assert.equal(new Set(records.map(({ source }) => source)).size, 1)
  const messages = messagesOf(records)
  const isSeen = (/** @type {string} */ marker) => !isUnseen(marker, kind)
  assert.deepEqual(markersIn(messages.join('\n')).filter(isSeen), callsOf(kind).filter(isSeen))
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
 * @param {string} folder @param {typeof DESTINATIONS[number]} destination @param {string} kind
 * @param {object[]} [handlers] without them logshare is not there
 */
function show(folder, destination, kind, handlers) {
  const cwd = mkdtempSync(join(folder, 'run-'))
  const env = cleanEnv(handlers ? { LOGSHARE_CONFIG: JSON.stringify({ handlers }) } : {})
  const words = [...(handlers ? ['-r', REGISTER] : []), PROGRAM, kind]
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
  return { cwd, status, found, stdout: plain(stdout), stderr: plain(stderr) }
}

/** Without what differs from run to run: every number. @param {string} text */
function plain(text) {
  return text.startsWith('{"level":') ? text : text.replace(/\d+/g, '#')
}
