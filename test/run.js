'use strict'
// Runs the tests: all of them, with --core those that the newest Node has to pass, or with --runtime those of them whose
// subject is Node itself, which the Nodes between have to pass. Other arguments are files.
//
// Node 20 takes no globs behind --test, and a directory would run the fixtures as tests: so the files are named here.

const { spawnSync } = require('node:child_process')
const { readdirSync } = require('node:fs')
const { join, relative } = require('node:path')

/** Folders without tests, and those whose tests are commands of their own in package.json. */
const OTHERS = [
  'apps',
  'attacks',
  'fixtures',
  'formats',
  'helpers',
  'launchers',
  'output',
  'versions',
  'view',
  'worlds',
]
/** Folders whose tests run on Node 20 only: what they test does not depend on the version. */
const NOT_CORE = [
  'cli',
  'collect',
  'docs',
  'handlers/file',
  'handlers/jetstream',
  'handlers/network',
  'handlers/otlp',
  'logs',
]

/** Folders whose subject is not Node: libraries, and code that works on values. */
const NOT_RUNTIME = /^(?:adapters\/(?!node)|config|core|deferred|formatters|logger)/

const args = process.argv.slice(2)
const named = args.filter((arg) => !arg.startsWith('--'))
const isRuntime = args.includes('--runtime')
const core = isRuntime || args.includes('--core')
const files = named.length > 0 ? named : list('')

const flags = [
  '--test',
  '--test-reporter=spec',
  `--test-concurrency=${process.env.TEST_CONCURRENCY ?? 2}`,
]
const { status } = spawnSync(process.execPath, [...flags, ...files], { stdio: 'inherit' })
process.exitCode = status ?? 1

/** Test files in a folder beneath test/, and in the folders within it. */
function list(folder) {
  const skipped = core ? [...OTHERS, ...NOT_CORE] : OTHERS
  if (skipped.includes(folder) || (isRuntime && NOT_RUNTIME.test(folder))) return []
  const entries = readdirSync(join(__dirname, folder), { withFileTypes: true })
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return list(path)
    return entry.name.endsWith('.test.js') ? [relative(process.cwd(), join(__dirname, path))] : []
  })
}
