'use strict'
// Drives the fixture attacks/steps.js.

const { spawn } = require('node:child_process')
const { once } = require('node:events')
const { join } = require('node:path')
const { createInterface } = require('node:readline')
const { cleanEnv, FIXTURES, REGISTER } = require('./run.js')

/**
 * @param {{ after(fn: () => void): void }} t
 * @param {{ config: object, env?: Record<string, string>, prefix?: string[] }} options `prefix`: a command that runs it
 */
function startAttacked(t, { config, env = {}, prefix = [] }) {
  const command = [...prefix, process.execPath, '-r', REGISTER, join(FIXTURES, 'attacks/steps.js')]
  const [file = '', ...args] = command
  const child = spawn(file, args, {
    env: cleanEnv({ ...env, LOGSHARE_CONFIG: JSON.stringify(config) }),
    stdio: 'pipe',
  })
  t.after(() => child.kill('SIGKILL'))
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text))
  /** @type {string[]} */
  const printed = []
  /** @type {((result: any) => void)[]} */
  const waiting = []
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('{"step"')) waiting.shift()?.(JSON.parse(line).result)
    else printed.push(line)
  })
  const closed = once(child, 'close')
  /** @param {string} step @returns {Promise<any>} */
  const take = (step) => {
    child.stdin.write(`${step}\n`)
    return new Promise((done, fail) => {
      waiting.push(done)
      closed.then(() => fail(new Error(`ended at ${step}: ${stderr}`)))
    })
  }
  const end = async () => {
    child.stdin.write('end\n')
    const [code, signal] = await closed
    return signal ?? code
  }
  return { child, take, end, printed, notices: () => stderr.split('\n').filter(Boolean) }
}

module.exports = { startAttacked }
