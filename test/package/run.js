// The packed package, as users get it: its size, what checkers say of it, new projects, and bundles of an application.
//
// It packs dist/ as it is: build first. Everything else happens outside of the checkout.

const assert = require('node:assert/strict')
const { execFileSync, spawnSync } = require('node:child_process')
const { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } = require('node:fs')
const { lstatSync, readFileSync, symlinkSync, writeFileSync } = require('node:fs')
const { createRequire } = require('node:module')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { after, before, describe, it } = require('node:test')
const { install } = require('../apps/install.js')
const { assertDelivered } = require('../helpers/delivery.js')
const { cleanEnv, FIXTURES, readLog, ROOT } = require('../helpers/run.js')
const { BUNDLERS } = require('./bundlers.js')

/** Bytes and packages of an installation without its optional parts. */
const LIMITS = { bytes: 2_500_000, packages: 8 }

const base = realpathSync(mkdtempSync(join(tmpdir(), 'logshare-package-')))
const env = cleanEnv({ npm_config_update_notifier: 'false' })
const tools = install(__dirname)
let archive = ''

before(() => {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', base]
  const output = execFileSync('npm', args, { cwd: ROOT, env, encoding: 'utf8' })
  archive = join(base, JSON.parse(output)[0].filename)
})
after(() => rmSync(base, { recursive: true, force: true }))

/** A new project with the package. @param {string} name @param {object} [fields] of its package.json */
function create(name, fields = {}) {
  const folder = join(base, name)
  mkdirSync(folder)
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, private: true, ...fields }))
  const flags = [
    '--omit=optional',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]
  execFileSync('npm', ['install', ...flags, archive], { cwd: folder, env, stdio: 'pipe' })
  return folder
}

/** @param {string} folder @param {readonly string[]} args of node @param {object} [more] */
function runIn(folder, args, more = {}) {
  const options = { cwd: folder, encoding: /** @type {const} */ ('utf8'), timeout: 60_000 }
  const log = join(folder, 'app.log')
  rmSync(log, { force: true })
  return {
    ...spawnSync(process.execPath, args, { ...options, env: { ...env, APP_LOG: log, ...more } }),
    log,
  }
}

describe('installed without optional parts', () => {
  it(`is at most ${LIMITS.bytes} bytes in ${LIMITS.packages} packages`, (t) => {
    const modules = join(create('plain'), 'node_modules')
    const entries = readdirSync(modules, { recursive: true, encoding: 'utf8' })
    // What npm keeps of its own is no package's.
    const paths = entries.filter((path) => !path.startsWith('.'))
    const bytes = paths.reduce((sum, path) => sum + lstatSync(join(modules, path)).size, 0)
    const packages = paths.filter((path) => /^(@[^/]+\/)?[^@/][^/]*\/package\.json$/.test(path))
    t.diagnostic(`${bytes} bytes, ${packages.length} packages`)
    assert.ok(packages.length > 1 && packages.length <= LIMITS.packages, packages.join(' '))
    assert.ok(bytes <= LIMITS.bytes, `${bytes} bytes`)
    assert.deepEqual(
      paths.filter((path) => path.endsWith('.map') && path.startsWith('logshare')),
      [],
    )
  })
})

describe('checkers', () => {
  it('publint finds nothing', () => {
    const command = join(tools, 'node_modules/.bin/publint')
    const args = ['run', join(base, 'plain/node_modules/logshare'), '--strict', '--pack=false']
    const { status, stdout } = spawnSync(command, args, { env, encoding: 'utf8' })
    assert.equal(status, 0, stdout)
    assert.match(stdout, /All good!/)
  })

  it('are the types wrong? They are not, in any kind of resolution', () => {
    // Only editors read the schema, by its path.
    const flags = ['--exclude-entrypoints', 'schema.json', '--no-color', '--no-emoji']
    const command = join(tools, 'node_modules/.bin/attw')
    const { status, stdout } = spawnSync(command, [archive, ...flags], { env, encoding: 'utf8' })
    assert.equal(status, 0, stdout)
  })
})

describe('a new project', () => {
  const uses = `install({ handlers: [{ type: 'file', path: String(process.env.APP_LOG) }] })
getLogger('app').info({ n: 1 }, 'logged')
`
  for (const [name, fields, file, text] of /** @type {const} */ ([
    ['cjs', {}, 'app.js', `const { getLogger, install } = require('logshare')\n`],
    ['esm', { type: 'module' }, 'app.js', `import { getLogger, install } from 'logshare'\n`],
  ])) {
    it(`of ${name}`, () => {
      const folder = create(name, fields)
      writeFileSync(join(folder, file), text + uses)
      checkRun(runIn(folder, [file]))
      writeFileSync(join(folder, 'bare.js'), 'console.log("printed")')
      const handlers = [{ type: 'file', path: join(folder, 'app.log') }]
      const config = { LOGSHARE_CONFIG: JSON.stringify({ handlers }) }
      const flag = name === 'esm' ? '--import' : '-r'
      const { log, status, stderr } = runIn(folder, [flag, 'logshare/register', 'bare.js'], config)
      assert.deepEqual([status, stderr, readLog(log)[0].msg], [0, '', 'printed'])
      const version = execFileSync(join(folder, 'node_modules/.bin/logshare'), ['--version'], {
        env,
      })
      assert.equal(String(version).trim(), require('../../package.json').version)
    })
  }

  for (const [module, moduleResolution, type] of /** @type {const} */ ([
    ['node16', 'node16', 'commonjs'],
    ['nodenext', 'nodenext', 'module'],
    ['esnext', 'bundler', 'module'],
  ])) {
    it(`of TypeScript with ${moduleResolution}`, () => {
      const folder = create(moduleResolution, { type })
      mkdirSync(join(folder, 'node_modules/@types'))
      const types = join(tools, 'node_modules/@types/node')
      symlinkSync(types, join(folder, 'node_modules/@types/node'))
      const text = `import { getLogger, install, type Logger } from 'logshare'
import 'logshare/register'
const log: Logger = getLogger('typed')
log.child({ a: 1 }, { customLevels: { audit: 35 } }).audit
// @ts-expect-error no such method
export const wrong = () => log.loud('x')
`
      writeFileSync(join(folder, 'app.ts'), text + uses)
      const compilerOptions = {
        module,
        moduleResolution,
        strict: true,
        target: 'es2022',
        types: ['node'],
      }
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }))
      const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
      const made = spawnSync(process.execPath, [tsc], { cwd: folder, encoding: 'utf8' })
      assert.equal(made.status, 0, made.stdout)
      checkRun(runIn(folder, ['app.js']))
    })
  }

  /** @param {ReturnType<typeof runIn>} ran */
  function checkRun({ status, stderr, log }) {
    assert.deepEqual([status, stderr], [0, ''])
    assert.deepEqual(
      readLog(log).map(({ name, msg, n }) => [name, msg, n]),
      [['app', 'logged', 1]],
    )
  }
})

describe('an application bundled by', () => {
  /** Records of the file handler, by source: the texts. */
  const ALL = {
    root: ['own of main', 'pino of main'],
    'worker#1': ['own of worker', 'pino of worker'],
    'fork#1': ['own of child', 'pino of child'],
  }
  let folder = ''
  before(() => {
    folder = create('bundled')
    const from = join(tools, 'node_modules')
    for (const name of readdirSync(from)) {
      const target = join(folder, 'node_modules', name)
      if (!name.startsWith('.') && !isThere(target)) symlinkSync(join(from, name), target)
    }
    cpSync(join(FIXTURES, 'package'), join(folder, 'src'), { recursive: true })
  })

  for (const [bundler, bundle] of Object.entries(BUNDLERS)) {
    const make = async (/** @type {string} */ name, /** @type {readonly string[]} */ external) => {
      const to = join(folder, `${bundler}-${name}`)
      const warnings = await bundle({
        load: createRequire(join(tools, 'package.json')),
        from: join(folder, 'src'),
        to,
        external,
      })
      return { to, warnings }
    }

    it(`${bundler}, with logshare and pino as externals, logs everything`, async () => {
      const { to, warnings } = await make('external', ['logshare', 'pino'])
      assert.deepEqual(warnings, [])
      checkAll(runIn(to, ['main.js']))
    })

    it(`${bundler} as a whole logs everything where logshare is preloaded`, async () => {
      const { to, warnings } = await make('whole', [])
      const known = /koffi|Circular dependency|thread-stream|pino/
      assert.deepEqual(
        warnings.filter((text) => !known.test(text)),
        [],
      )
      checkAll(runIn(to, ['-r', 'logshare/register', 'main.js']))
    })

    it(`${bundler} as a whole, and alone, logs of its main thread and says what is missing`, async () => {
      const alone = join(base, `${bundler}-alone`)
      cpSync(join(folder, `${bundler}-whole`), alone, { recursive: true })
      const { status, stderr, log } = runIn(alone, ['main.js'])
      assert.equal(status, 0, stderr)
      assert.match(stderr, /^logshare: children start without logshare, which is bundled: .*\n$/)
      const own = readLog(log).filter(({ lib }) => lib === undefined || lib === 'pino')
      assert.deepEqual(
        own.map(({ msg }) => msg),
        ALL.root,
      )
    })
  }

  /** @param {ReturnType<typeof runIn>} ran */
  function checkAll({ status, stderr, log }) {
    assert.deepEqual([status, stderr], [0, ''])
    const records = readLog(log)
    assertDelivered(records, { root: 2, 'worker#1': 2, 'fork#1': 2 })
    const found = Object.keys(ALL).map((source) => [
      source,
      records.filter((each) => each.source === source).map(({ msg }) => msg),
    ])
    assert.deepEqual(Object.fromEntries(found), ALL)
  }
})

/** @param {string} path */
function isThere(path) {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

describe('Yarn PnP', () => {
  const NAMES = ['fork', 'outside', 'root', 'worker']
  for (const [what, dependenciesMeta] of /** @type {const} */ ([
    ['kept as files', {}],
    ['in a zip', { logshare: { unplugged: false } }],
  ])) {
    it(`${what}: children within and outside of it run`, () => {
      const folder = join(base, `pnp ${what}`)
      cpSync(join(FIXTURES, 'package/pnp'), folder, { recursive: true })
      const dependencies = { logshare: `file:${archive}` }
      const manifest = { private: true, dependencies, dependenciesMeta }
      writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
      writeFileSync(join(folder, 'yarn.lock'), '')
      writeFileSync(
        join(folder, '.yarnrc.yml'),
        'nodeLinker: pnp\nenableTelemetry: false\nenableGlobalCache: false\nenableScripts: false\n',
      )
      const yarn = join(tools, 'node_modules/@yarnpkg/cli-dist/bin/yarn.js')
      execFileSync(process.execPath, [yarn, 'install'], { cwd: folder, env, stdio: 'pipe' })
      const handlers = [{ type: 'file', path: join(folder, 'app.log') }]
      const config = { LOGSHARE_CONFIG: JSON.stringify({ handlers }) }
      const args = [yarn, 'node', '-r', 'logshare/register', 'app.js']
      const { status, stdout, stderr, log } = runIn(folder, args, config)
      const lines = NAMES.map((name) => `${name}: here`)
      assert.deepEqual([status, stdout.trimEnd().split('\n').sort()], [0, lines])
      if (what === 'in a zip') return // logshare does not work there, and says so
      assert.equal(stderr, '')
      const records = readLog(log)
      assertDelivered(records)
      assert.deepEqual(records.map(({ msg }) => msg).sort(), lines)
      execFileSync(process.execPath, [yarn, 'logshare', 'init', '--yes'], { cwd: folder, env })
      const written = readFileSync(join(folder, 'logshare.config.jsonc'), 'utf8')
      const [, schema = ''] = /"\$schema": "(.*)"/.exec(written) ?? []
      assert.equal(JSON.parse(readFileSync(join(folder, schema), 'utf8')).title, 'logshare')
    })
  }
})
