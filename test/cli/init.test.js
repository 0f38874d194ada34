'use strict'
// Init: `logshare init` writes a configuration that works, once, and names the line to change.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { existsSync, readFileSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
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
    assert.ok(!existsSync(join(cwd, 'logshare.config.cjs')))

    const { code, stdout, stderr } = await init(cwd, ['--yes'])
    assert.deepEqual([code, stderr], [0, ''])
    for (const line of [
      `  package.json, "start": "NODE_ENV=x node -r logshare/register server.js --port 1"`,
      `  ecosystem.config.js: node_args: '-r logshare/register'`,
      `  Dockerfile: ENV NODE_OPTIONS="-r logshare/register"`,
      'Written: logshare.config.cjs',
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

    const text = readFileSync(join(cwd, 'logshare.config.cjs'), 'utf8')
    const again = await init(cwd, ['--yes'])
    assert.equal(again.code, 1)
    assert.match(again.stderr, /^logshare: logshare\.config\.cjs: a configuration is there already/)
    assert.equal(readFileSync(join(cwd, 'logshare.config.cjs'), 'utf8'), text)
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
