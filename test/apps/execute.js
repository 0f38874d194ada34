// Runs an application from a fresh copy of all of them, as a process group that is gone afterwards.

const { spawn } = require('node:child_process')
const {
  closeSync,
  cpSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
} = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { gunzipSync } = require('node:zlib')
const { cleanEnv, FIXTURES, REGISTER, ROOT } = require('../helpers/run.js')

/** Milliseconds that no application needs. */
const LIMIT = 90_000
/** Files in a runtime directory. */
const OURS = /\.(q|end|lock|new)$|bell\.sock$|(config|state)\.json$/

/**
 * @typedef {Awaited<ReturnType<typeof execute>>} Ended
 * @typedef {import('./specs.js').Way} Way
 * @typedef {{ way: Way, bare?: boolean, config?: object }} Setting `bare`: without logshare
 */

/**
 * @param {string} folder with the packages
 * @param {import('./specs.js').Spec} spec
 * @param {Setting} setting
 */
async function execute(folder, spec, { way, bare = false, config }) {
  const place = prepare(folder, spec)
  /** @type {NodeJS.ProcessEnv} */
  const env = { ...place.env }
  const isNpm = way === 'npm start'
  if (config) env.LOGSHARE_CONFIG = JSON.stringify(config)
  if (!bare && (isNpm || way === 'NODE_OPTIONS')) env.NODE_OPTIONS = `-r "${REGISTER}"`
  const [command, ...args] = commandOf(folder, place.cwd, spec, bare && !isNpm ? undefined : way)
  // A pipe that is read slowly loses lines without logshare: no run to compare every line with.
  const toFiles = spec.lines && place.temporary
  const ended = await collect(command, args, { cwd: place.cwd, env, toFiles })
  const path = join(place.cwd, 'result.json')
  const result = existsSync(path) ? readFileSync(path, 'utf8') : undefined
  return { ...place, ...ended, result }
}

/**
/**
 * What a user types.
 * @param {string} folder
 * @param {string} cwd
 * @param {import('./specs.js').Spec} spec
 * @param {Way | undefined} way
 */
function commandOf(folder, cwd, spec, way) {
  const args = spec.args ?? []
  if (way === 'npm start') return ['npm', 'start', '--', ...args]
  const isHere = spec.program.startsWith('-') || existsSync(join(cwd, spec.program))
  const program = isHere ? spec.program : join(folder, 'node_modules', spec.program)
  const preload = way === '-r' ? ['-r', REGISTER] : []
  const run = way === 'logshare run' ? [join(ROOT, 'dist/cli/main.js'), 'run'] : []
  return [process.execPath, ...preload, ...run, program, ...args]
}

/**
 * A copy of the applications to run one in.
 * @param {string} folder
 * @param {Pick<import('./specs.js').Spec, 'folder' | 'env'> & { tasks?: number }} spec
 * @param {string} [fixtures] the folder of all of them
 */
function prepare(folder, spec, fixtures = 'apps') {
  const copy = mkdtempSync(join(folder, 'run-'))
  // The path of a socket has to be short.
  const temporary = mkdtempSync(join(tmpdir(), 'logshare-apps-'))
  cpSync(join(FIXTURES, fixtures), copy, { recursive: true })
  return {
    cwd: join(copy, spec.folder),
    temporary,
    /** @type {NodeJS.ProcessEnv} */
    env: cleanEnv({
      ...spec.env,
      TASKS: String(spec.tasks),
      TMPDIR: temporary,
      XDG_RUNTIME_DIR: '',
      npm_config_logs_max: '0',
      npm_config_update_notifier: 'false',
    }),
    remove() {
      for (const path of [copy, temporary]) rmSync(path, { recursive: true, force: true })
    },
  }
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, toFiles?: string | undefined }} options `toFiles`: the folder of files that
 *   are stdout and stderr, instead of pipes
 * @returns {Promise<{ code: number | null, signal: string | null, stdout: string, stderr: string }>}
 */
function collect(command, args, { cwd, env, toFiles }) {
  const paths = toFiles ? ['stdout', 'stderr'].map((name) => join(toFiles, name)) : []
  const files = paths.map((path) => openSync(path, 'a'))
  const child = spawn(command, args, {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', files[0] ?? 'pipe', files[1] ?? 'pipe'],
  })
  for (const file of files) closeSync(file)
  let stdout = ''
  let stderr = ''
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    stdout += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  return new Promise((resolve, reject) => {
    const endGroup = () => {
      try {
        process.kill(-Number(child.pid), 'SIGKILL')
      } catch {
        // Nobody of the group is left.
      }
    }
    const timer = setTimeout(() => {
      stderr += `\nstill running after ${LIMIT} ms`
      endGroup()
    }, LIMIT)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      endGroup()
      const [out, err] = paths.map((path) => readFileSync(path, 'utf8'))
      stdout += out ?? ''
      stderr += err ?? ''
      resolve({ code, signal, stdout, stderr })
    })
  })
}

/**
 * The log files that an application has written, by name.
 * @param {{ cwd: string }} ended
 * @param {readonly string[]} [others] log files that are not its own
 */
function readFiles({ cwd }, others = []) {
  const files = readdirSync(cwd, { recursive: true })
    .map(String)
    .filter((path) => /\.log\b/.test(path) && !others.includes(path))
  return files.sort().map((path) => {
    const bytes = readFileSync(join(cwd, path))
    return { path, text: (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8') }
  })
}

/**
 * All that an application has printed and, in its log files, written.
 * @param {{ cwd: string, stdout: string, stderr: string }} ended
 * @param {readonly string[]} [others] log files that are not its own
 */
function readTexts({ cwd, stdout, stderr }, others = []) {
  return [stdout, stderr, ...readFiles({ cwd }, others).map(({ text }) => text)]
}

/**
 * What logshare has complained of, and left behind.
 * @param {{ temporary: string, stderr: string }} ended
 */
function findFaults({ temporary, stderr }) {
  const left = readdirSync(temporary, { recursive: true })
    .map(String)
    .filter((path) => OURS.test(path))
  const faults = stderr.match(/.*LOGSHARE_.*/g)?.slice(0, 3) ?? []
  return left.length > 0 ? [...faults, `left behind: ${left.slice(0, 5).join(' ')}`] : faults
}

module.exports = { collect, execute, findFaults, prepare, readFiles, readTexts, REGISTER }
