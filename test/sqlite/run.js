'use strict'
// Runs the tests of `logshare merge --to`: with Node's own SQLite if it has one, and with better-sqlite3, which is installed in
// a folder of its own. It is not among the packages of the project because it may have to be compiled.
//
//   npm run test:sqlite

const { execFileSync, spawnSync } = require('node:child_process')
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')

const PACKAGE = 'better-sqlite3@12.11.1'
const folder = mkdtempSync(join(tmpdir(), 'logshare-sqlite-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

/** @param {NodeJS.ProcessEnv} env */
function test(env) {
  const args = [join(__dirname, '../run.js'), join(__dirname, 'sqlite.test.js')]
  const { status } = spawnSync(process.execPath, args, { env, stdio: 'inherit' })
  if (status !== 0) process.exitCode = 1
}

if (require('node:module').builtinModules.includes('node:sqlite')) test(process.env)
writeFileSync(join(folder, 'package.json'), '{ "private": true }')
execFileSync('npm', ['install', '--no-audit', '--no-fund', PACKAGE], {
  cwd: folder,
  stdio: 'inherit',
})
test({ ...process.env, BETTER_SQLITE3: folder })
