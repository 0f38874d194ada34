'use strict'
// Init: `logshare init` writes a configuration that works, once, and names the line to change.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const fs = require('node:fs')
const { existsSync, readFileSync, writeFileSync } = fs
const { join, resolve } = require('node:path')
const { default: Ajv } = require('ajv')
const { ADAPTER_NAMES } = require('../../dist/adapters/table.js')
const { loadConfig } = require('../../dist/config/config.js')
const { cleanEnv, collect, readLog, ROOT, run, scratch } = require('../helpers/run.js')

/** @param {string} cwd @param {string[]} args */
function init(cwd, args) {
  const command = [join(ROOT, 'dist/cli/main.js'), 'init', ...args]
  const child = spawn(process.execPath, command, { cwd, stdio: 'pipe', env: cleanEnv() })
  return collect(child, { limit: 60_000 })
}

for (const type of ['module', 'commonjs']) {
  test(`in a project of type ${type}`, async (t) => {
    const cwd = scratch(t)
    const scripts = { start: 'NODE_ENV=x node server.js --port 1', build: 'tsc' }
    writeFileSync(join(cwd, 'package.json'), JSON.stringify({ type, scripts }))
    writeFileSync(join(cwd, 'server.js'), "console.log('hello')")
    writeFileSync(join(cwd, 'Dockerfile'), '')
    writeFileSync(join(cwd, 'ecosystem.config.js'), '')
    const shown = await init(cwd, [])
    assert.equal(shown.code, 0)
    assert.match(shown.stdout, /Not written: add --yes\./)
    assert.ok(!existsSync(join(cwd, 'logshare.config.jsonc')))

    const { code, stdout, stderr } = await init(cwd, ['--yes'])
    assert.deepEqual([code, stderr], [0, ''])
    for (const line of [
      `  package.json, "start": "NODE_ENV=x node -r logshare/register server.js --port 1"`,
      `  ecosystem.config.js: node_args: '-r logshare/register'`,
      `  Dockerfile: ENV NODE_OPTIONS="-r logshare/register"`,
      'Written: logshare.config.jsonc',
    ]) {
      assert.ok(stdout.includes(`${line}\n`), stdout)
    }
    assert.equal((await run(join(cwd, 'server.js'), { cwd })).stdout, 'hello\n')
    assert.deepEqual(
      readLog(join(cwd, 'logs/app.log')).map(({ msg }) => msg),
      ['hello'],
    )
    const env = { NODE_ENV: 'production' }
    const production = await run(join(cwd, 'server.js'), { cwd, env })
    assert.equal(JSON.parse(production.stdout).msg, 'hello')

    const text = readFileSync(join(cwd, 'logshare.config.jsonc'), 'utf8')
    const again = await init(cwd, ['--yes'])
    assert.equal(again.code, 1)
    assert.match(
      again.stderr,
      /^logshare: logshare\.config\.jsonc: a configuration is there already/,
    )
    assert.equal(readFileSync(join(cwd, 'logshare.config.jsonc'), 'utf8'), text)
  })
}

test('names loggers that are not installed yet, and says what a Compose file is given', async (t) => {
  const cwd = scratch(t)
  const dependencies = { pino: '^10', express: '^5', '@logtape/logtape': '^2' }
  writeFileSync(join(cwd, 'package.json'), JSON.stringify({ dependencies }))
  writeFileSync(join(cwd, 'docker-compose.yaml'), '')
  const { stdout } = await init(cwd, [])
  for (const line of [
    'Libraries: pino (not installed), @logtape/logtape (not installed)',
    'Docker:    docker-compose.yaml',
    '  docker-compose.yaml: environment: { NODE_OPTIONS: "-r logshare/register" }',
  ]) {
    assert.ok(stdout.includes(`${line}\n`), stdout)
  }
})

for (const [name, folder, to, above] of [
  ['in the folder', '.', '.', './'],
  ['above it, in a workspace', 'packages/api', '../..', '../../'],
]) {
  test(`editors find the schema of a package that is installed ${name}; it accepts what is written`, async (t) => {
    const root = fs.realpathSync(scratch(t))
    const cwd = join(root, folder)
    fs.mkdirSync(cwd, { recursive: true })
    fs.mkdirSync(join(root, 'node_modules'))
    fs.symlinkSync(ROOT, join(root, 'node_modules/logshare'))
    writeFileSync(join(cwd, 'Dockerfile'), '')
    assert.equal((await init(cwd, ['--yes'])).code, 0)
    const { $schema, ...options } = readWritten(cwd)
    assert.equal($schema, `${above}node_modules/logshare/docs/schema.json`)
    const path = resolve(cwd, $schema)
    assert.equal(resolve(cwd, to, 'node_modules/logshare/docs/schema.json'), path)
    const validate = new Ajv({ strict: false }).compile(JSON.parse(readFileSync(path, 'utf8')))
    assert.ok(validate({ $schema, ...options }), JSON.stringify(validate.errors))
    assert.ok(!validate({ $schema, ...options, level: 'lout' }))
    const written = join(cwd, 'logshare.config.jsonc')
    const { handlers } = loadConfig(ADAPTER_NAMES, { LOGSHARE_CONFIG: written })
    assert.equal(/** @type {any} */ (handlers)[0].path, join(cwd, 'logs/app.log'))
    const docs = /All options: (\S+)/.exec(readFileSync(written, 'utf8'))?.[1] ?? ''
    assert.ok(existsSync(resolve(cwd, docs)))
  })
}

test('before the package is installed, the schema is where it will be', async (t) => {
  const cwd = scratch(t)
  await init(cwd, ['--yes'])
  assert.equal(readWritten(cwd).$schema, './node_modules/logshare/docs/schema.json')
})

test('any configuration that is there stays: nothing is written', async (t) => {
  for (const name of ['json', 'jsonc', 'js', 'cjs', 'mjs', 'ts']) {
    const cwd = scratch(t)
    writeFileSync(join(cwd, `logshare.config.${name}`), 'mine')
    const { code, stderr } = await init(cwd, ['--yes'])
    assert.equal(code, 1)
    assert.match(
      stderr,
      new RegExp(`logshare\\.config\\.${name}: a configuration is there already`),
    )
    assert.deepEqual(fs.readdirSync(cwd), [`logshare.config.${name}`])
    assert.equal(readFileSync(join(cwd, `logshare.config.${name}`), 'utf8'), 'mine')
  }
})

/** What is written, without its comments, each of which is a line or the end of one. @param {string} cwd */
function readWritten(cwd) {
  const text = readFileSync(join(cwd, 'logshare.config.jsonc'), 'utf8')
  assert.match(text, /^ +\/\/ /m)
  return JSON.parse(text.replace(/(?:^| )\s*\/\/ .*$/gm, ''))
}
