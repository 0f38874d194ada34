'use strict'
// `install()`: a process has one registry before, during and after an installation, for all copies of the package.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { cpSync, mkdirSync, symlinkSync } = require('node:fs')
const { join } = require('node:path')
const { readLines, readLog, ROOT, run, scratch, WAYS } = require('./helpers/run.js')

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
    const own = way === '-r' || way === 'NODE_OPTIONS' ? /LOGSHARE_WARN_INSTALLED/ : /^$/
    assert.match(stderr, own)
    assert.equal(code, 0)
    const lines = stdout.trimEnd().split('\n')
    assert.deepEqual(JSON.parse(String(lines.pop())), {
      names: ['esm'],
      made: 1,
      error: 'LOGSHARE_ERR_DIR',
    })
  }
  assert.deepEqual(
    readLog(path).map(({ msg, a }) => [msg, a]),
    Array(2).fill(['imported', 1]),
  )
})
