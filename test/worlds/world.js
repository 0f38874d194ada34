'use strict'
// World: one real tool with a small project, and how it is run to its end.

const { spawn } = require('node:child_process')
const {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  watch,
  writeFileSync,
} = require('node:fs')
const { tmpdir } = require('node:os')
const { delimiter, dirname, join } = require('node:path')
const { setTimeout: delay } = require('node:timers/promises')
const { findFaults } = require('../apps/execute.js')
const { cleanEnv } = require('../helpers/run.js')

/** Milliseconds that no world needs. */
const LIMIT = 150_000

/**
 * @typedef {'bare' | 'preload' | 'log file'} Setting
 * @typedef {{ code: number | null, signal: string | null, stdout: string, stderr: string, files: Record<string, string>,
 *   log: string | undefined, faults: string[] }} Outcome `faults`: what logshare complained of or left behind
 *
 * @typedef {object} Running what `drive` gets
 * @property {(text: RegExp) => Promise<RegExpMatchArray>} printed resolves as soon as the tool's stdout matches
 * @property {(text: RegExp) => Promise<unknown>} logged the same of the log, where there is one
 * @property {string} cwd
 * @property {(signal: NodeJS.Signals) => void} stop ends the tool
 * @property {(command: string, ...args: string[]) => Promise<void>} also runs something beside it
 *
 * @typedef {object} World
 * @property {string} name
 * @property {'core' | 'heavy'} [packages] the folder with the package.json; core if it is left out
 * @property {number} [since] the first Node.js that has it
 * @property {Record<string, string>} files of the project, by path
 * @property {readonly string[]} command
 * @property {(running: Running) => Promise<void>} [drive] what happens while it runs
 * @property {NodeJS.ProcessEnv} [env]
 * @property {boolean} [needsRedis]
 * @property {boolean} [isMixed] whether processes print at the same time, so that the order of lines says nothing
 * @property {readonly string[]} [logged] texts of which each is in a record's message
 * @property {readonly [RegExp, string | ((found: string) => string)][]} [masks] what differs from run to run in what it prints and writes
 * @property {RegExp} [ignored] paths of files that differ from run to run
 */

/** @param {import('./place.js').Place} place @param {World} world @param {Setting} setting @param {NodeJS.ProcessEnv} extra @returns {Promise<Outcome>} */
async function runWorld({ folder, packages }, world, setting, extra) {
  const cwd = join(folder, world.name.replace(/\W+/g, '-'), 'project')
  // The path of a socket has to be short.
  const temporary = mkdtempSync(join(tmpdir(), 'logshare-worlds-'))
  const log = join(temporary, 'log/app.log')
  rmSync(cwd, { recursive: true, force: true })
  for (const [name, text] of Object.entries(world.files)) write(join(cwd, name), text)
  for (const name of ['home', 'tmp', 'log']) mkdirSync(join(temporary, name))
  const env = environment(packages, temporary, { ...extra, ...world.env })
  if (setting !== 'bare')
    env.NODE_OPTIONS = [env.NODE_OPTIONS, '-r logshare/register'].filter(Boolean).join(' ')
  if (setting === 'log file') {
    env.LOGSHARE_CONFIG = JSON.stringify({ handlers: [{ type: 'file', path: log }] })
  }
  try {
    const ended = await runToEnd(world, { cwd, env, temporary })
    const faults = await findLasting({ temporary: join(temporary, 'tmp'), stderr: ended.stderr })
    const paths = /** @type {const} */ ([
      [cwd, '<cwd>'],
      [folder, '<folder>'],
      [packages, '<packages>'],
      [temporary, '<temporary>'],
    ])
    const replaced = (/** @type {string} */ text) =>
      paths.reduce((left, [path, name]) => left.replaceAll(path, name), text)
    const files = readTree(cwd, world.ignored)
    return {
      ...ended,
      stdout: replaced(ended.stdout),
      stderr: replaced(ended.stderr),
      files: Object.fromEntries(Object.entries(files).map(([key, text]) => [key, replaced(text)])),
      log: setting === 'log file' ? (existsSync(log) ? readFileSync(log, 'utf8') : '') : undefined,
      faults,
    }
  } finally {
    rmSync(dirname(cwd), { recursive: true, force: true, maxRetries: 5 })
    rmSync(temporary, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Milliseconds in which a process that the tool has left behind ends, such as what sends the telemetry of next. */
const PATIENCE = 5000

/** @param {Parameters<typeof findFaults>[0]} ended */
async function findLasting(ended) {
  const until = performance.now() + PATIENCE
  while (findFaults(ended).length > 0 && performance.now() < until) await delay(50)
  return findFaults(ended)
}

/** @param {string} packages @param {string} temporary @param {NodeJS.ProcessEnv} extra @returns {NodeJS.ProcessEnv} */
function environment(packages, temporary, extra) {
  const bins = [dirname(process.execPath), join(packages, 'node_modules/.bin')]
  return cleanEnv({
    PATH: [...bins, process.env.PATH].join(delimiter),
    HOME: join(temporary, 'home'),
    TMPDIR: join(temporary, 'tmp'),
    XDG_RUNTIME_DIR: '',
    XDG_CACHE_HOME: undefined,
    PACKAGES: join(packages, 'node_modules'),
    npm_config_logs_max: '0',
    npm_config_update_notifier: 'false',
    NEXT_TELEMETRY_DISABLED: '1',
    ...extra,
  })
}

/**
 * Its output goes into files: a pipe would lose what is in it when a process calls process.exit().
 * @param {World} world @param {{ cwd: string, env: NodeJS.ProcessEnv, temporary: string }} place
 * @returns {Promise<Pick<Outcome, 'code' | 'signal' | 'stdout' | 'stderr'>>}
 */
async function runToEnd({ command: [command, ...args], drive }, { cwd, env, temporary }) {
  const paths = ['stdout', 'stderr'].map((name) => join(temporary, name))
  const files = paths.map((path) => openSync(path, 'a'))
  const start = (/** @type {string} */ file, /** @type {string[]} */ rest) =>
    spawn(file, rest, { cwd, env, detached: true, stdio: ['ignore', files[0], files[1]] })
  const child = start(command, args)
  const ended = endOf(child)
  let unmet = ''
  if (drive) {
    await drive({
      cwd,
      printed: (text) => untilText(paths[0], text, ended),
      logged: async (text) =>
        env.LOGSHARE_CONFIG ? untilText(join(temporary, 'log/app.log'), text, ended) : undefined,
      stop: (signal) => child.kill(signal),
      async also(file, ...rest) {
        await endOf(start(file, rest))
      },
    }).catch((error) => {
      unmet = `\n${error.message}`
      endGroup(child)
    })
  }
  const end = await ended
  for (const file of files) closeSync(file)
  const [stdout, stderr] = paths.map((path) => readFileSync(path, 'utf8'))
  return { ...end, stdout, stderr: `${stderr}${end.late}${unmet}` }
}

/** @param {import('node:child_process').ChildProcess} child */
function endOf(child) {
  let late = ''
  const timer = setTimeout(() => {
    late = `\nstill running after ${LIMIT} ms`
    endGroup(child)
  }, LIMIT)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      clearTimeout(timer)
      endGroup(child)
      resolve({ code, signal, late })
    })
  })
}

/** @param {import('node:child_process').ChildProcess} child */
function endGroup({ pid }) {
  try {
    process.kill(-Number(pid), 'SIGKILL')
  } catch {
    // Nobody of the group is left.
  }
}

/** @param {string} path @param {RegExp} text @param {Promise<unknown>} ended @returns {Promise<RegExpMatchArray>} */
function untilText(path, text, ended) {
  return new Promise((resolve, reject) => {
    const watcher = watch(dirname(path)) // the file may not be there yet
    const look = () => {
      const found = existsSync(path) && readFileSync(path, 'utf8').match(text)
      if (!found) return
      watcher.close()
      resolve(found)
    }
    watcher.on('change', look)
    ended.then(() => {
      watcher.close()
      reject(new Error(`it ended without ${text}`))
    })
    look()
  })
}

/** @param {string} path @param {string} text */
function write(path, text) {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

/** What is in a folder, by path. @param {string} folder @param {RegExp} [ignored] */
function readTree(folder, ignored) {
  const paths = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((path) => !ignored?.test(path) && statSync(join(folder, path)).isFile())
  return Object.fromEntries(
    paths.sort().map((path) => [path, readFileSync(join(folder, path), 'latin1')]),
  )
}

module.exports = { runWorld }
