'use strict'
// Modern: what newer versions of Node.js brought. A program sees what it sees without logshare, and its children are there.

const assert = require('node:assert/strict')
const {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} = require('node:fs')
const { join } = require('node:path')
const { test } = require('node:test')
const { pathToFileURL } = require('node:url')
const { assertDelivered } = require('../helpers/delivery.js')
const { EMPTY, normalise, runPlain } = require('../helpers/identity.js')
const { FIXTURES, readLog, REGISTER, ROOT, run, scratch } = require('../helpers/run.js')

const MAJOR = Number(process.versions.node.split('.')[0])
const MODERN = join(FIXTURES, 'modern')
const FAMILY = ['root main: here', 'worker#1 thread: here', 'fork#1 process: here']

/**
 * @typedef {object} Way
 * @property {string} file
 * @property {string[]} [flags] of node
 * @property {readonly string[]} expected `<source> <beginning of the message>` of records
 */

/** @type {Record<string, (directory: string) => Way>} */
const PROGRAMS = {
  ...(MAJOR >= 22 && {
    'workers and processes of TypeScript': () => ({
      file: 'modern/typed.mts',
      flags: MAJOR === 22 ? ['--experimental-strip-types'] : [],
      expected: FAMILY,
    }),
  }),
  ...(MAJOR >= 26 && {
    'a package map': (directory) => ({
      file: 'modern/map/app/main.js',
      flags: [`--experimental-package-map=${writeMap(directory)}`],
      expected: FAMILY,
    }),
    'a virtual file system': () => ({
      file: 'modern/vfs',
      flags: ['--experimental-vfs', `--vfs-load=${join(MODERN, 'vfs')}`],
      expected: ['root main: here', 'worker#1 thread: here'],
    }),
    'node:ffi': () => ({
      file: 'modern/ffi.js',
      expected: ['root main: here', 'worker#1 thread: here'],
    }),
  }),
}

for (const [name, prepare] of Object.entries(PROGRAMS)) {
  test(`${name}: the same, and captured`, async (t) => {
    const directory = scratch(t)
    const { file, flags, expected } = prepare(directory)
    const path = join(directory, 'app.log')
    const config = { handlers: [{ type: 'file', path }] }
    const env = { XDG_RUNTIME_DIR: directory }
    const plain = await runPlain(file, { flags, env, config })
    const ours = await run(file, { flags, env, config })
    assertSame(plain, ours)
    assert.equal(plain.code, 0)
    assertLogged(path, expected)
  })
}

if (MAJOR >= 26) {
  test('a preload of node.config.json is a way in', async (t) => {
    const directory = scratch(t)
    const path = join(directory, 'app.log')
    const config = { handlers: [{ type: 'file', path }] }
    const env = { XDG_RUNTIME_DIR: directory }
    const file = join(MODERN, 'family.js')
    const runs = []
    for (const preload of [EMPTY, 'logshare/register']) {
      const cwd = join(directory, 'project')
      mkdirSync(join(cwd, 'node_modules'), { recursive: true })
      if (!existsSync(join(cwd, 'node_modules/logshare')))
        symlinkSync(ROOT, join(cwd, 'node_modules/logshare'))
      const options = { nodeOptions: { require: [preload] } }
      writeFileSync(join(cwd, 'node.config.json'), JSON.stringify(options))
      const flags = ['--experimental-default-config-file']
      runs.push(await run(file, { way: 'none', cwd, flags, env, config }))
    }
    assertSame(runs[0], runs[1])
    assertLogged(path, FAMILY)
  })
}

if (MAJOR >= 24) {
  test('node --test spells out its command line: tests and their threads see it, and log', async (t) => {
    const directory = scratch(t)
    const path = join(directory, 'app.log')
    mkdirSync(join(directory, 'node_modules'))
    symlinkSync(ROOT, join(directory, 'node_modules/logshare'))
    cpSync(join(MODERN, 'suite.js'), join(directory, 'suite.test.js'))
    const config = { handlers: [{ type: 'file', path }] }
    const { code, stdout } = await run(join(directory, 'suite.test.js'), {
      way: 'NODE_OPTIONS',
      flags: ['--test', '--test-reporter=tap'],
      env: { XDG_RUNTIME_DIR: directory },
      config,
    })
    assert.equal(code, 0, stdout)
    const logged = readLog(path).filter(({ name }) => name === 'suite')
    assert.deepEqual(
      logged.map(({ source }) => source),
      ['spawn#1', 'spawn#1/worker#1'],
    )
    const [ofProcess, ofThread] = logged.map(({ msg }) => JSON.parse(msg))
    assert.ok(ofProcess.length > 20)
    assert.deepEqual(ofThread, ofProcess)
    assert.deepEqual(
      ofProcess.filter((flag) => flag.includes(REGISTER)),
      [`--require=${REGISTER}`], // the user's own, as of any preload
    )
  })
}

/** @typedef {Awaited<ReturnType<typeof run>>} Ended @param {Ended} plain @param {Ended} ours */
function assertSame(plain, ours) {
  assert.equal(normalise(ours.stdout), normalise(plain.stdout))
  const [before, after] = [plain, ours].map(({ stderr }) => normalise(stderr).split('\n').sort())
  assert.deepEqual(after, before)
  assert.deepEqual([ours.code, ours.signal], [plain.code, plain.signal])
}

/** @param {string} path @param {readonly string[]} expected */
function assertLogged(path, expected) {
  const records = readLog(path)
  assertDelivered(records)
  const found = records
    .map(({ source, msg }) => `${source} ${msg}`.match(/^\S+ \w+: here/)?.[0])
    .filter((text) => text && expected.includes(text))
  assert.deepEqual([...found].sort(), [...expected].sort())
}

/** A package map of the application and of logshare with all that it depends on. @param {string} directory */
function writeMap(directory) {
  /** @type {Record<string, { url: string, dependencies: Record<string, string> }>} */
  const packages = {}
  /** @param {string} name @param {string} folder @param {string[]} [others] */
  const add = (name, folder, others) => {
    if (packages[name]) return
    const { dependencies = {} } = others ? {} : readManifest(folder)
    const names = others ?? Object.keys(dependencies)
    const url = String(pathToFileURL(folder))
    packages[name] = { url, dependencies: Object.fromEntries(names.map((each) => [each, each])) }
    if (!others) for (const each of names) add(each, join(ROOT, 'node_modules', each))
  }
  add('app', join(MODERN, 'map/app'), ['greeter'])
  add('greeter', join(MODERN, 'map/greeter'), [])
  add('logshare', ROOT)
  packages.logshare.dependencies.koffi = 'koffi'
  packages.koffi = {
    url: String(pathToFileURL(join(ROOT, 'node_modules/koffi'))),
    dependencies: {},
  }
  const path = join(directory, 'map.json')
  writeFileSync(path, JSON.stringify({ packages }))
  return path
}

/** @param {string} folder */
function readManifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}
