'use strict'
// The first process that a root starts: its start holds up neither the call nor what is written to its stdin.

const assert = require('node:assert/strict')
const { join } = require('node:path')
const { test } = require('node:test')
const { assertDelivered } = require('../helpers/delivery.js')
const { readLog, run, scratch } = require('../helpers/run.js')

test("the listener's thread starts after the first spawn has returned, and before it is missed", async (t) => {
  const directory = scratch(t)
  const path = join(directory, 'app.log')
  const options = {
    env: { XDG_RUNTIME_DIR: directory },
    config: { handlers: [{ type: 'file', path }] },
  }
  const { code, stdout, stderr } = await run('first-spawn.js', options)
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  assert.deepEqual(stdout.split('\n').filter(Boolean), ['inline', 'written', 'thread'])
  const records = readLog(path)
  assertDelivered(records)
  assert.deepEqual(
    records.filter(({ source }) => source === 'spawn#1').map(({ msg }) => msg),
    ['from the child'],
  )
})

test('a root that exits right after it has started a process leaves it the log', async (t) => {
  const directory = scratch(t)
  const path = join(directory, 'app.log')
  const options = {
    env: { XDG_RUNTIME_DIR: directory },
    config: { handlers: [{ type: 'file', path }] },
    args: ['exit'],
  }
  const { code, stderr } = await run('first-spawn.js', options)
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  assert.deepEqual(
    readLog(path).map(({ source, msg }) => `${source}: ${msg}`),
    ['root: before the child', 'spawn#1: from the child'],
  )
})

const READS = { NODE_OPTIONS: `-r ${join(__dirname, '../fixtures/start/reads.js')}` }

for (const [title, { does, expected }] of Object.entries({
  'a program that starts nothing': { does: '', expected: { root: ['preload'] } },
  'the first child, which logs nothing': {
    does: 'nothing',
    expected: {
      root: ['preload', 'spawn', 'root', 'base', 'common'],
      child: ['preload', 'base', 'child'],
    },
  },
})) {
  test(`${title} reads the files of its role, and no module's own`, async () => {
    const { code, stderr } = await run('start/program.js', {
      env: READS,
      args: does ? [does] : [],
    })
    assert.equal(code, 0)
    assert.deepEqual(readNames(stderr), expected)
  })
}

test('the first record into a file reads the files of the roles, and no module of its own', async (t) => {
  const directory = scratch(t)
  const { code, stderr } = await run('start/program.js', {
    args: ['record'],
    env: { ...READS, XDG_RUNTIME_DIR: directory },
    config: { handlers: [{ type: 'file', path: join(directory, 'app.log') }] },
    stdout: join(directory, 'out.log'),
  })
  assert.equal(code, 0)
  const { root, child } = readNames(stderr)
  assert.deepEqual(child, ['preload', 'base', 'child', 'record', 'common'])
  assert.deepEqual(
    root.filter((name) => name.includes('/')),
    [],
  )
})

for (const how of ['handler', 'level']) {
  test(`the listener's thread waits for a reader of what a Worker logs: ${how}`, async () => {
    const { code, stdout, stderr } = await run('start/listener.js', { args: [how] })
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
    assert.equal(stdout, 'before: inline\nstarted: inline\nread: thread\n')
  })
}

test("the listener's thread starts while a process runs that logs nothing", async (t) => {
  const directory = scratch(t)
  const { code, stdout, stderr } = await run('start/listener.js', {
    args: ['process'],
    config: { handlers: [{ type: 'file', path: join(directory, 'app.log') }] },
  })
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  assert.equal(stdout, 'before: inline\nstarted: inline\nwaited: thread\n')
})

/**
 * By role, the bundles that were read, and other files of dist/ by their path. Without the one for ES modules: it depends on
 * Node and on what the application has.
 * @param {string} text
 */
function readNames(text) {
  return Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line))
      .map(({ role, names }) => [
        role,
        [
          ...new Set(names.map((name) => name.replace(/^bundles\//, '').replace(/\.js$/, ''))),
        ].filter((name) => name !== 'esm'),
      ]),
  )
}
