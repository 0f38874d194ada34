'use strict'
// Runs the tests: all of them, with --core those that the newest Node has to pass, or with --runtime those of them whose
// subject is Node itself, which the Nodes between have to pass. Other arguments are files.
//
// Node 20 takes no globs behind --test, and a directory would run the fixtures as tests: so the files are named here.
//
// Tests start real programs and wait for them with limits. A file that fails runs once more, alone: the run fails if it fails
// again, and names it if it does not.

const { spawn } = require('node:child_process')
const { once } = require('node:events')
const { mkdtempSync, readdirSync, readFileSync, rmSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join, relative, resolve } = require('node:path')
const { endInSilence } = require('./helpers/silence.js')

/** Folders without tests, and those whose tests are commands of their own in package.json. */
const OTHERS = [
  'apps',
  'attacks',
  'examples',
  'fixtures',
  'formats',
  'helpers',
  'launchers',
  'output',
  'package',
  'sqlite',
  'values',
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

/** Where more files fail than this, something is broken, and running them again would only take time. */
const MOST_AGAIN = 5

const args = process.argv.slice(2)
const named = args.filter((arg) => !arg.startsWith('--'))
const isRuntime = args.includes('--runtime')
const core = isRuntime || args.includes('--core')
const files = named.length > 0 ? named : list('')

main()

async function main() {
  const first = await runFiles(files, process.env.TEST_CONCURRENCY ?? '2')
  process.exitCode = first.code
  if (first.code === 0 || first.failed.length === 0 || first.failed.length > MOST_AGAIN) return
  console.log(`\nonce more, alone: ${first.failed.join(', ')}\n`)
  const second = await runFiles(first.failed, '1')
  process.exitCode = second.code
  if (second.code === 0)
    console.log(`\nfailed beside others, passed alone: ${first.failed.join(', ')}`)
}

/** @param {string[]} paths @param {string} concurrency */
async function runFiles(paths, concurrency) {
  const folder = mkdtempSync(join(tmpdir(), 'logshare-run-'))
  const list = join(folder, 'failed')
  const flags = [
    '--test',
    `--test-concurrency=${concurrency}`,
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    `--test-reporter=${resolve(__dirname, 'helpers/failed.js')}`,
    `--test-reporter-destination=${list}`,
  ]
  const runner = spawn(process.execPath, [...flags, ...paths], {
    stdio: ['inherit', 'pipe', 'inherit'],
  })
  runner.stdout.pipe(process.stdout, { end: false })
  endInSilence(runner)
  const [code] = await once(runner, 'close')
  const failed = readFileSync(list, 'utf8').split('\n').filter(Boolean)
  rmSync(folder, { recursive: true })
  return { code: code ?? 1, failed: failed.map((path) => relative(process.cwd(), path)) }
}

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
