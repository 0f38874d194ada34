'use strict'
// Runs the tests of this folder: other users, mounts, namespaces and random kills. They need root.

const { spawnSync } = require('node:child_process')
const { readdirSync } = require('node:fs')
const { join } = require('node:path')

const names = process.argv.slice(2)
const files =
  names.length > 0 ? names : readdirSync(__dirname).filter((each) => each.endsWith('.test.js'))
const { status } = spawnSync(
  process.execPath,
  [
    '--test',
    '--test-reporter=spec',
    '--test-concurrency=2',
    ...files.map((each) => join(__dirname, each)),
  ],
  { stdio: 'inherit' },
)
process.exitCode = status ?? 1
