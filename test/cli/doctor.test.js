'use strict'
// Doctor: `logshare doctor` tells what works, what does not, and what to do about it.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const esbuild = require('esbuild')
const { mkdirSync, readdirSync, symlinkSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { cleanEnv, collect, ROOT, scratch } = require('../helpers/run.js')

const COMMAND = join(ROOT, 'dist/cli/main.js')

/** A project with some libraries. @param {import('node:test').TestContext} t @param {string[]} libraries */
function project(t, libraries) {
  const directory = scratch(t)
  mkdirSync(join(directory, 'node_modules'))
  for (const name of libraries)
    symlinkSync(join(ROOT, 'node_modules', name), join(directory, 'node_modules', name))
  return directory
}

/** @param {string} cwd @param {string[]} args @param {object} [env] */
async function doctor(cwd, args, env) {
  const child = spawn(process.execPath, [COMMAND, 'doctor', ...args], {
    cwd,
    stdio: 'pipe',
    env: cleanEnv({ TMPDIR: cwd, ...env }),
  })
  return collect(child, { limit: 60_000 })
}

test('a sound project: every kind of child and each library, with its version; nothing is left behind', async (t) => {
  const cwd = project(t, ['pino', 'winston'])
  writeFileSync(
    join(cwd, 'logshare.config.json'),
    '{"handlers":[{"type":"file","path":"app.log"}]}',
  )
  const { code, stdout, stderr } = await doctor(cwd, [])
  assert.deepEqual([code, stderr], [0, ''], stdout)
  for (const line of [
    `${join(cwd, 'logshare.config.json')}, the nearest from the main script upward`,
    `file ${join(cwd, 'app.log')}`,
    'worker in a fork: fork#1/worker#1',
    'cluster: cluster#1',
  ]) {
    assert.ok(stdout.includes(`  ok     ${line}\n`), stdout)
  }
  assert.match(
    stdout,
    / {2}ok {5}pino \d+\.\d+\.\d+: captured\n {2}ok {5}winston \d+\.\d+\.\d+: captured\n$/,
  )
  assert.deepEqual(
    readdirSync(cwd).filter((name) => /doctor|app\.log/.test(name)),
    [],
  )
})

test('what is wrong is told with a remedy, exits with 1, and is in the JSON for a report', async (t) => {
  const cwd = project(t, [])
  const handlers = [
    { type: 'file', path: '/dev/null/app.log' },
    { type: 'pino', target: 'pino-nowhere' },
  ]
  const env = { LOGSHARE_CONFIG: JSON.stringify({ handlers }) }
  const { code, stdout } = await doctor(cwd, ['--json', '--', process.execPath, '-e', '0'], env)
  assert.equal(code, 1)
  const { ok, findings } = JSON.parse(stdout)
  assert.equal(ok, false)
  const wrong = findings.filter((/** @type {any} */ { state }) => state === 'wrong')
  assert.deepEqual(
    wrong.map((/** @type {any} */ { area }) => area),
    ['handlers', 'handlers', 'children'],
  )
  assert.match(wrong[1].what, /npm install pino-nowhere/)
  const mistake = await doctor(cwd, ['--', process.execPath, '-e', '0'], {
    LOGSHARE_CONFIG: '{"levl":1}',
  })
  assert.match(
    mistake.stdout,
    / {2}WRONG {2}LOGSHARE_CONFIG: levl: unknown option, .*did you mean 'level'\?\n/,
  )
  const disabled = await doctor(cwd, ['--', process.execPath, '-e', '0'], { LOGSHARE_DISABLE: '1' })
  assert.match(disabled.stdout, / {2}WRONG {2}LOGSHARE_DISABLE is 1\n {9}→ unset it/)
  assert.equal(disabled.code, 1)
})

test('with a command: what logs in it, by thread and process', async (t) => {
  const cwd = project(t, [])
  const program =
    "console.log(1); console.log(2); new (require('worker_threads').Worker)('console.log(3)', { eval: true })"
  const { code, stdout } = await doctor(cwd, ['--', process.execPath, '-e', program])
  assert.equal(code, 0, stdout)
  assert.match(
    stdout,
    / {2}ok {5}root \(pid \d+\): console 2\n {2}ok {5}worker#1 \(pid \d+\): .*console 1\n$/,
  )
})

test('a bundle: which libraries are in it, and what to mark as external', async (t) => {
  const all = [
    'bunyan',
    'consola',
    'debug',
    'log4js',
    'loglevel',
    'pino',
    'signale',
    'tslog',
    'winston',
  ]
  const cwd = project(t, all)
  mkdirSync(join(cwd, 'dist'))
  const source = all.map((name) => `console.log(typeof require('${name}'))`).join('\n')
  writeFileSync(join(cwd, 'app.js'), source)
  writeFileSync(join(cwd, 'start.js'), "require('child_process').fork('dist/all.js')")
  const bundle = (/** @type {string} */ name, /** @type {string[]} */ external) =>
    esbuild.buildSync({
      entryPoints: [join(cwd, 'app.js')],
      outfile: join(cwd, `dist/${name}.js`),
      external: [...external, 'dtrace-provider'], // has native parts, which bunyan does without
      bundle: true,
      minify: true,
      platform: 'node',
      logLevel: 'silent',
    })
  bundle('all', [])
  bundle(
    'some',
    all.filter((name) => name !== 'winston'),
  )
  bundle('none', all)
  /** @param {string[]} args */
  const bundled = async (...args) => {
    const { stdout } = await doctor(cwd, ['--json', '--', process.execPath, ...args])
    const { findings } = JSON.parse(stdout)
    return findings.filter((/** @type {any} */ { what }) => what.includes('bundle'))
  }
  assert.deepEqual(await bundled('dist/none.js'), [])
  const [some] = await bundled('dist/some.js')
  assert.match(some.what, /^dist\/some\.js is a bundle with winston in it: /)
  assert.match(some.remedy, /esbuild: --external:winston\)/)
  const [found] = await bundled('start.js')
  const names = /^dist\/all\.js is a bundle with (.*) in it: /.exec(found.what)?.[1].split(', ')
  assert.deepEqual(names?.sort(), all)
})

test('a project that starts a bundle is told without a command', async (t) => {
  const cwd = project(t, [])
  writeFileSync(join(cwd, 'app.cjs'), 'throw Error("No scope name was defined.")')
  writeFileSync(
    join(cwd, 'package.json'),
    '{"scripts":{"start":"node --enable-source-maps app.cjs"}}',
  )
  const { code, stdout } = await doctor(cwd, [])
  assert.equal(code, 0, stdout)
  assert.match(
    stdout,
    / {2}note {3}app\.cjs is a bundle with signale in it: .*\n {9}→ mark them as external/,
  )
})
