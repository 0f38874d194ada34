// Installs the packages that the applications are made of, outside of the checkout, once for each state of the lock file.

const { execFileSync } = require('node:child_process')
const { createHash } = require('node:crypto')
const {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} = require('node:fs')
const { homedir } = require('node:os')
const { join } = require('node:path')

const FILES = ['package.json', 'package-lock.json']

/** Returns the folder with the `node_modules` of `from/package.json`. */
function install(from = __dirname) {
  const hash = createHash('sha256')
  for (const file of FILES) hash.update(readFileSync(join(from, file)))
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
  const folder = join(cache, 'logshare-test-apps', hash.digest('hex').slice(0, 12))
  const complete = join(folder, 'complete')
  if (existsSync(complete)) return folder
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const file of FILES) copyFileSync(join(from, file), join(folder, file))
  // Not `npm ci`, which fails where a registry lacks packages of other platforms. Scripts would only build what these
  // packages do without.
  const flags = [
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    '--loglevel=error',
  ]
  console.log(`installing the applications' packages into ${folder}`)
  execFileSync('npm', ['install', ...flags], { cwd: folder, stdio: 'inherit' })
  writeFileSync(complete, '')
  return folder
}

module.exports = { install }
