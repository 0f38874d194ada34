'use strict'
// Search: which configuration file counts, and for which programs.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { execFileSync } = require('node:child_process')
const { mkdirSync, readFileSync, symlinkSync, writeFileSync } = require('node:fs')
const { dirname, join } = require('node:path')
const { cleanEnv, readLog, REGISTER, ROOT, run, scratch } = require('../helpers/run.js')

const APP = "console.log('hello'); require('fs').existsSync('never')"

/**
 * Files of a folder, by path. Returns the folder.
 * @param {import('node:test').TestContext} t @param {Record<string, string | object>} files
 */
function folder(t, files) {
  const directory = scratch(t)
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    const text = typeof content === 'string' ? content : JSON.stringify(content)
    writeFileSync(join(directory, path), text)
  }
  return directory
}

/** @param {string} path */
const toFile = (path) => ({ handlers: [{ type: 'file', path }] })

/** @param {string} cwd @param {string} script @param {Record<string, string>} [env] */
function start(cwd, script, env = {}) {
  return run(join(cwd, script), { cwd, env })
}

/** @param {string} path */
const messages = (path) => readLog(path).map(({ msg }) => msg)

for (const [name, content] of /** @type {[string, string | object][]} */ ([
  ['logshare.config.json', toFile('x.log')],
  ['logshare.config.jsonc', `// a comment\n${JSON.stringify(toFile('x.log'))}`],
  ['logshare.config.js', `module.exports = ${JSON.stringify(toFile('x.log'))}`],
  ['logshare.config.cjs', `exports.handlers = ${JSON.stringify(toFile('x.log').handlers)}`],
  ['package.json', { name: 'app', logshare: toFile('x.log') }],
])) {
  test(`${name} is found from the script's folder upward, whose folder its paths are relative to`, async (t) => {
    const directory = folder(t, { [name]: content, 'src/deep/app.js': APP, 'other/a': '' })
    const { code, stderr } = await start(join(directory, 'other'), '../src/deep/app.js')
    assert.deepEqual([code, stderr], [0, ''])
    assert.deepEqual(messages(join(directory, 'x.log')), ['hello'])
  })
}

test('the nearest file counts, and LOGSHARE_CONFIG before it', async (t) => {
  const directory = folder(t, {
    'logshare.config.json': toFile('far.log'),
    'src/package.json': { logshare: toFile('near.log') },
    'src/app.js': APP,
  })
  await start(directory, 'src/app.js')
  assert.deepEqual(messages(join(directory, 'src/near.log')), ['hello'])
  const LOGSHARE_CONFIG = JSON.stringify(toFile(join(directory, 'given.log')))
  await start(directory, 'src/app.js', { LOGSHARE_CONFIG })
  assert.deepEqual(messages(join(directory, 'given.log')), ['hello'])
  assert.deepEqual(messages(join(directory, 'src/near.log')), ['hello'])
})

test('a script in node_modules is not the application, unless its own package has a configuration', async (t) => {
  const directory = folder(t, {
    'logshare.config.json': toFile('x.log'),
    'node_modules/tool/cli.js': APP,
    'node_modules/@scope/own/bin/cli.js': APP,
    'node_modules/@scope/own/logshare.config.json': toFile('own.log'),
  })
  mkdirSync(join(directory, 'node_modules/.bin'))
  symlinkSync('../tool/cli.js', join(directory, 'node_modules/.bin/tool'))
  for (const script of ['node_modules/tool/cli.js', 'node_modules/.bin/tool']) {
    const { stdout } = await start(directory, script)
    assert.equal(stdout, 'hello\n')
  }
  assert.throws(() => readFileSync(join(directory, 'x.log')), { code: 'ENOENT' })
  const own = join(directory, 'node_modules/@scope/own')
  await start(own, 'bin/cli.js')
  assert.deepEqual(messages(join(own, 'own.log')), ['hello'])
})

test('a program without a script has no configuration of its own', async (t) => {
  const directory = folder(t, { 'logshare.config.json': toFile('x.log') })
  await run(join(directory, 'logshare.config.json'), { flags: ['-e', APP], cwd: directory })
  assert.throws(() => readFileSync(join(directory, 'x.log')), { code: 'ENOENT' })
})

test('the search costs a program without a script nothing, and others no read and no error in a folder', (t) => {
  const directory = folder(t, {
    'count.js': `
      const fs = require('fs')
      const asked = []
      for (const name of ['existsSync', 'readFileSync', 'statSync', 'openSync', 'readdirSync']) {
        const original = fs[name]
        fs[name] = (path, ...args) => {
          if (/package\\.json$|logshare\\.config/.test(path)) asked.push([name, path])
          return original(path, ...args)
        }
      }
      process.on('exit', () => fs.writeSync(1, JSON.stringify(asked)))`,
    'deep/app.js': '',
  })
  /** @param {string[]} args @returns {[string, string][]} */
  const asked = (...args) => {
    const flags = ['-r', join(directory, 'count.js'), '-r', REGISTER]
    const options = { env: cleanEnv({}), cwd: directory }
    const all = JSON.parse(execFileSync(process.execPath, [...flags, ...args], options).toString())
    // Where Node 22 and later load logshare, libraries under other names are looked for beside it.
    const own = join(ROOT, 'package.json')
    return all.filter(
      (/** @type {[string, string]} */ [name, path]) => name !== 'readFileSync' || path !== own,
    )
  }
  assert.deepEqual(asked('-e', '0'), [])
  const calls = asked(join(directory, 'deep/app.js'))
  assert.deepEqual([...new Set(calls.map(([name]) => name))], ['existsSync'])
  const folders = new Set(calls.map(([, path]) => dirname(path)))
  assert.ok(folders.has(join(directory, 'deep')) && folders.has('/'))
  assert.equal(calls.length, 7 * folders.size)
})

test('below a launcher without a configuration, the application finds its own', async (t) => {
  const directory = folder(t, {
    'logshare.config.json': toFile('x.log'),
    'app.js': `${APP}; if (!process.argv[2]) require('child_process').fork(__filename, ['child'])`,
  })
  const launcher =
    "require('child_process').spawn(process.execPath, ['app.js'], { stdio: 'inherit' })"
  const { stdout } = await run(join(directory, 'app.js'), {
    flags: ['-e', launcher],
    cwd: directory,
    way: 'NODE_OPTIONS',
  })
  assert.equal(stdout, 'hello\nhello\n')
  const sources = readLog(join(directory, 'x.log')).map(({ source }) => source)
  assert.deepEqual(sources, ['root', 'fork#1'])
})

test('install() uses the configuration that is found', async (t) => {
  const { pathname } = new URL(`file://${join(__dirname, '../../dist/index.js')}`)
  const directory = folder(t, {
    'logshare.config.json': { ...toFile('x.log'), level: 'error' },
    'app.js': `require('${pathname}').install({ level: 'debug' }); ${APP}`,
  })
  const { code } = await run(join(directory, 'app.js'), { way: 'none', cwd: directory })
  assert.equal(code, 0)
  assert.deepEqual(messages(join(directory, 'x.log')), ['hello'])
})

test('DEBUG=logshare* tells which file counts, and why', async (t) => {
  const directory = folder(t, { 'logshare.config.json': toFile('x.log'), 'app.js': APP })
  const { stderr } = await start(directory, 'app.js', { DEBUG: 'logshare*' })
  assert.match(
    stderr,
    /logshare:config .*\/logshare\.config\.json, the nearest from the main script/,
  )
})

test('a mistake in the file that is found ends the program with one line that names it', async (t) => {
  const directory = folder(t, {
    'logshare.config.json': '{\n  "handlers": [\n    { "type": "file", "paht": "x.log" }\n  ]\n}\n',
    'app.js': APP,
  })
  const { code, stdout, stderr } = await start(directory, 'app.js')
  assert.deepEqual([code, stdout], [1, ''])
  const file = join(directory, 'logshare.config.json')
  assert.ok(
    stderr.includes(`${file}:3: handlers[0].paht: unknown option, expected one of `),
    stderr,
  )
  assert.ok(stderr.includes("; did you mean 'path'?"), stderr)
})

test('ES modules and TypeScript are loaded where Node can `require` them; else the error says what to use', async (t) => {
  const features = /** @type {any} */ (process.features)
  for (const [name, isLoaded] of /** @type {[string, boolean][]} */ ([
    ['mjs', Boolean(features.require_module)],
    ['ts', Boolean(features.require_module && features.typescript)],
  ])) {
    const content = `export default ${JSON.stringify(toFile('x.log'))}${name === 'ts' ? ' as object' : ''}`
    const directory = folder(t, { [`logshare.config.${name}`]: content, 'app.js': APP })
    const { code, stderr } = await start(directory, 'app.js')
    if (isLoaded) {
      assert.deepEqual(messages(join(directory, 'x.log')), ['hello'], stderr)
    } else {
      assert.equal(code, 1)
      assert.match(
        stderr,
        /cannot load a file of this kind by `require`, use a \.json or \.cjs file/,
      )
    }
  }
})
