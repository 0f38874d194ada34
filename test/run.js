'use strict'
// Runs the tests: all of them, or with --core those that every supported Node has to pass. Other arguments are files.
//
// Node 20 takes no globs behind --test, and a directory would run the fixtures as tests: so the files are named here.

const { spawnSync } = require('node:child_process')
const { readdirSync } = require('node:fs')
const { join, relative } = require('node:path')

/** Folders of test files; those marked are left to Node 20. */
const FOLDERS = {
  core: true,
  queue: true,
  logger: true,
  handlers: false,
  listener: true,
  spawn: true,
  adapters: true,
  logs: false,
  cli: false,
  collect: false,
}

const args = process.argv.slice(2)
const named = args.filter((arg) => !arg.startsWith('--'))
const core = args.includes('--core')
const files = named.length > 0 ? named : Object.keys(FOLDERS).flatMap((folder) => list(folder))

const flags = [
  '--test',
  '--test-reporter=spec',
  `--test-concurrency=${process.env.TEST_CONCURRENCY ?? 2}`,
]
const { status } = spawnSync(process.execPath, [...flags, ...files], { stdio: 'inherit' })
process.exitCode = status ?? 1

function list(folder) {
  if (core && !FOLDERS[folder]) return []
  const path = join(__dirname, folder)
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.js'))
    .map((entry) => relative(process.cwd(), join(path, entry.name)))
}
