'use strict'
// Worker: the class, what a worker sees and the errors do not differ from Node's own.

const assert = require('node:assert/strict')
const { join } = require('node:path')
const { test } = require('node:test')
const { assertDelivered } = require('../helpers/delivery.js')
const { assertSame, runBoth } = require('../helpers/identity.js')
const { readLog, run, scratch, WAYS } = require('../helpers/run.js')

const TITLE_FLAGS = ['--expose-gc', '--title', 'foo', '--no-deprecation']

/** With an `env`, Node loses the flags behind a flag with a detached value (`--title foo`); ours keeps them. */
const FLAGS_LOST = ['env empty', 'env copy', 'env of undefined values', 'nested in env empty']

const SETUPS = [
  { title: 'no flags' },
  { title: 'flags that Node rejects in an execArgv', flags: TITLE_FLAGS },
  {
    title: 'NODE_OPTIONS that Node rejects in an execArgv',
    env: { NODE_OPTIONS: '--title=x --max-old-space-size=300' },
  },
]

/** @param {string} path */
const handlers = (path) => ({ handlers: [{ type: 'file', path }, { type: 'relay' }] })

for (const way of WAYS) {
  for (const program of ['worker-class.js', 'worker-class-first.mjs']) {
    test(`the class Worker in ${program} by ${way}`, async (t) => {
      const env = { XDG_RUNTIME_DIR: scratch(t) }
      assertSame(await runBoth(program, { way, env }))
    })
  }

  for (const { title, flags, env } of SETUPS) {
    test(`what workers see by ${way} with ${title}`, async (t) => {
      const directory = scratch(t)
      const log = join(directory, 'app.log')
      const runs = await runBoth('worker-variants.js', {
        way,
        flags,
        env: { ...env, XDG_RUNTIME_DIR: directory },
        config: handlers(log),
      })
      assert.equal(runs.plain.code, 0)
      assert.equal(runs.plain.result.announced > 40, true)
      assert.equal(runs.ours.result.foreign, 0)
      if (flags) for (const name of FLAGS_LOST) dropExecArgv(runs, name)
      assertSame(runs)
      assertLogged(log, runs.plain.lines)
    })
  }
}

test('what workers see with nothing configured', async (t) => {
  const env = { XDG_RUNTIME_DIR: scratch(t) }
  assertSame(await runBoth('worker-variants.js', { way: '-r', env }))
})

test('flags that Node loses reach the worker', async (t) => {
  const env = { XDG_RUNTIME_DIR: scratch(t) }
  const { stdout } = await run('worker-variants.js', { way: 'install', flags: TITLE_FLAGS, env })
  const result = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')
  assert.deepEqual(result['env empty'].messages[0].execArgv, TITLE_FLAGS)
})

/**
 * @param {Awaited<ReturnType<typeof runBoth>>} runs
 * @param {string} name
 */
function dropExecArgv(runs, name) {
  for (const { result } of Object.values(runs)) {
    for (const message of result[name].messages) {
      delete message.execArgv
      delete message.inner?.messages
      delete message.inner?.execArgv
    }
  }
}

/**
 * Checks that logshare was active in every worker that printed something.
 * @param {string} path
 * @param {readonly string[]} lines
 */
function assertLogged(path, lines) {
  const records = readLog(path)
  assertDelivered(records)
  const logged = records.filter(({ msg }) => msg === 'a worker was here')
  assert.equal(logged.length, lines.filter((line) => line === 'a worker was here').length)
  assert.equal(logged.length > 30, true)
}
