'use strict'
// The flag: what children inherit is found from every folder, whoever has rewritten it, and harms no program.

const assert = require('node:assert/strict')
const { cpSync, mkdirSync, symlinkSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { test } = require('node:test')
const { readLog, REGISTER, ROOT, run, scratch } = require('../helpers/run.js')

/** Ways to name the preload in the environment: also what tools such as Next.js make of `-r`. */
const NAMES = {
  'a bare name': '-r logshare/register',
  'a bare name in one word': '--require=logshare/register',
  'a relative path': '--require ./node_modules/logshare/register.js',
  'a rewritten short flag': `--r=${REGISTER}`,
  'a quoted path': `-r "${REGISTER}"`,
  'an import': `--require=${REGISTER} --import logshare/register`,
}

for (const [title, flag] of Object.entries(NAMES)) {
  test(`${title}, and children in other folders`, async (t) => {
    const { directory, app, log, config } = createApp(t)
    const env = { XDG_RUNTIME_DIR: directory, TEST_FLAG: flag }
    // `--r=` ends Node itself: it is met by children only.
    if (!flag.startsWith('--r=')) env.NODE_OPTIONS = flag
    const way = flag.startsWith('--r=') ? '-r' : 'none'
    const { code, stdout, stderr } = await run(join(app, 'elsewhere.js'), {
      way,
      env,
      config,
      cwd: app,
    })
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
    const flags = stdout.split('\n').filter((line) => line.includes('register'))
    assert.deepEqual(
      flags.filter((line) => !line.includes(REGISTER)),
      [],
    )
    assert.deepEqual(sourcesOf(log), ['fork#1', 'spawn#1', 'spawn#2', 'worker#1', 'worker#2'])
  })
}

test('a bare name on the command line, and children in other folders', async (t) => {
  const { directory, app, log, config } = createApp(t)
  const env = { XDG_RUNTIME_DIR: directory, TEST_FLAG: '--no-warnings' }
  const flags = ['-r', 'logshare/register']
  const options = { way: /** @type {const} */ ('none'), flags, env, config, cwd: app }
  const { code, stderr } = await run(join(app, 'elsewhere.js'), options)
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  assert.deepEqual(sourcesOf(log), ['fork#1', 'spawn#1', 'spawn#2', 'worker#1', 'worker#2'])
})

for (const way of /** @type {const} */ (['-r', 'NODE_OPTIONS'])) {
  test(`a package that is removed while its application runs, loaded by ${way}`, async (t) => {
    const directory = scratch(t)
    const copy = join(directory, 'copy')
    for (const part of ['dist', 'register.js', 'package.json'])
      cpSync(join(ROOT, part), join(copy, part), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
    const register = join(copy, 'register.js')
    const flags = way === '-r' ? ['-r', register] : []
    const env = {
      XDG_RUNTIME_DIR: directory,
      TEST_PACKAGE: copy,
      TEST_FLAG: '--no-warnings',
      ...(way === 'NODE_OPTIONS' && { NODE_OPTIONS: `-r ${register}` }),
    }
    const { code, stdout, stderr } = await run('elsewhere.js', { way: 'none', flags, env })
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
    assert.equal(stdout.match(/^started/gm)?.length, 5)
  })
}

test('NODE_OPTIONS that stand in a file or have been changed count as without logshare', async (t) => {
  const directory = scratch(t)
  const file = join(directory, 'test.env')
  writeFileSync(file, 'NODE_OPTIONS=--stack-trace-limit=7 --no-deprecation\n')
  const env = { XDG_RUNTIME_DIR: directory, TEST_ENV_FILE: file, NODE_OPTIONS: '--trace-warnings' }
  const plain = await run('node-options.js', { way: 'none', env })
  assert.equal(plain.code, 0)
  assert.match(plain.stdout, /limit 7, deprecation false/)
  for (const way of /** @type {const} */ (['-r', 'install'])) {
    const ours = await run('node-options.js', { way, env })
    assert.deepEqual(
      {
        code: ours.code,
        stdout: ours.stdout.replaceAll(`-r,${REGISTER}`, ''),
        stderr: ours.stderr,
      },
      { code: 0, stdout: plain.stdout, stderr: plain.stderr },
    )
  }
})

test("an undo beneath another tool's patch leaves nothing in children", async (t) => {
  const env = { XDG_RUNTIME_DIR: scratch(t) }
  const { code, stdout, stderr } = await run('undo-beneath.js', { way: 'none', env })
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  assert.equal(stdout, 'installed: true true true\nundone: false false false\n')
})

test('no deprecated function of Node is used', async (t) => {
  const { directory, log, config } = createApp(t)
  const flags = ['--pending-deprecation', '--throw-deprecation']
  const env = { XDG_RUNTIME_DIR: directory, TEST_FLAG: flags.join(' ') }
  const { code, stderr } = await run('elsewhere.js', { flags, env, config })
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  assert.equal(sourcesOf(log).length, 5)
})

/**
 * An application that has logshare in its node_modules.
 * @param {import('node:test').TestContext} t
 */
function createApp(t) {
  const directory = scratch(t)
  const app = join(directory, 'app')
  mkdirSync(join(app, 'node_modules'), { recursive: true })
  symlinkSync(ROOT, join(app, 'node_modules/logshare'))
  cpSync(join(__dirname, '../fixtures/elsewhere.js'), join(app, 'elsewhere.js'))
  const log = join(directory, 'app.log')
  return { directory, app, log, config: { handlers: [{ type: 'file', path: log }] } }
}

/** @param {string} log */
function sourcesOf(log) {
  const started = readLog(log).filter(({ msg }) => msg.startsWith('started'))
  return started.map(({ source }) => source).sort()
}
