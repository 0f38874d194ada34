'use strict'
// Run: `logshare run` starts scripts, packages, node with flags and commands, and ends as they do.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const { writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { cleanEnv, collect, readLog, ROOT, scratch } = require('../helpers/run.js')

const COMMAND = join(ROOT, 'dist/cli/main.js')
const SCRIPT = `
console.log('args', ...process.argv.slice(2), require.main === module, process.execArgv.includes('--no-deprecation'))
if (process.argv[2] === 'fail') process.exit(7)
if (process.argv[2] === 'stay') setInterval(() => {}, 1000)`

/** A package whose main script is `main.js`. @param {import('node:test').TestContext} t */
function project(t) {
  const directory = scratch(t)
  writeFileSync(
    join(directory, 'package.json'),
    '{"main":"main.js","scripts":{"start":"node main.js of npm"}}',
  )
  writeFileSync(join(directory, 'main.js'), SCRIPT)
  writeFileSync(join(directory, 'pre.js'), '')
  return directory
}

/** @param {string} cwd @param {string[]} args @param {object} [env] */
function start(cwd, args, env) {
  return spawn(process.execPath, [COMMAND, 'run', ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: cleanEnv(env),
  })
}

/** @param {string} cwd @param {string[]} args @param {object} [env] */
const run = (cwd, args, env) => collect(start(cwd, args, env), { limit: 60_000 })

for (const [name, args, printed] of /** @type {[string, string[], string][]} */ ([
  ['a script', ['main.js', 'a', '--file', 'x'], 'args a --file x true false'],
  ['a script without its extension', ['./main'], 'args true false'],
  ["a package's folder", ['.'], 'args true false'],
  ['node with flags', ['--no-deprecation', '-r', './pre.js', 'main.js', 'a'], 'args a true true'],
  ['an npm script', ['npm', 'start', '--silent'], 'args of npm true false'],
])) {
  test(`runs ${name}, whose records are in the file`, async (t) => {
    const cwd = project(t)
    const { code, stdout, stderr } = await run(cwd, ['--file', 'x.log', ...args])
    assert.deepEqual([code, stderr], [0, ''])
    assert.ok(stdout.endsWith(`${printed}\n`), stdout)
    assert.ok(readLog(join(cwd, 'x.log')).some(({ msg }) => msg === printed))
  })
}

test('adds the file to those of the configuration that is found', async (t) => {
  const cwd = project(t)
  writeFileSync(
    join(cwd, 'logshare.config.json'),
    '{"handlers":[{"type":"file","path":"own.log"}]}',
  )
  for (const args of [['main.js'], ['--no-deprecation', 'main.js'], ['npm', 'start', '--silent']]) {
    const { code } = await run(cwd, ['--file', 'x.log', ...args])
    assert.equal(code, 0)
  }
  for (const file of ['own.log', 'x.log']) {
    assert.equal(
      readLog(join(cwd, file)).filter(({ msg }) => msg.startsWith('args')).length,
      3,
      file,
    )
  }
})

test('ends with the code and the signal of what it started', async (t) => {
  const cwd = project(t)
  assert.equal((await run(cwd, ['main.js', 'fail'])).code, 7)
  assert.equal((await run(cwd, ['--no-deprecation', 'main.js', 'fail'])).code, 7)
  const child = start(cwd, ['--no-deprecation', 'main.js', 'stay'])
  await once(child.stdout, 'data')
  child.kill('SIGTERM')
  assert.deepEqual(await once(child, 'exit'), [null, 'SIGTERM'])
})

test('a script or command that is not there, and flags alone, are one line', async (t) => {
  const cwd = project(t)
  const missing = await run(cwd, ['nowhere.js'])
  assert.equal(missing.code, 1)
  const expected =
    "logshare: run: expected the path of a script, or a command, got 'nowhere.js': there is none"
  assert.equal(missing.stderr, `${expected} (LOGSHARE_ERR_OPTION)\n`)
  const flags = await run(cwd, ['--no-deprecation'])
  assert.deepEqual([flags.code, flags.stderr.split('\n').length], [1, 2])
})

test('with LOGSHARE_DISABLE=1 it only runs the program', async (t) => {
  const cwd = project(t)
  for (const args of [['main.js'], ['--no-deprecation', 'main.js'], ['npm', 'start', '--silent']]) {
    const { code, stdout } = await run(cwd, ['--file', 'x.log', ...args], { LOGSHARE_DISABLE: '1' })
    assert.equal(code, 0)
    assert.match(stdout, /^args/m)
  }
  assert.throws(() => readLog(join(cwd, 'x.log')), { code: 'ENOENT' })
})
