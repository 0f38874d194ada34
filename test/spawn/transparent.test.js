'use strict'
// Transparency: output and exit of programs are, byte for byte, the same as without logshare in NODE_OPTIONS.

const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } = require('node:fs')
const { dirname, join } = require('node:path')
const { test } = require('node:test')
const { EMPTY } = require('../helpers/identity.js')
const { cleanEnv, collect, FIXTURES, REGISTER, ROOT, scratch } = require('../helpers/run.js')

const NODE = process.execPath
const LIMIT = 60_000

/** @type {Record<string, { command: string[], input?: string, env?: Record<string, string> }>} */
const PROGRAMS = {
  'an expression': { command: ['node', '-p', '1+1'] },
  nothing: { command: ['node', '-e', ''] },
  'its arguments': {
    command: ['node', '-e', 'console.log(process.argv, process.execArgv)', 'a', '--b'],
  },
  'its environment': {
    command: [
      'node',
      '-p',
      'Object.entries(process.env).filter(([key]) => !/^_$/.test(key)).sort().join("\\n")',
    ],
  },
  'standard input as the program': {
    command: ['node', '-'],
    input: 'console.log(process.argv.length)',
  },
  'an ES module as text': {
    command: [
      'node',
      '--input-type=module',
      '-e',
      'import fs from "node:fs"; console.log(typeof fs)',
    ],
  },
  "what children's output is to it": { command: ['node', 'print-child.js'] },
  'an uncaught error': { command: ['node', 'uncaught.js'] },
  'a rejection': { command: ['node', '-e', 'Promise.reject(new TypeError("rejected"))'] },
  'an exit code': { command: ['node', '-e', 'process.on("exit", () => { process.exitCode = 7 })'] },
  'process.exit in an exit listener': {
    command: ['node', '-e', 'process.on("exit", () => process.exit(8))'],
  },
  'a signal': {
    command: ['node', '-e', 'process.kill(process.pid, "SIGTERM"); setInterval(() => {}, 1e3)'],
  },
  'an abort': { command: ['node', '-e', 'console.log(1); process.kill(process.pid, "SIGKILL")'] },
  'reading standard input': { command: ['node', 'read-stdin.js'], input: 'x'.repeat(200_000) },
  'no standard input': { command: ['node', 'read-stdin.js'] },
  'a module that is not there': { command: ['node', '-e', 'require("not-there-at-all")'] },
  'a file that is not there': { command: ['node', 'not-there-at-all.js'] },
  'a check': { command: ['node', '--check', 'read-stdin.js'] },
  'a check that fails': { command: ['node', '--check', 'wrong-syntax.txt'] },
  'wrong flags': { command: ['node', '--no-such-flag', 'read-stdin.js'] },
  'a test runner': { command: ['node', '--test', '--test-reporter=tap', 'tiny-suite.js'] },
  'a program of workers': { command: ['node', 'worker-class.js'] },
  disabled: { command: ['node', 'print-child.js'], env: { LOGSHARE_DISABLE: '1' } },
  npm: { command: ['npm', '--version'] },
  npx: { command: ['npx', '--no-install', 'tsc', '--version'] },
}

for (const [title, program] of Object.entries(PROGRAMS)) {
  test(title, async (t) => {
    await assertTransparent(t, program, REGISTER)
  })
}

test('a path with spaces and quotes', async (t) => {
  const register = copyPackage(scratch(t), `a b"c'd`)
  for (const title of [
    'an expression',
    "what children's output is to it",
    'a program of workers',
  ]) {
    await assertTransparent(t, /** @type {any} */ (PROGRAMS[title]), register)
  }
})

test('a path with spaces and quotes reaches children', async (t) => {
  const directory = scratch(t)
  const register = copyPackage(directory, `a b"c'd`)
  const log = join(directory, 'app.log')
  const code = `require('node:child_process').execFileSync('node', ['-e', ${JSON.stringify(
    "console.error('from the child')",
  )}], { stdio: 'inherit', env: { PATH: process.env.PATH } })`
  const { code: ended, stderr } = await start(t, ['node', '-e', code], {
    NODE_OPTIONS: preload(register),
    LOGSHARE_CONFIG: JSON.stringify({ handlers: [{ type: 'file', path: log }] }),
  })
  assert.deepEqual({ ended, stderr }, { ended: 0, stderr: 'from the child\n' })
  assert.match(readFileSync(log, 'utf8'), /"source":"spawn#1".*"msg":"from the child"/)
})

for (const file of ['register.js', 'tree/place.js', 'tree/instance.js', 'spawn/worker.js']) {
  test(`a preload that is broken in ${file}`, async (t) => {
    const register = copyPackage(scratch(t), 'broken')
    const path = join(dirname(register), 'dist/preload.js')
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, text.slice(0, text.indexOf(`"${file}": (function`) + 900))
    for (const title of ['an expression', 'an exit code', 'reading standard input']) {
      const { command, input } = PROGRAMS[title]
      const plain = await start(t, command, { NODE_OPTIONS: preload(EMPTY) }, input)
      const ours = await start(t, command, { NODE_OPTIONS: preload(register) }, input)
      assert.match(
        ours.stderr,
        /^logshare: failed to start: [^\n]*\(LOGSHARE_WARN_FAILED_OPEN\)\n$/,
      )
      assert.deepEqual({ ...ours, stderr: '' }, plain)
    }
  })
}

test('a listener that dies at once', async (t) => {
  const register = copyPackage(scratch(t), 'broken')
  const path = join(dirname(register), 'dist/bundles/thread.js')
  writeFileSync(path, readFileSync(path, 'utf8').slice(0, 900))
  const handlers = [{ type: 'file', path: join(scratch(t), 'app.log') }]
  const LOGSHARE_CONFIG = JSON.stringify({ queue: 'file', handlers }) // the thread starts with the root
  for (const title of ['a program of workers', "what children's output is to it"]) {
    const { command } = PROGRAMS[title]
    const bare = { NODE_OPTIONS: preload(EMPTY), LOGSHARE_CONFIG }
    const plain = normalise(await start(t, command, bare), EMPTY)
    const env = { NODE_OPTIONS: preload(register), LOGSHARE_CONFIG }
    const ours = normalise(await start(t, command, env), register)
    assert.match(ours.stderr, /^logshare: the listener[^\n]*\(LOGSHARE_WARN_LISTENER\)\n$/)
    assert.deepEqual({ ...ours, stderr: '' }, plain)
  }
})

/**
 * @param {import('node:test').TestContext} t
 * @param {{ command: string[], input?: string, env?: Record<string, string> }} program
 * @param {string} register
 */
async function assertTransparent(t, { command, input, env }, register) {
  const plain = await start(t, command, { ...env, NODE_OPTIONS: preload(EMPTY) }, input)
  const ours = await start(t, command, { ...env, NODE_OPTIONS: preload(register) }, input)
  assert.deepEqual(normalise(ours, register), normalise(plain, EMPTY))
}

/**
 * @param {import('node:test').TestContext} t
 * @param {string[]} command
 * @param {Record<string, string>} env
 * @param {string} [input]
 */
async function start(t, [name, ...args], env, input) {
  const directory = scratch(t)
  const PATH = `${dirname(NODE)}:${process.env.PATH}`
  const cwd = name === 'node' ? FIXTURES : ROOT
  const file = name === 'node' ? NODE : name
  const child = spawn(file, args, {
    cwd,
    env: cleanEnv({ ...env, PATH, XDG_RUNTIME_DIR: directory }),
    stdio: 'pipe',
  })
  const { code, signal, stdout, stderr } = await collect(child, { input, limit: LIMIT })
  return { code, signal, ...shorten({ stdout, stderr }, directory) }
}

/** @param {{ stdout: string, stderr: string }} texts @param {string} directory */
function shorten({ stdout, stderr }, directory) {
  const short = (/** @type {string} */ text) => text.replaceAll(directory, '<scratch>')
  return { stdout: short(stdout), stderr: short(stderr) }
}

/**
 * Replaces what differs between any two runs: durations and the preload's path.
 * @param {Awaited<ReturnType<typeof start>>} ended
 * @param {string} register
 */
function normalise({ stdout, stderr, ...rest }, register) {
  const same = (/** @type {string} */ text) =>
    text
      .replaceAll(preload(register), '<preload>')
      .replaceAll(JSON.stringify(preload(register)).slice(1, -1), '<preload>')
      .replace(/(duration_ms:?) [\d.]+/g, '$1 0')
  return { ...rest, stdout: same(stdout), stderr: same(stderr) }
}

/** @param {string} path */
function preload(path) {
  const quoted = /[ "]/.test(path) ? `"${path.replace(/[\\"]/g, '\\$&')}"` : path
  return `--require=${quoted}`
}

/**
 * Copies the package as it would be installed; returns the path of its preload.
 * @param {string} directory
 * @param {string} name
 */
function copyPackage(directory, name) {
  const path = join(directory, name)
  mkdirSync(path)
  for (const part of ['dist', 'register.js', 'package.json']) {
    cpSync(join(ROOT, part), join(path, part), { recursive: true })
  }
  symlinkSync(join(ROOT, 'node_modules'), join(path, 'node_modules'))
  return join(path, 'register.js')
}
