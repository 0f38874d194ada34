'use strict'
// Runs the tests of the page of `logshare view`, in Debian's chromium.
//
//   node test/view/run.js [--pictures]
//
// --pictures: writes docs/view.png anew instead.

const { spawnSync } = require('node:child_process')
const { readdirSync } = require('node:fs')
const { join, relative } = require('node:path')

const files = readdirSync(__dirname)
  .filter((name) => name.endsWith('.test.js'))
  .map((name) => relative(process.cwd(), join(__dirname, name)))
const args = process.argv.includes('--pictures')
  ? [join(__dirname, 'pictures.js')]
  : [join(__dirname, '../run.js'), ...files]
const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' })
process.exitCode = status ?? 1
