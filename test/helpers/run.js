'use strict'
// Runs a fixture program as a user would, with logshare in place by one of the three ways in.

const { spawn } = require('node:child_process')
const { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join, resolve } = require('node:path')

const ROOT = resolve(__dirname, '../..')
const REGISTER = join(ROOT, 'register.js')
const FIXTURES = join(ROOT, 'test/fixtures')

/** Ways in: what a user does so that logshare is there. `install` is the program's own call of `install()`. */
const WAYS = /** @type {const} */ (['-r', 'NODE_OPTIONS', 'install'])

/**
 * A directory of its own for one test, removed after it.
 * @param {{ after(fn: () => void): void }} t
 */
function scratch(t) {
  const path = mkdtempSync(join(tmpdir(), 'logshare-test-'))
  // Programs that a test leaves to end by themselves may still write.
  t.after(() => rmSync(path, { recursive: true, force: true, maxRetries: 10 }))
  return path
}

/** What test runners, CI and a user's shell set that would change what a program does. */
const FOREIGN =
  /^(NODE_TEST_.*|LOGSHARE_.*|NODE_OPTIONS|NODE_V8_COVERAGE|DEBUG|FORCE_COLOR|NO_COLOR|NODE_DISABLE_COLORS|CI|GITHUB_ACTIONS)$/

/** The environment of a plain shell: no test runner, no logshare, nothing preloaded. */
function cleanEnv(extra = {}) {
  const env = { ...process.env, ...extra }
  for (const key of Object.keys(env)) {
    if (FOREIGN.test(key) && !(key in extra)) delete env[key]
  }
  return env
}

/**
 * Runs `file` (a path, or a name in test/fixtures) to its end.
 * @param {string} file
 * @param {{ way?: typeof WAYS[number] | 'none', args?: string[], flags?: string[], env?: Record<string, string | undefined>,
 *   config?: object, cwd?: string, input?: string, stdout?: string, limit?: number, node?: string }} [options]
 *   `config` goes into LOGSHARE_CONFIG; `limit` in ms, after which the program is killed and the run fails;
 *   `stdout` is the path of a file that is the program's stdout
 * @returns {Promise<{ code: number | null, signal: string | null, stdout: string, stderr: string, pid: number | undefined }>}
 */
function run(file, options = {}) {
  const {
    way = '-r',
    args = [],
    flags = [],
    env = {},
    config,
    cwd,
    input,
    stdout,
    limit = 60_000,
    node = process.execPath,
  } = options
  const path = existsSync(file) ? resolve(file) : join(FIXTURES, file)
  const extra = { ...env }
  if (config) extra.LOGSHARE_CONFIG = JSON.stringify(config)
  if (way === 'NODE_OPTIONS')
    extra.NODE_OPTIONS = [env.NODE_OPTIONS, `--require=${REGISTER}`].filter(Boolean).join(' ')
  if (way === 'install') extra.TEST_INSTALL = '1'
  const preload = way === '-r' ? ['-r', REGISTER] : []
  const out = stdout ? openSync(stdout, 'a') : undefined
  const child = spawn(node, [...flags, ...preload, path, ...args], {
    env: cleanEnv(extra),
    cwd,
    stdio: ['pipe', out ?? 'pipe', 'pipe'],
  })
  if (out !== undefined) closeSync(out)
  return collect(child, { input, limit })
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {{ input?: string, limit: number }} options
 */
function collect(child, { input, limit }) {
  return new Promise((done, fail) => {
    let stdout = ''
    let stderr = ''
    child.stdout?.setEncoding('utf8').on('data', (text) => (stdout += text))
    child.stderr?.setEncoding('utf8').on('data', (text) => (stderr += text))
    child.stdin?.on('error', () => {})
    child.stdin?.end(input ?? '')
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      fail(
        new Error(
          `still running after ${limit} ms\nstdout: ${stdout.slice(-2000)}\nstderr: ${stderr.slice(-2000)}`,
        ),
      )
    }, limit)
    child.on('error', fail)
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      done({ code, signal, stdout, stderr, pid: child.pid })
    })
  })
}

/**
 * Ends a detached program with its children, which would log on without it and hold its pipes.
 * @param {import('node:child_process').ChildProcess} program
 */
function killGroup({ pid }) {
  try {
    if (pid) process.kill(-pid, 'SIGKILL')
  } catch {
    // All of them have ended.
  }
}

/** The records of a JSON log file. @param {string} path @returns {import('logshare').LogRecord[]} */
function readLog(path) {
  return readLines(readFileSync(path, 'utf8'))
}

/** The records of JSON lines; throws on a line that is not one. @param {string} text @returns {import('logshare').LogRecord[]} */
function readLines(text) {
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      try {
        return JSON.parse(line)
      } catch {
        throw new Error(`not a JSON line: ${line.slice(0, 300)}`)
      }
    })
}

module.exports = {
  run,
  collect,
  killGroup,
  scratch,
  cleanEnv,
  readLog,
  readLines,
  WAYS,
  ROOT,
  REGISTER,
  FIXTURES,
}
