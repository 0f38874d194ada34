'use strict'
// Undo: it restores the identical values of all builtins, and logshare can be installed again.

const assert = require('node:assert/strict')
const { join } = require('node:path')
const { test } = require('node:test')
const { readLog, run, scratch } = require('../helpers/run.js')

/** Configurations with adapters off, on, and on with copies of the root's own records. */
const CONFIGS = {
  'a file': (path) => ({ handlers: [{ type: 'file', path }] }),
  'a file and the relay': (path) => ({ handlers: [{ type: 'file', path }, { type: 'relay' }] }),
  'a file and no adapters': (path) => ({ handlers: [{ type: 'file', path }], adapters: false }),
}

for (const [title, config] of Object.entries(CONFIGS)) {
  test(`install, undo and install again with ${title}`, async (t) => {
    const { result, log } = await runUndo(t, 'undo-require.js', config)
    const { installed, ...rest } = result
    for (const key of ['Worker', 'spawn', 'sync', 'process.emit', 'reallyExit']) {
      assert.equal(installed.includes(key), true, `${key} was not replaced`)
    }
    for (const key of ['spawnSync', 'execSync', 'execFileSync', 'emit']) {
      assert.equal(installed.includes(key), false, `the application sees another ${key}`)
    }
    assert.deepEqual(rest, { isSame: true, isNew: true, undone: [], twice: [], end: [] })
    assertLogged(log)
  })
}

test('imports that were evaluated before the installation', async (t) => {
  const { result, log } = await runUndo(t, 'undo-import.mjs', CONFIGS['a file'])
  const all = (/** @type {boolean} */ value) => Array(10).fill(value)
  // The class Worker and ChildProcess.prototype.spawn. The synchronous functions stay: what they call is replaced.
  const installed = [...all(false).slice(0, 4), ...all(true).slice(4)]
  assert.deepEqual(result, {
    isSame: true,
    installed,
    agree: true,
    undone: all(true),
    changed: [],
    installedAgain: installed,
    end: all(true),
  })
  assertLogged(log)
})

/**
 * @param {import('node:test').TestContext} t
 * @param {string} file
 * @param {(path: string) => object} config
 */
async function runUndo(t, file, config) {
  const directory = scratch(t)
  const path = join(directory, 'app.log')
  const env = { XDG_RUNTIME_DIR: directory }
  const args = [JSON.stringify(config(path))]
  const { code, stdout, stderr } = await run(file, { way: 'none', env, args })
  assert.equal(stderr, '')
  assert.equal(code, 0)
  const line = stdout.split('\n').find((text) => text.startsWith('{"isSame"'))
  return { result: JSON.parse(line ?? stdout), log: readLog(path) }
}

/**
 * Checks that root, worker and process logged to this file during both installations and not in between.
 * @param {readonly import('logshare').LogRecord[]} records
 */
function assertLogged(records) {
  const messages = records.map(({ name, source, msg }) => `${name} ${source}: ${msg}`)
  assert.deepEqual(messages.sort(), [
    'child spawn#1: from a child',
    'child spawn#2: from a child',
    'child worker#1: from a child',
    'child worker#2: from a child',
    'root root: first',
    'root root: second',
  ])
}
