'use strict'
// What a worker prints by its streams is shown although the worker is terminated or its parent exits.

const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { join } = require('node:path')
const { it } = require('node:test')
const { cleanEnv, collect, FIXTURES, REGISTER } = require('../helpers/run')

const COUNT = 1000
const LINES = Array.from({ length: COUNT }, (_, i) => `line ${i}`)

for (const end of ['terminate', 'exit', 'natural']) {
  for (const where of ['root', 'fork', 'worker']) {
    it(`${end} of a worker of a ${where}: every line is printed, in order`, async () => {
      const { code, stdout, stderr } = await print(end, where)
      assert.deepEqual([code, stderr], [0, ''])
      assert.deepEqual(stdout.split('\n').slice(0, -1), LINES)
    })
  }
}

it('callbacks of writes are called, and the stream never stays full', async () => {
  const { code, stdout } = await print('callback', 'root')
  assert.equal(code, 0)
  assert.deepEqual(stdout.split('\n').slice(0, -1), LINES)
})

/**
 * Through a pipe of the shell: one of `spawn` is a socket, of which a process that exits loses what does not fit.
 * @param {string} end @param {string} where
 */
function print(end, where) {
  const words = [process.execPath, '-r', REGISTER, join(FIXTURES, 'output.js'), end, where]
  const command = words.map((word) => `'${word}'`).join(' ')
  const child = spawn('sh', ['-c', `${command} | cat`], { env: cleanEnv(), stdio: 'pipe' })
  return collect(child, { limit: 60_000 })
}
