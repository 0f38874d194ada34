'use strict'
// What a worker prints by its streams is shown although the worker is terminated or its parent exits.

const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { join } = require('node:path')
const { it } = require('node:test')
const { cleanEnv, collect, FIXTURES, REGISTER, run } = require('../helpers/run')

const COUNT = 1000
const LINES = Array.from({ length: COUNT }, (_, i) => `line ${i}`)

for (const end of ['terminate', 'exit', 'natural']) {
  for (const where of ['root', 'fork', 'worker']) {
    it(`${end} of a worker of a ${where}: every line is printed, in order`, async () => {
      const { code, stdout, stderr } = await print('output.js', end, where)
      assert.deepEqual([code, stderr], [0, ''])
      assert.deepEqual(stdout.split('\n').slice(0, -1), LINES)
    })
  }
}

it('callbacks of writes are called, and the stream never stays full', async () => {
  const { code, stdout } = await print('output.js', 'callback', 'root')
  assert.equal(code, 0)
  assert.deepEqual(stdout.split('\n').slice(0, -1), LINES)
})

// The pool's worker answers when its stdout has nothing more to write.
it('what a worker has printed is there before what it answers when its stream is empty', async () => {
  const { code, stdout, stderr } = await run('pool.js')
  assert.deepEqual([code, stderr], [0, ''])
  const expected = Array.from({ length: 40 }, (_, n) => [`task ${n}`, `result ${n}`])
  assert.deepEqual(stdout.trimEnd().split('\n'), expected.flat())
})

it('every way of writing, while the parent has still to answer: the same bytes in the same order', async () => {
  const { code, stdout, stderr } = await run('writes.js')
  // Without logshare it is the same, but for the message, which may be there before the last texts.
  const lines = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'ERR_INVALID_ARG_TYPE', 'message done 0']
  assert.deepEqual([code, stdout, stderr], [0, `${lines.join('\n')}\n`, ''])
})

it('short and long texts, and bytes, on both streams: all, in order, though the worker is terminated', async () => {
  const { code, stdout, stderr } = await run('output/mailed.js')
  assert.deepEqual([code, stdout, stderr], [0, '3000 -1\n', ''])
})

it('what a worker has printed before it posted a message is there before the message', async () => {
  const { code, stdout, stderr } = await run('output/answers.js')
  assert.deepEqual([code, stderr], [0, ''])
  const expected = Array.from({ length: 300 }, (_, n) => [`sent ${n}`, `got ${n}`])
  assert.deepEqual(stdout.trimEnd().split('\n'), expected.flat())
})

it("the root exits at the last message of a worker, which Node emits before it reads the worker's text", async () => {
  const { code, stdout, stderr } = await print('output/last-message.js')
  assert.deepEqual([code, stderr], [0, ''])
  assert.deepEqual(stdout.trimEnd().split('\n'), LINES.slice(0, 200))
})

/**
 * Through a pipe of the shell: one of `spawn` is a socket, of which a process that exits loses what does not fit.
 * @param {string} file @param {string[]} args
 */
function print(file, ...args) {
  const words = [process.execPath, '-r', REGISTER, join(FIXTURES, file), ...args]
  const command = words.map((word) => `'${word}'`).join(' ')
  const child = spawn('sh', ['-c', `${command} | cat`], { env: cleanEnv(), stdio: 'pipe' })
  return collect(child, { limit: 60_000 })
}
