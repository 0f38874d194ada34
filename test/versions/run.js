// Runs versions of logging libraries with logshare and without, and compares what is kept of their records with the table
// in specs.js, in both directions, and that with docs/adapters.md.
//
//   node test/versions/run.js [title…]

const { existsSync, mkdtempSync, rmSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { collect, findFaults, REGISTER } = require('../apps/execute.js')
const { install } = require('../apps/install.js')
const { cleanEnv, readLog } = require('../helpers/run.js')
const { factsOf, findChanges } = require('./check.js')
const { layOut } = require('./layout.js')
const { SPECS } = require('./specs.js')

/** @typedef {import('./specs.js').Spec} Spec */

const LOADERS = /** @type {const} */ (['require', 'import'])
const PROGRAMS = { require: 'main.js', import: 'main.mjs' }
const LOG = 'logshare.log'
/** Applications that run at a time. */
const LANES = 2

main()

async function main() {
  const began = Date.now()
  const named = process.argv.slice(2)
  const specs = SPECS.filter(({ title }) => named.length === 0 || named.some((it) => title.includes(it)))
  const folder = install(__dirname)
  const cells = specs.flatMap((spec) => LOADERS.map((loader) => ({ spec, loader })))
  const outcome = { passed: 0, failed: 0 }
  await Promise.all(Array.from({ length: LANES }, async () => {
    for (let cell = cells.shift(); cell; cell = cells.shift()) {
      const faults = await test(folder, cell.spec, cell.loader)
      outcome[faults.length === 0 ? 'passed' : 'failed']++
      console.log(`${faults.length === 0 ? 'ok    ' : 'FAILED'} ${cell.spec.title}, ${cell.loader}`)
      for (const fault of faults) console.log(`       ${fault}`)
    }
  }))
  console.log(`\n${outcome.passed} passed, ${outcome.failed} failed (${((Date.now() - began) / 1000).toFixed(0)} s)`)
  process.exitCode = outcome.failed > 0 ? 1 : 0
}

/** @param {string} folder @param {Spec} spec @param {typeof LOADERS[number]} loader */
async function test(folder, spec, loader) {
  const bare = await execute(folder, spec, loader)
  const handlers = [{ type: 'file', path: LOG }]
  const ours = await execute(folder, spec, loader, { handlers })
  const faults = [...findChanges(bare, ours), ...findFaults(ours)]
  const log = join(ours.cwd, LOG)
  const records = existsSync(log) ? readLog(log) : []
  for (const kind of /** @type {const} */ (['root', 'worker', 'fork'])) {
    const { lib, facts } = factsOf(records, kind, ours.cwd)
    faults.push(`${kind}: ${lib}: ${facts}`)
  }
  bare.remove()
  ours.remove()
  return faults
}

/** @param {string} folder @param {Spec} spec @param {typeof LOADERS[number]} loader @param {object} [config] */
async function execute(folder, spec, loader, config) {
  const cwd = layOut(folder, spec)
  const temporary = mkdtempSync(join(tmpdir(), 'logshare-versions-'))
  const env = cleanEnv({
    ...spec.env,
    LIBRARY: spec.library,
    PACKAGE: spec.name,
    TMPDIR: temporary,
    XDG_RUNTIME_DIR: '',
    ...(config && { LOGSHARE_CONFIG: JSON.stringify(config) }),
  })
  const args = [...(config ? ['-r', REGISTER] : []), PROGRAMS[loader]]
  const ended = await collect(process.execPath, args, { cwd, env })
  const remove = () => {
    for (const path of [cwd, temporary]) rmSync(path, { recursive: true, force: true })
  }
  return { ...ended, cwd, temporary, remove }
}
