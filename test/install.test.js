'use strict'
// `install()`: a process has one registry before, during and after an installation, for all copies of the package.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } = require('node:fs')
const { join } = require('node:path')
const {
  cleanEnv,
  collect,
  FIXTURES,
  readLines,
  readLog,
  REGISTER,
  ROOT,
  run,
  scratch,
  WAYS,
} = require('./helpers/run.js')

test('loggers created before install() use its handlers, and the console after uninstalling', async (t) => {
  const path = join(scratch(t), 'a.log')
  const { code, stdout, stderr } = await run('install-late.js', { way: 'none', args: [path] })
  assert.deepEqual([code, stderr], [0, ''])
  const lines = stdout.trimEnd().split('\n')
  assert.deepEqual(JSON.parse(String(lines.pop())), { same: true, undone: true, again: true })
  /** @param {import('logshare').LogRecord} record */
  const shape = ({ seq, msg, request, level }) => [seq, msg, request, level]
  assert.deepEqual(readLines(lines.join('\n')).map(shape), [
    [1, 'before', undefined, 30],
    [4, 'after', undefined, 30],
  ])
  assert.deepEqual(readLog(path).map(shape), [
    [2, 'during', undefined, 30],
    [3, 'during, from the child', 1, 20],
  ])
})

test('two copies of the package share one registry', async (t) => {
  const directory = scratch(t)
  const path = join(directory, 'a.log')
  const { dependencies } = require(join(ROOT, 'package.json'))
  const copies = ['one', 'two'].map((name) => {
    const modules = join(directory, name, 'node_modules')
    const copy = join(modules, 'logshare')
    mkdirSync(modules, { recursive: true })
    for (const file of ['package.json', 'register.js', 'dist']) {
      cpSync(join(ROOT, file), join(copy, file), { recursive: true })
    }
    for (const scope of new Set(Object.keys(dependencies).map((each) => each.split('/')[0]))) {
      symlinkSync(join(ROOT, 'node_modules', scope), join(modules, scope))
    }
    return copy
  })
  const { code, stdout, stderr } = await run('two-copies.js', {
    way: 'none',
    args: [...copies, path],
  })
  assert.deepEqual([code, stderr], [0, ''])
  assert.deepEqual(JSON.parse(stdout), { copies: true, same: true, source: 'root' })
  const records = readLog(path).map(({ source, seq, msg, name }) => [source, seq, msg, name])
  assert.deepEqual(records.sort(), [
    ['root', 1, 'one', 'shared'],
    ['root', 2, 'two', 'shared'],
    ['worker#1', 1, 'one', 'shared'],
    ['worker#1', 2, 'two', 'shared'],
  ])
})

test('the API can be imported by name from an ES module', async (t) => {
  const path = join(scratch(t), 'a.log')
  for (const way of [...WAYS, 'none']) {
    const given = /** @type {'none'} */ (way)
    const { code, stdout, stderr } = await run('import-named.mjs', { way: given, args: [path] })
    assert.deepEqual([code, stderr], [0, ''])
    const lines = stdout.trimEnd().split('\n')
    assert.deepEqual(JSON.parse(String(lines.pop())), {
      names: ['esm'],
      made: 1,
      error: 'LOGSHARE_ERR_DIR',
    })
  }
  assert.deepEqual(
    readLog(path).map(({ msg, a }) => [msg, a]),
    Array(4).fill(['imported', 1]),
  )
})

// What npm does with a script: a process without a configuration that starts others.
const LAUNCHER = `require('node:child_process').spawn(process.execPath, process.argv.slice(1), { stdio: 'inherit' })`

test('beneath a root without a configuration, install(options) makes a root', async (t) => {
  const path = join(scratch(t), 'a.log')
  const options = { handlers: [{ type: 'file', path }] }
  const env = { NODE_OPTIONS: `-r "${REGISTER}"`, TEST_OPTIONS: JSON.stringify(options) }
  const words = ['-e', LAUNCHER, join(FIXTURES, 'launched.js')]
  const { code, stdout, stderr } = await collect(spawnNode(words, env), { limit: 60_000 })
  assert.deepEqual([code, stderr], [0, ''])
  assert.equal(stdout, 'printed by the application\nprinted by its child\n')
  assert.deepEqual(
    readLog(path).map(({ source, name, msg }) => [source, name, msg]),
    [
      ['root', 'app', 'logged by the application'],
      ['root', 'console', 'printed by the application'],
      ['fork#1', 'console', 'printed by its child'],
      ['fork#1', 'app', 'logged by its child'],
    ],
  )
})

test('beneath a root with a configuration, install(options) says whose options count', async (t) => {
  const [path, other] = ['a.log', 'b.log'].map((name) => join(scratch(t), name))
  const env = {
    NODE_OPTIONS: `-r "${REGISTER}"`,
    LOGSHARE_CONFIG: JSON.stringify({ handlers: [{ type: 'file', path }] }),
    TEST_OPTIONS: JSON.stringify({ handlers: [{ type: 'file', path: other }] }),
  }
  const words = ['-e', LAUNCHER, join(FIXTURES, 'launched.js')]
  const { code, stderr } = await collect(spawnNode(words, env), { limit: 60_000 })
  assert.equal(code, 0)
  assert.match(stderr, /^(logshare: the root process has a configuration: .*_INSTALLED\)\n){2}$/)
  assert.equal(existsSync(other), false)
  assert.deepEqual(
    readLog(path).map(({ source, msg }) => [source, msg]),
    [
      ['spawn#1', 'logged by the application'],
      ['spawn#1', 'printed by the application'],
      ['spawn#1/fork#1', 'printed by its child'],
      ['spawn#1/fork#1', 'logged by its child'],
    ],
  )
})

test('warnings go where the application has led its stderr', async (t) => {
  const [path, own] = ['a.log', 'own.txt'].map((name) => join(scratch(t), name))
  const env = {
    NODE_OPTIONS: `-r "${REGISTER}"`,
    LOGSHARE_CONFIG: JSON.stringify({ handlers: [{ type: 'file', path }] }),
  }
  const words = ['-e', LAUNCHER, join(FIXTURES, 'replaced-stderr.js'), own]
  const { code, stderr } = await collect(spawnNode(words, env), { limit: 60_000 })
  assert.deepEqual([code, stderr], [0, ''])
  assert.match(readFileSync(own, 'utf8'), /^(logshare: the root .*_INSTALLED\)\n){2}$/)
  assert.deepEqual(readLog(path), [])
})

/** @param {string[]} words @param {Record<string, string>} env */
function spawnNode(words, env) {
  return spawn(process.execPath, words, { env: cleanEnv(env), stdio: 'pipe' })
}
