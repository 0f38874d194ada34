'use strict'
// Place: a folder for projects between the tools' packages and logshare, which is installed there as a package.

const { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } = require('node:fs')
const { dirname, join } = require('node:path')
const { install } = require('../apps/install.js')
const { ROOT } = require('../helpers/run.js')

/**
 * @typedef {{ folder: string, packages: string, remove(): void }} Place
 *   `folder`: of projects; `packages`: the folder whose node_modules has the tools
 */

const { dependencies, optionalDependencies } = require(join(ROOT, 'package.json'))

/** @param {string} name of a folder with a package.json here @returns {Place} */
function makePlace(name) {
  const packages = install(join(__dirname, name))
  const folder = mkdtempSync(join(packages, 'run-'))
  const ours = join(folder, 'node_modules/logshare')
  for (const file of ['dist', 'register.js', 'package.json']) {
    cpSync(join(ROOT, file), join(ours, file), { recursive: true })
  }
  for (const each of Object.keys({ ...dependencies, ...optionalDependencies })) {
    const link = join(ours, 'node_modules', each)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules', each), link)
  }
  return { folder, packages, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

module.exports = { makePlace }
