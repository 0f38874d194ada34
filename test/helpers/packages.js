'use strict'
// What has to be copied where for a package to work there.

const { join } = require('node:path')
const { ROOT } = require('./run.js')

/** A package and those it needs. @param {string} name @param {Set<string>} [found] @returns {Set<string>} */
function packagesOf(name, found = new Set()) {
  if (found.has(name)) return found
  found.add(name)
  const { dependencies = {} } = require(join(ROOT, 'node_modules', name, 'package.json'))
  for (const each of Object.keys(dependencies)) packagesOf(each, found)
  return found
}

module.exports = { packagesOf }
