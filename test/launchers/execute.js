// Runs a launcher with an application in a fresh copy, to its end.

const { spawn } = require('node:child_process')
const {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  symlinkSync,
  watch,
} = require('node:fs')
const { delimiter, join } = require('node:path')
const { prepare } = require('../apps/execute.js')
const { REGISTER, ROOT } = require('../helpers/run.js')
const { commandOf } = require('./launchers.js')

/** Milliseconds that no launcher needs. */
const LIMIT = 90_000
/** The last line of an application that goes on until it is stopped. */
const DONE = /^.*main done$/m

/**
 * @typedef {'bare' | 'preload' | 'config'} Setting logshare is not there, is there without options, or with a file handler
 * @typedef {ReturnType<typeof prepareCopy>} Place
 * @typedef {Place & { code: number | null, stdout: string, stderr: string, log?: string }} Ended
 */

/**
 * @param {string} folder with the packages
 * @param {import('./launchers.js').Launcher} launcher
 * @param {string} library
 * @param {Setting} setting
 * @returns {Promise<Ended>}
 */
async function execute(folder, launcher, library, setting) {
  const place = prepareCopy(folder, setting)
  const [command, ...args] = commandOf(launcher, library, folder)
  const { stops } = launcher
  const env = { ...place.env, ...(stops && { STAYS: '1' }) }
  const ended = await runToEnd(command, args, { ...place, env, stops })
  return { ...place, ...ended, log: readText(join(place.cwd, 'logshare.log')) }
}

/** @param {string} folder @param {Setting} setting */
function prepareCopy(folder, setting) {
  // Colours, because a terminal would have them.
  const place = prepare(folder, { folder: '', env: { FORCE_COLOR: '1' } }, 'launchers')
  mkdirSync(join(place.cwd, 'node_modules'))
  symlinkSync(ROOT, join(place.cwd, 'node_modules/logshare'))
  const bin = join(folder, 'node_modules/.bin')
  const { env } = place
  env.PATH = `${bin}${delimiter}${env.PATH}`
  env.npm_config_cache = join(place.temporary, 'npm')
  if (setting !== 'bare') env.NODE_OPTIONS = `-r "${REGISTER}"`
  if (setting === 'config') {
    const handlers = [{ type: 'file', path: join(place.cwd, 'logshare.log') }]
    env.LOGSHARE_CONFIG = JSON.stringify({ handlers })
  }
  return place
}

/**
 * Its output goes into files: a pipe would lose what is in it when a process calls process.exit().
 * @param {string} command
 * @param {readonly string[]} args
 * @param {Pick<Place, 'cwd' | 'env' | 'temporary'> & { stops?: boolean }} options
 * @returns {Promise<Pick<Ended, 'code' | 'stdout' | 'stderr'>>}
 */
function runToEnd(command, args, { cwd, env, temporary, stops = false }) {
  const paths = ['stdout', 'stderr'].map((name) => join(temporary, name))
  const files = paths.map((path) => openSync(path, 'w'))
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', ...files] })
  for (const file of files) closeSync(file)
  const stopped = stops ? onceText(paths[0], DONE, () => child.kill('SIGINT')) : undefined
  return new Promise((resolve, reject) => {
    let late = ''
    const timer = setTimeout(() => {
      late = `\nstill running after ${LIMIT} ms`
      endGroup(child)
    }, LIMIT)
    child.on('error', reject)
    child.on('exit', (code) => {
      clearTimeout(timer)
      stopped?.()
      endGroup(child)
      const [stdout, stderr] = paths.map((path) => readFileSync(path, 'utf8'))
      resolve({ code, stdout, stderr: stderr + late })
    })
  })
}

/** Calls `act` once when a file has the text; returns what gives that up. @param {string} path @param {RegExp} text @param {() => void} act */
function onceText(path, text, act) {
  const watcher = watch(path)
  const look = () => {
    if (!text.test(readFileSync(path, 'utf8'))) return
    watcher.close()
    act()
  }
  watcher.on('change', look)
  look()
  return () => watcher.close()
}

/** @param {import('node:child_process').ChildProcess} child */
function endGroup({ pid }) {
  try {
    process.kill(-Number(pid), 'SIGKILL')
  } catch {
    // Nobody of the group is left.
  }
}

/** @param {string} path */
function readText(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}

module.exports = { DONE, LIMIT, execute, onceText, prepareCopy, readText, runToEnd }
