// Runs the pm2 application by a pm2 daemon of the tests' own. No process above the application's has logshare: each that
// pm2 starts is a root with its own log file.

const { existsSync, readFileSync } = require('node:fs')
const { join } = require('node:path')
const { checkLog, checkTexts, findTold } = require('./check.js')
const { collect, findFaults, prepare, readTexts, REGISTER } = require('./execute.js')
const { readLog, ROOT } = require('../helpers/run.js')

/** @typedef {import('./specs.js').Spec} Spec */

const INSTANCES = 2
/** `-r` in `node_args`; `logshare run` as the program that pm2 starts. */
const WAYS = /** @type {const} */ ([
  { way: '-r', directory: undefined },
  { way: '-r', directory: 'shared' },
  { way: 'logshare run', directory: undefined },
])
/** Looks at what pm2 says of its processes. */
const LOOKS = 100

/** @param {string} folder @param {Spec} spec */
async function* runPm2(folder, spec) {
  for (const mode of /** @type {const} */ (['cluster', 'fork'])) yield* runMode(folder, spec, mode)
}

/** @param {string} folder @param {Spec} spec @param {'cluster' | 'fork'} mode */
async function* runMode(folder, spec, mode) {
  const began = Date.now()
  const plain = await runOnce(folder, spec, { mode })
  plain.remove()
  const config = join(__dirname, '../fixtures/apps/pm2/log-config.js')
  for (const { way, directory } of WAYS) {
    const again = way === '-r' && !directory ? began : Date.now()
    const ours = await runOnce(folder, spec, { mode, way, config, directory })
    const faults = findFaults({ temporary: ours.temporary, stderr: ours.errors })
    for (const key of /** @type {const} */ (['ends', 'results', 'modes'])) {
      const [before, after] = [plain[key], ours[key]].map((it) => JSON.stringify(it))
      if (before !== after)
        faults.push(`${key}: ${after}, without logshare ${before}`.slice(0, 400))
    }
    const logs = Array.from({ length: INSTANCES }, (_, i) => `app-${i}.log`)
    for (const log of logs) {
      const path = join(ours.cwd, log)
      const found = existsSync(path) ? checkLog(readLog(path), spec) : ['it is not there']
      faults.push(...found.map((fault) => `${log}: ${fault}`))
    }
    for (const [i, output] of ours.outputs.entries()) {
      faults.push(...checkOutput(plain.outputs[i] ?? '', output, spec, mode))
    }
    const others = readTexts({ ...ours, stdout: '', stderr: '' }, logs)
    if (others.some((text) => findTold(text).length > 0)) faults.push('written to another file')
    yield/** @type {const} */ ([
      `${mode} mode, file handlers by ${way}${directory ? ', LOGSHARE_DIR' : ''}`,
      faults,
      again,
    ])
    ours.remove()
  }
}

/**
 * @param {string} folder
 * @param {Spec} spec
 * @param {{ mode: string, way?: string, config?: string, directory?: string }} setting
 */
async function runOnce(folder, spec, { mode, way, config, directory }) {
  const place = prepare(folder, spec)
  const home = join(place.temporary, 'pm2')
  /** @type {NodeJS.ProcessEnv} */
  const env = { ...place.env, PM2_HOME: home, MODE: mode }
  if (config) env.LOGSHARE_CONFIG = config
  if (way === '-r') env.NODE_ARGS = `-r ${REGISTER}`
  if (way === 'logshare run') env.RUN = join(ROOT, 'dist/cli/main.js')
  if (directory) env.LOGSHARE_DIR = join(place.temporary, directory)
  const command = join(folder, 'node_modules/pm2/bin/pm2')
  /** @param {string[]} args */
  const pm2 = (...args) => collect(process.execPath, [command, ...args], { cwd: place.cwd, env })
  let processes = []
  let started
  try {
    started = await pm2('start', spec.program)
    for (let look = 0; look < LOOKS; look++) {
      const { stdout } = await pm2('jlist')
      processes = JSON.parse(stdout.slice(stdout.lastIndexOf('\n[') + 1))
      if (processes.every(({ pm2_env }) => pm2_env.status !== 'online')) break
    }
  } finally {
    await pm2('kill')
    endDaemon(home)
  }
  const modes = processes.map(({ pm2_env }) => pm2_env.exec_mode)
  const ends = processes.map(({ pm2_env }) => `${pm2_env.status} ${pm2_env.exit_code}`)
  const results = processes.map((_, i) => read(join(place.cwd, `result-${i}.json`)))
  const errors = processes.map(({ pm2_env }) => read(pm2_env.pm_err_log_path) ?? '').join('\n')
  const outputs = processes.map(({ pm2_env }) => read(pm2_env.pm_out_log_path) ?? '')
  return { ...place, ...started, errors, outputs, ends, modes, results, result: undefined }
}

/**
 * A process's output, as pm2 has written it. In cluster mode pm2 does not see what a child of the process prints. In fork
 * mode it sees everything, and without logshare the thread loses some at its end.
 * @param {string} plain @param {string} ours @param {Spec} spec @param {'cluster' | 'fork'} mode
 */
function checkOutput(plain, ours, spec, mode) {
  if (mode === 'fork') return checkTexts([ours], spec)
  const [before, after] = [plain, ours].map(count)
  return before === after ? [] : [`pm2 has written ${after}, without logshare ${before}`]
}

/** What is told in an output, by library. @param {string} output */
function count(output) {
  /** @type {Record<string, Set<string>>} */
  const found = {}
  for (const { lib, key, by } of findTold(output)) {
    found[lib] ??= new Set()
    found[lib].add(`${key} ${by}`)
  }
  return JSON.stringify(Object.entries(found).map(([lib, keys]) => [lib, keys.size]))
}

/** Should `pm2 kill` have failed. @param {string} home */
function endDaemon(home) {
  const pid = Number(read(join(home, 'pm2.pid')))
  // Its title, in which there is its home.
  if (pid > 0 && read(`/proc/${pid}/cmdline`)?.includes(home)) process.kill(pid, 'SIGKILL')
}

/** @param {string} path */
function read(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}

module.exports = { runPm2 }
