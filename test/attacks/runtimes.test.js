'use strict'
// Runtimes: other Nodes, runtimes that resemble Node, bundles and snapshots run, at worst uncaptured, without a word.

const assert = require('node:assert/strict')
const { execFileSync, spawnSync } = require('node:child_process')
const { mkdirSync, symlinkSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { test } = require('node:test')
const { cleanEnv, readLog, REGISTER, ROOT, scratch } = require('../helpers/run.js')

const CODE = "console.log('runs')"

for (const version of [6, 8, 10, 12, 14, 16, 18]) {
  test(`a child that runs Node ${version}`, (t) => {
    const directory = install(t, `node@${version}`)
    const node = join(directory, 'node_modules/node/bin/node')
    assertRuns(directory, node, ['-e', CODE])
    const named = spawnSync(node, ['-r', REGISTER, '-e', CODE], {
      encoding: 'utf8',
      env: cleanEnv(),
    })
    assert.deepEqual([named.stdout, named.stderr], ['runs\n', ''])
  })
}

test('children that run Bun and Deno, and an application of theirs', (t) => {
  const directory = install(t, 'bun', 'deno')
  const app = join(directory, 'app.cjs')
  writeFileSync(
    app,
    `require('${ROOT}').install({ handlers: [{ type: 'file', path: '${directory}/app.log' }] })
    require('${ROOT}').getLogger('app').info('logged')
    require('node:child_process').spawnSync('true')
    ${CODE}`,
  )
  const commands = [
    [join(directory, 'node_modules/.bin/bun')],
    [join(directory, 'node_modules/.bin/deno'), 'run', '-A'],
  ]
  for (const [file = '', ...args] of commands) {
    writeFileSync(join(directory, 'plain.cjs'), CODE)
    assertRuns(directory, file, [...args, join(directory, 'plain.cjs')])
    const own = spawnSync(file, [...args, app], { encoding: 'utf8', env: cleanEnv() })
    assert.deepEqual([own.stdout, own.stderr], ['runs\n', ''])
  }
  assert.deepEqual(
    readLog(join(directory, 'app.log'))
      .filter(({ name }) => name === 'app')
      .map(({ msg }) => msg),
    ['logged', 'logged'],
  )
})

test('an application in one file, made by esbuild', (t) => {
  const directory = scratch(t)
  const app = join(directory, 'app.js')
  mkdirSync(join(directory, 'node_modules'))
  symlinkSync(ROOT, join(directory, 'node_modules/logshare'))
  writeFileSync(
    app,
    `const { getLogger, install } = require('logshare')
    install({ handlers: [{ type: 'file', path: '${directory}/app.log' }] })
    getLogger('app').info('logged')
    const { Worker } = require('node:worker_threads')
    new Worker("console.log('thread')", { eval: true }).on('exit', () => {
      process.stdout.write(require('node:child_process').execFileSync(process.execPath, ['-p', '"child"']))
    })`,
  )
  const bundle = join(scratch(t), 'bundle.js')
  const flags = ['--bundle', '--platform=node', `--outfile=${bundle}`, '--log-level=warning']
  const made = spawnSync(join(ROOT, 'node_modules/.bin/esbuild'), [app, ...flags], {
    encoding: 'utf8',
  })
  assert.deepEqual([made.status, made.stderr], [0, ''])
  const { status, stdout, stderr } = spawnSync(process.execPath, [bundle], {
    encoding: 'utf8',
    env: cleanEnv(),
  })
  assert.deepEqual([status, stdout], [0, 'thread\nchild\n'])
  assert.match(
    stderr,
    /^logshare: children start without logshare, which is bundled: .*external.*\n$/,
  )
  const logged = readLog(join(directory, 'app.log')).map(({ msg }) => msg)
  assert.deepEqual(logged, ['logged', 'thread', 'child'])
})

test('a program that runs from a snapshot of its user has a log without a thread', (t) => {
  const directory = scratch(t)
  const [entry, blob] = [join(directory, 'entry.js'), join(directory, 'app.blob')]
  writeFileSync(
    entry,
    `require('v8').startupSnapshot.setDeserializeMainFunction(() => {
      require('child_process').execFileSync(process.execPath, ['-e', 'console.error("child")'], { stdio: 'inherit' })
      ${CODE}
    })`,
  )
  const env = cleanEnv({
    XDG_RUNTIME_DIR: directory,
    LOGSHARE_CONFIG: JSON.stringify({ handlers: [{ type: 'file', path: `${directory}/app.log` }] }),
  })
  const flags = ['-r', REGISTER, '--snapshot-blob', blob]
  execFileSync(process.execPath, [...flags, '--build-snapshot', entry], { env: cleanEnv() })
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, 'x'], {
    env,
    encoding: 'utf8',
  })
  assert.deepEqual([status, stdout, stderr], [0, 'runs\n', 'child\n'])
  const logged = readLog(join(directory, 'app.log')).map(({ source, msg }) => `${source}: ${msg}`)
  assert.deepEqual(logged.sort(), ['root: runs', 'spawn#1: child'])
})

test("records of a test file are comments in its runner's TAP", (t) => {
  const directory = scratch(t)
  const file = join(directory, 'a.test.js')
  writeFileSync(
    file,
    `require('node:test').test('a', () => require('${ROOT}').getLogger('app').info('logged'))`,
  )
  const flags = ['-r', REGISTER, '--test', '--test-reporter=tap', file]
  const { status, stdout } = spawnSync(process.execPath, flags, {
    encoding: 'utf8',
    env: cleanEnv(),
  })
  assert.equal(status, 0)
  assert.match(stdout, /^# \{.*"msg":"logged"\}$/m)
  assert.doesNotMatch(stdout, /^\{/m)
})

test('under the permission model, at most one line', (t) => {
  const [major = 0] = process.versions.node.split('.').map(Number)
  const name = major < 24 ? '--experimental-permission' : '--permission'
  const directory = scratch(t)
  const file = join(directory, 'app.js')
  writeFileSync(file, `new (require('worker_threads').Worker)("${CODE}", { eval: true })`)
  for (const read of [directory, '*']) {
    const flags = [
      '--no-warnings',
      name,
      '--allow-worker',
      `--allow-fs-read=${read}`,
      `--allow-fs-read=${REGISTER}`,
    ]
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [...flags, '-r', REGISTER, file],
      {
        encoding: 'utf8',
        env: cleanEnv(),
      },
    )
    assert.deepEqual([status, stdout], [0, 'runs\n'])
    assert.equal(stderr.split('\n').length <= 2, true, stderr)
  }
})

/**
 * Checks that a child of an application prints what it prints alone.
 * @param {string} directory
 * @param {string} file
 * @param {string[]} args
 */
function assertRuns(directory, file, args) {
  const code = `const { status } = require('child_process').spawnSync(${JSON.stringify(file)}, ${JSON.stringify(args)}, { stdio: 'inherit' })
  process.exitCode = status`
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-r', REGISTER, '-e', code], {
    encoding: 'utf8',
    env: cleanEnv({ XDG_RUNTIME_DIR: directory, BUN_TMPDIR: directory, DENO_DIR: directory }),
  })
  assert.deepEqual([status, stdout, stderr], [0, 'runs\n', ''])
}

/** @param {import('node:test').TestContext} t @param {...string} packages */
function install(t, ...packages) {
  const directory = scratch(t)
  writeFileSync(join(directory, 'package.json'), '{}')
  const flags = ['--no-audit', '--no-fund', '--loglevel=error']
  execFileSync('npm', ['install', ...flags, ...packages], {
    cwd: directory,
    stdio: 'pipe',
    env: cleanEnv(),
  })
  if (packages.includes('bun')) {
    execFileSync(process.execPath, ['node_modules/bun/install.js'], {
      cwd: directory,
      stdio: 'pipe',
    })
    execFileSync(process.execPath, ['node_modules/deno/install.cjs'], {
      cwd: directory,
      stdio: 'pipe',
    })
  }
  return directory
}
