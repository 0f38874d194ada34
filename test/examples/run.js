// Runs the examples by the commands that they are started by: what each promises has to be in its log.
//
//   node test/examples/run.js [name…]
//
// All packages are installed once, outside of the checkout; each example runs in a copy.

const assert = require('node:assert/strict')
const { readdirSync, readFileSync } = require('node:fs')
const { join } = require('node:path')
const { ADAPTER_NAMES } = require('../../dist/adapters/table.js')
const { loadSettings } = require('../../dist/config/config.js')
const { install } = require('../apps/install.js')
const { ROOT } = require('../helpers/run.js')
const { runNats, runOtlp } = require('./containers.js')
const { prepare } = require('./place.js')
const { runCli, runTests, runTypeScript } = require('./programs.js')
const { runExpress, runFastify, runKubernetes, runNest } = require('./servers.js')
const { runPm2, runSystemd } = require('./services.js')

/** @typedef {import('./place.js').Place} Place */

/** @type {Readonly<Record<string, (place: Place) => Promise<void>>>} */
const EXAMPLES = {
  systemd: runSystemd,
  pm2: runPm2,
  nest: runNest,
  tests: runTests,
  'express-cluster': runExpress,
  'fastify-piscina': runFastify,
  'typescript-esm': runTypeScript,
  'cli-pool': runCli,
  'docker-otlp': runOtlp,
  'docker-nats': runNats,
  kubernetes: runKubernetes,
}
/** What npm installs nothing for: a part of the demo. */
const OTHERS = ['index-modules']
/** How many run at the same time. */
const LANES = 2

const named = process.argv.slice(2)
const failed = []

main()

async function main() {
  checkPackages()
  checkConfigurations()
  const names = named.length > 0 ? named : Object.keys(EXAMPLES)
  const folder = install(__dirname)
  const left = [...names]
  const lanes = Array.from({ length: LANES }, async () => {
    for (let name = left.shift(); name; name = left.shift()) await runExample(folder, name)
  })
  await Promise.all(lanes)
  console.log(`\n${names.length - failed.length} passed, ${failed.length} failed`)
  process.exitCode = failed.length > 0 ? 1 : 0
}

/** @param {string} folder @param {string} name */
async function runExample(folder, name) {
  const began = Date.now()
  const place = prepare(folder, name)
  let fault = ''
  try {
    await EXAMPLES[name](place)
  } catch (error) {
    failed.push(name)
    fault = `\n${/** @type {Error} */ (error).stack}`
  } finally {
    await place.remove()
  }
  const took = ((Date.now() - began) / 1000).toFixed(1)
  console.log(`${fault ? 'FAILED' : 'ok    '} ${name} (${took} s)${fault}`)
}

/** Every example is run, and its packages are those that are installed here. */
function checkPackages() {
  const folders = readdirSync(join(ROOT, 'examples'), { withFileTypes: true })
  const names = folders.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  assert.deepEqual(names.sort(), [...Object.keys(EXAMPLES), ...OTHERS].sort())
  const { dependencies } = readManifest(__dirname)
  for (const name of Object.keys(EXAMPLES)) {
    const { logshare, ...others } = readManifest(join(ROOT, 'examples', name)).dependencies
    assert.equal(logshare, 'file:../..', name)
    for (const [each, version] of Object.entries(others))
      assert.equal(version, dependencies[each], `${name}: ${each}`)
  }
}

/** No option in the configurations is wrong. */
function checkConfigurations() {
  const files = readdirSync(join(ROOT, 'examples'), { recursive: true, encoding: 'utf8' })
  const own = files.filter((file) =>
    /^[^/]+\/(logshare|logshare\.config|collect)\.json$/.test(file),
  )
  assert.ok(own.length >= 9)
  for (const file of own)
    loadSettings(undefined, ADAPTER_NAMES, { LOGSHARE_CONFIG: join(ROOT, 'examples', file) })
}

/** @param {string} folder */
function readManifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}
