'use strict'
// Runs `logshare collect` as a service manager would.

const { spawn } = require('node:child_process')
const { once } = require('node:events')
const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { setTimeout: sleep } = require('node:timers/promises')
const { cleanEnv, collect, ROOT } = require('./run.js')

const COMMAND = join(ROOT, 'dist/cli/main.js')

/**
 * Starts a collector; resolves when it takes records.
 * @param {{ after(fn: () => void): void }} t
 * @param {{ directory: string, config: object, args?: string[], env?: Record<string, string> }} options
 */
async function startCollector(t, { directory, config, args = [], env = {} }) {
  const child = spawn(process.execPath, [COMMAND, 'collect', '--dir', directory, ...args], {
    env: cleanEnv({ ...env, LOGSHARE_CONFIG: JSON.stringify(config) }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.after(() => child.kill('SIGKILL'))
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text) => (output.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text) => (output.stderr += text))
  const closed = once(child, 'close')
  await until(() => {
    if (child.exitCode !== null || child.signalCode) throw new Error(`ended: ${output.stderr}`)
    return output.stderr.includes('logshare: collecting in ')
  }, 'collector')
  /** @param {NodeJS.Signals} signal */
  const end = async (signal = 'SIGTERM') => {
    child.kill(signal)
    const [code] = await closed
    return code
  }
  return { child, end, output }
}

/** Runs the command to its end. @param {string[]} args @param {Record<string, string>} [env] */
function command(args, env = {}) {
  const child = spawn(process.execPath, [COMMAND, ...args], { env: cleanEnv(env), stdio: 'pipe' })
  return collect(child, { limit: 30_000 })
}

/** Lines that stand in a file by now. @param {string} path */
function countLines(path) {
  try {
    return readFileSync(path, 'latin1').split('\n').length - 1
  } catch {
    return 0
  }
}

/** @template T @param {() => T | undefined | false} ask @param {string} what @returns {Promise<T>} */
async function until(ask, what) {
  for (let tries = 0; tries < 3000; tries++) {
    const answer = ask()
    if (answer) return answer
    await sleep(10)
  }
  throw new Error(`no ${what} within 30 s`)
}

module.exports = { startCollector, command, countLines, until }
