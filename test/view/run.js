'use strict'
// Runs the tests of the page of `logshare view`, in Debian's chromium.
//
//   node test/view/run.js [--pictures]
//
// --pictures: writes docs/view.png anew.

const { spawnSync } = require('node:child_process')
const { readdirSync } = require('node:fs')
const { join, relative } = require('node:path')

const files = readdirSync(__dirname)
  .filter((name) => name.endsWith('.test.js'))
  .map((name) => relative(process.cwd(), join(__dirname, name)))
const env = { ...process.env }
if (process.argv.includes('--pictures')) env.TEST_PICTURES = '1'
const { status } = spawnSync(process.execPath, [join(__dirname, '../run.js'), ...files], {
  stdio: 'inherit',
  env,
})
process.exitCode = status ?? 1
