// Runs versions of logging libraries with logshare and without, and compares what is kept of their records with the table
// in specs.js, in both directions, and that table with docs/adapters.md.
//
//   node test/versions/run.js [title…]

const { existsSync, mkdtempSync, rmSync } = require('node:fs')
const nodeModule = require('node:module')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { collect, findFaults, REGISTER } = require('../apps/execute.js')
const { install } = require('../apps/install.js')
const { cleanEnv, readLog } = require('../helpers/run.js')
const { factsOf, findChanges } = require('./check.js')
const { layOut } = require('./layout.js')
const { SPECS } = require('./specs.js')
const { checkPage } = require('./table.js')

/** @typedef {import('./specs.js').Spec} Spec */
/** @typedef {{ spec: Spec, loader: keyof typeof PROGRAMS }} Cell */

const PROGRAMS = { require: 'main.js', import: 'main.mjs' }
const KINDS = /** @type {const} */ (['root', 'worker', 'fork'])
const LOG = 'logshare.log'
/** Applications that run at a time. */
const LANES = 2

main()

async function main() {
  const began = Date.now()
  const named = process.argv.slice(2)
  const isNamed = ({ title }) => named.length === 0 || named.some((it) => title.includes(it))
  const specs = SPECS.filter(isNamed)
  if (specs.length === 0) {
    console.error(`no version is called ${named.join(', ')}`)
    process.exitCode = 2
    return
  }
  const folder = install(__dirname)
  const outcome = { passed: 0, failed: 0 }
  const report = (/** @type {string} */ title, /** @type {readonly string[]} */ faults) => {
    outcome[faults.length === 0 ? 'passed' : 'failed']++
    console.log(`${faults.length === 0 ? 'ok    ' : 'FAILED'} ${title}`)
    for (const fault of faults) console.log(`       ${fault}`)
  }
  /** @type {Cell[]} */
  const cells = specs.flatMap((spec) => [
    { spec, loader: 'require' },
    { spec, loader: 'import' },
  ])
  const work = async () => {
    for (let cell = cells.shift(); cell; cell = cells.shift())
      report(`${cell.spec.title}, ${cell.loader}`, await testCell(folder, cell))
  }
  await Promise.all(Array.from({ length: LANES }, work))
  report('docs/adapters.md', checkPage(SPECS))
  const seconds = ((Date.now() - began) / 1000).toFixed(0)
  console.log(`\n${outcome.passed} passed, ${outcome.failed} failed (${seconds} s)`)
  process.exitCode = outcome.failed > 0 ? 1 : 0
}

/** @param {string} folder @param {Cell} cell */
async function testCell(folder, cell) {
  const bare = await execute(folder, cell)
  const handlers = [{ type: 'file', path: LOG }]
  const ours = await execute(folder, cell, { handlers })
  const log = join(ours.cwd, LOG)
  const records = existsSync(log) ? readLog(log) : []
  const faults = [...findChanges(bare, ours), ...findFaults(ours)]
  for (const kind of KINDS) {
    const expected = show(expectedOf(cell, kind))
    const found = show(factsOf(records, kind, ours.cwd))
    if (found !== expected) faults.push(`${kind}: ${found}, expected ${expected}`)
  }
  bare.remove()
  ours.remove()
  return faults
}

/** @param {Cell} cell @param {typeof KINDS[number]} kind */
function expectedOf({ spec, loader }, kind) {
  const { kept, unhooked = kept, root } = spec
  const isHooked = loader === 'require' || 'registerHooks' in nodeModule
  const { lib, facts } = isHooked ? kept : unhooked
  if (kind !== 'root') return { lib, facts }
  return root ?? { lib, facts: facts.replace(/ ?relay/, '') }
}

/** @param {import('./specs.js').Kept} kept */
function show({ lib, facts }) {
  return `by ${lib}: ${facts || 'nothing'}`
}

/** @param {string} folder @param {Cell} cell @param {object} [config] */
async function execute(folder, { spec, loader }, config) {
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
