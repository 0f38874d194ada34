'use strict'
// Suites: test runners, linters and what measures coverage.

const { FAMILY, LOGGED } = require('./family.js')

/** @typedef {import('../world.js').World} World */

const ADD = { 'add.js': 'exports.add = (a, b) => {\n  if (a === 9) return 0\n  return a + b\n}\n' }
const MANIFEST = { 'package.json': '{"name":"shop","private":true}' }

/** Three files of tests: one that passes, one with a thread, one that fails. @param {(name: string) => string} path @param {string} head */
const tests = (path, head = '') => ({
  [path('passes')]: `${head}
const { add } = require('./add.js')
const assert = require('node:assert')
test('passes', () => {
  console.log('passes: here')
  assert.equal(add(1, 2), 3)
})
`,
  [path('starts')]: `${head}
const { Worker } = require('node:worker_threads')
test('starts', async () => {
  const worker = new Worker("console.log('thread: here')", { eval: true })
  await new Promise((resolve) => worker.on('exit', resolve))
})
`,
  [path('fails')]: `${head}
const assert = require('node:assert')
test('fails', () => {
  console.error('fails: here')
  assert.equal(1, 2)
})
`,
})

const HERE = ['passes: here', 'thread: here', 'fails: here']
const JEST = { ...MANIFEST, ...ADD, ...tests((name) => `${name}.test.js`) }
const MOCHA = { ...MANIFEST, ...ADD, ...tests((name) => `${name}.test.js`, 'const test = it') }
const NODE = {
  ...MANIFEST,
  ...ADD,
  ...tests((name) => `${name}.test.js`, "const { test } = require('node:test')"),
}
/** A line of its own for a test that took long. @type {[RegExp, string][]} */
const SLOW = [[/^(?!.*\.js).*✓.*starts.*\n/gm, '']]

const VITEST = {
  'package.json': '{"name":"shop","private":true,"type":"module"}',
  'add.js': 'export const add = (a, b) => a + b\n',
  'passes.test.js': `import { expect, test } from 'vitest'
import { add } from './add.js'
test('passes', () => {
  console.log('passes: here')
  expect(add(1, 2)).toBe(3)
})
`,
  'starts.test.js': `import { Worker } from 'node:worker_threads'
import { test } from 'vitest'
test('starts', async () => {
  const worker = new Worker("console.log('thread: here')", { eval: true })
  await new Promise((resolve) => worker.on('exit', resolve))
})
`,
  'fails.test.js': `import { expect, test } from 'vitest'
test('fails', () => {
  console.error('fails: here')
  expect(1).toBe(2)
})
`,
}
const AVA = {
  'package.json': '{"name":"shop","private":true,"type":"module","ava":{"files":["*.test.js"]}}',
  'passes.test.js': `import test from 'ava'
test('passes', (t) => {
  console.log('passes: here')
  t.is(1 + 2, 3)
})
`,
  'fails.test.js': `import test from 'ava'
test('fails', (t) => {
  console.error('fails: here')
  t.is(1, 2)
})
`,
}
const ESLINT = {
  ...MANIFEST,
  'eslint.config.js': `console.log('config: here')
module.exports = [{ rules: { 'no-unused-vars': 'error', 'prefer-const': 'warn' } }]\n`,
  'a.js': 'let a = 1\n',
  'b.js': 'let b = 1\nexport default b\n',
}

/** @type {readonly World[]} */
const SUITES = [
  {
    name: 'jest',
    packages: 'heavy',
    files: JEST,
    command: ['jest', '--ci', '--maxWorkers=2'],
    isMixed: true,
    logged: HERE,
  },
  {
    name: 'jest in band',
    packages: 'heavy',
    files: JEST,
    command: ['jest', '--ci', '-i', '--coverage'],
    isMixed: true,
    logged: HERE,
  },
  {
    name: 'jest in threads',
    packages: 'heavy',
    files: JEST,
    command: ['jest', '--ci', '--maxWorkers=2', '--workerThreads'],
    isMixed: true,
    logged: HERE,
  },
  {
    name: 'vitest forks',
    packages: 'heavy',
    files: VITEST,
    command: ['vitest', 'run', '--pool=forks'],
    isMixed: true,
    masks: SLOW,
    logged: HERE,
  },
  {
    name: 'vitest threads',
    packages: 'heavy',
    files: VITEST,
    command: ['vitest', 'run', '--pool=threads'],
    isMixed: true,
    masks: SLOW,
    logged: HERE,
  },
  {
    name: 'vitest vmThreads',
    packages: 'heavy',
    files: VITEST,
    command: ['vitest', 'run', '--pool=vmThreads'],
    isMixed: true,
    masks: SLOW,
    logged: HERE,
  },
  { name: 'mocha', files: MOCHA, command: ['mocha', '*.test.js'], logged: HERE },
  {
    name: 'mocha in parallel',
    files: MOCHA,
    command: ['mocha', '--parallel', '--jobs=2', '*.test.js'],
    isMixed: true,
    logged: HERE,
  },
  {
    name: 'ava',
    packages: 'heavy',
    files: AVA,
    command: ['ava', '--tap'],
    isMixed: true,
    masks: [[/ok \d+ - /g, 'ok - ']],
    logged: ['passes: here', 'fails: here'],
  },
  {
    name: 'ava in processes',
    packages: 'heavy',
    files: AVA,
    command: ['ava', '--no-worker-threads'],
    isMixed: true,
    logged: ['passes: here', 'fails: here'],
  },
  {
    name: 'node --test',
    files: NODE,
    command: ['node', '--test', '--test-reporter=spec'],
    isMixed: true,
    logged: HERE,
  },
  {
    name: 'node --test, TAP and coverage',
    files: NODE,
    command: ['node', '--test', '--experimental-test-coverage', '--test-reporter=tap'],
    isMixed: true,
    logged: HERE,
  },
  {
    name: 'node --test in one process',
    since: 22,
    files: NODE,
    command: ['node', '--test', '--experimental-test-isolation=none', '--test-reporter=spec'],
    isMixed: true,
    logged: HERE,
  },
  {
    name: 'eslint',
    packages: 'heavy',
    files: ESLINT,
    command: ['eslint', '.'],
    logged: ['config: here', 'no-unused-vars'],
  },
  {
    name: 'eslint in threads',
    packages: 'heavy',
    files: ESLINT,
    command: ['eslint', '--concurrency=2', '.'],
    isMixed: true,
    // A thread that gets no file in time reads no configuration, bare, too.
    masks: [[/^config: here\n/gm, '']],
    logged: ['config: here', 'no-unused-vars'],
  },
  {
    name: 'c8',
    files: { ...MANIFEST, 'main.js': FAMILY },
    command: ['c8', '--reporter=text', '--reporter=json', 'node', 'main.js'],
    ignored: /^coverage.tmp/,
    logged: LOGGED,
  },
  {
    name: 'nyc',
    files: { ...MANIFEST, 'main.js': FAMILY },
    command: ['nyc', '--reporter=text', '--reporter=json', 'node', 'main.js'],
    ignored: /^\.nyc_output/,
    logged: LOGGED,
  },
]

module.exports = { SUITES }
