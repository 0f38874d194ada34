// Lays the installed packages out as applications have them: each version in a node_modules of its own, by its own name.

const { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync } = require('node:fs')
const { join } = require('node:path')
const { FIXTURES } = require('../helpers/run.js')

/**
 * A new folder with the programs, in which `name` is the package that was installed as `alias`. What that package depends
 * on is found above the folder.
 * @param {string} folder with the node_modules of all versions
 * @param {import('./specs.js').Spec} spec
 */
function layOut(folder, { alias = 'node', name }) {
  const home = join(folder, 'versions', alias.replaceAll('/', '+'))
  const place = join(home, 'node_modules', name)
  if (alias !== 'node' && !existsSync(place)) {
    const fresh = join(folder, `fresh-${process.pid}`)
    cpSync(join(folder, 'node_modules', alias), fresh, { recursive: true })
    mkdirSync(join(place, '..'), { recursive: true })
    renameSync(fresh, place)
  }
  mkdirSync(home, { recursive: true })
  const copy = mkdtempSync(join(home, 'run-'))
  cpSync(join(FIXTURES, 'versions'), copy, { recursive: true })
  return copy
}

module.exports = { layOut }
