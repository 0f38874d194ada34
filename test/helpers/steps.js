'use strict'
// Drives the fixture handlers/steps.js: an application that logs when it is told to.

const { spawn } = require('node:child_process')
const { once } = require('node:events')
const { join } = require('node:path')
const { cleanEnv, FIXTURES, REGISTER } = require('./run.js')

const PROGRAM = join(FIXTURES, 'handlers/steps.js')

/**
 * @param {{ after(fn: () => void): void }} t
 * @param {{ config: object, args?: string[], env?: Record<string, string>, stdout?: number }} options
 */
function startSteps(t, { config, args = [], env = {}, stdout }) {
  const child = spawn(process.execPath, ['-r', REGISTER, PROGRAM, ...args], {
    env: cleanEnv({ ...env, LOGSHARE_CONFIG: JSON.stringify(config) }),
    stdio: ['pipe', stdout ?? 'ignore', 'pipe'],
  })
  t.after(() => child.kill('SIGKILL'))
  /** @type {string[]} */
  const notices = []
  /** @type {((result: any) => void)[]} */
  const waiting = []
  let rest = ''
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (line.startsWith('{"done"')) waiting.shift()?.(JSON.parse(line).result)
      else notices.push(line)
    }
  })
  const closed = once(child, 'close')
  /** Has a step taken; resolves with its result. @param {string} what @param {object} [more] @returns {Promise<any>} */
  const take = (what, more = {}) => {
    child.stdin?.write(`${JSON.stringify({ do: what, ...more })}\n`)
    return new Promise((resolve, reject) => {
      waiting.push(resolve)
      closed.then(() => reject(new Error(`ended at ${what}: ${notices.join('\n')}`)))
    })
  }
  /** Resolves when a notice is there that matches. @param {RegExp} pattern */
  const told = async (pattern) => {
    while (!notices.some((line) => pattern.test(line))) {
      await Promise.race([
        once(/** @type {import('node:stream').Readable} */ (child.stderr), 'data'),
        closed,
      ])
      if (child.exitCode !== null) throw new Error(`ended: ${notices.join('\n')}`)
    }
  }
  /** Ends it; resolves with its code. */
  const end = async () => {
    child.stdin?.write(`${JSON.stringify({ do: 'end' })}\n`)
    const [code, signal] = await closed
    return signal ?? code
  }
  return { child, take, told, end, notices }
}

module.exports = { startSteps }
