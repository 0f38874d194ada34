// Place: a copy of an example in which it runs, as after `npm install` there, and the programs that run in it.

const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const { get } = require('node:http')
const { createServer } = require('node:net')
const { tmpdir } = require('node:os')
const { delimiter, join } = require('node:path')
const { audit } = require('../helpers/delivery.js')
const { cleanEnv, killGroup, readLog, ROOT } = require('../helpers/run.js')

/** Milliseconds that nothing here needs. */
const LIMIT = 60_000

/** @typedef {ReturnType<typeof prepare>} Place */
/** @typedef {ReturnType<typeof start>} Program */

/** @param {string} folder with the packages @param {string} name of the example */
function prepare(folder, name) {
  const copy = fs.mkdtempSync(join(folder, 'run-'))
  // The path of a socket has to be short.
  const temporary = fs.mkdtempSync(join(tmpdir(), 'logshare-example-'))
  const cwd = join(copy, name)
  const skipped = ['node_modules', 'dist'].map((each) => join(ROOT, 'examples', name, each))
  fs.cpSync(join(ROOT, 'examples', name), cwd, {
    recursive: true,
    filter: (path) => !skipped.includes(path),
  })
  const own = join(cwd, 'node_modules')
  fs.mkdirSync(join(own, '.bin'), { recursive: true })
  fs.symlinkSync(ROOT, join(own, 'logshare'))
  // npm makes commands executable.
  const command = `#!/bin/sh\nexec node "${ROOT}/dist/cli/main.js" "$@"\n`
  fs.writeFileSync(join(own, '.bin/logshare'), command, { mode: 0o755 })
  /** @type {(() => unknown)[]} */
  const ends = []
  const env = cleanEnv({
    PATH: [join(own, '.bin'), join(folder, 'node_modules/.bin'), process.env.PATH].join(delimiter),
    TMPDIR: temporary,
    XDG_RUNTIME_DIR: '',
    npm_config_logs_max: '0',
    npm_config_update_notifier: 'false',
  })
  return {
    name,
    /** Where the packages are. */
    packages: join(folder, 'node_modules'),
    cwd,
    temporary,
    env,
    /** @param {() => unknown} end */
    after: (end) => void ends.unshift(end),
    /** @param {string} file */
    path: (file) => join(cwd, file),
    /** @param {string} [file] */
    log: (file = 'app.log') => readLog(join(cwd, file)),
    async remove() {
      for (const end of ends) await end()
      for (const path of [copy, temporary]) fs.rmSync(path, { recursive: true, force: true })
    },
  }
}

/**
 * Starts a command in the example's folder.
 * @param {Place} place @param {string[]} command @param {Record<string, string>} [env]
 */
function start(place, [program = '', ...args], env = {}) {
  const child = spawn(program, args, {
    cwd: place.cwd,
    env: { ...place.env, ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  place.after(() => killGroup(child))
  const said = { stdout: '', stderr: '' }
  for (const name of /** @type {const} */ (['stdout', 'stderr'])) {
    child[name].setEncoding('utf8').on('data', (text) => (said[name] += text))
  }
  const closed = once(child, 'close').then(([code]) => /** @type {number | null} */ (code))
  const fail = () => {
    const tails = Object.values(said).map((text) => text.slice(-1500))
    const how = `code ${child.exitCode}, signal ${child.signalCode}`
    return new Error(`${program} ${args.join(' ')}: ${how}\n${tails.join('\n')}`)
  }
  return {
    said,
    /** Resolves once it has printed this. @param {RegExp} text */
    prints: (text) =>
      until(() => {
        if (child.exitCode !== null) throw fail()
        return text.test(said.stdout) || text.test(said.stderr)
      }, fail),
    /** Sends a signal to all its processes but npm and its shell, which would not wait. @param {NodeJS.Signals} signal */
    signal(signal) {
      for (const pid of membersOf(Number(child.pid))) {
        try {
          process.kill(pid, signal)
        } catch {
          // The first one has ended it.
        }
      }
    },
    /** Resolves when it has ended well. @param {RegExp} [expected] warnings */
    async end(expected) {
      const timer = setTimeout(() => killGroup(child), LIMIT)
      const code = await closed
      clearTimeout(timer)
      if (code !== 0) throw fail()
      const warnings = said.stderr.split('\n').filter((line) => line.includes('LOGSHARE_'))
      assert.deepEqual(
        warnings.filter((line) => !expected?.test(line)),
        [],
      )
      return said
    },
  }
}

/** The processes of a group, without npm and the shell that it starts. @param {number} group */
function membersOf(group) {
  return fs.readdirSync('/proc').flatMap((name) => {
    try {
      const stat = fs.readFileSync(`/proc/${Number(name)}/stat`, 'utf8')
      const member = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2])
      const program = fs.readFileSync(`/proc/${name}/cmdline`, 'utf8')
      return member === group && !/^(npm|sh)\b/.test(program) ? [Number(name)] : []
    } catch {
      return [] // no process, or one that has ended
    }
  })
}

/** Runs the example's one command to its end. @param {Place} place @param {Record<string, string>} [env] */
function npmStart(place, env) {
  return start(place, ['npm', 'start'], env)
}

/** @param {() => boolean} isSo @param {() => Error} [fail] */
async function until(isSo, fail = () => new Error(`never so: ${isSo}`)) {
  for (const limit = Date.now() + LIMIT; !isSo(); ) {
    if (Date.now() > limit) throw fail()
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}

/**
 * Fails unless each producer's records are complete, single and in order, and as many as expected.
 * @param {readonly any[]} records
 * @param {{ sources: string[], names: Record<string, number> }} expected the records of each name
 */
function checkRecords(records, { sources, names }) {
  const { lost, doubled, disordered } = audit(records)
  assert.deepEqual({ lost, doubled, disordered }, { lost: 0, doubled: 0, disordered: 0 })
  assert.deepEqual([...new Set(records.map(({ source }) => source))].sort(), [...sources].sort())
  /** @type {Record<string, number>} */
  const counts = {}
  for (const { name } of records) counts[name] = (counts[name] ?? 0) + 1
  assert.deepEqual(counts, names)
}

/** @returns {Promise<string>} */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  server.close()
  return String(port)
}

/** @param {string} port @param {string} path @returns {Promise<string>} */
async function ask(port, path) {
  const [response] = await once(
    get(`http://127.0.0.1:${port}${path}`, { agent: false }),
    'response',
  )
  return (await response.setEncoding('utf8').toArray()).join('')
}

module.exports = { ask, checkRecords, freePort, LIMIT, npmStart, prepare, start, until }
